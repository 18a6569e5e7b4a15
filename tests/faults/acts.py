"""What a test does beside a go-live: to its leader, to the API server, to Prometheus, to the objects."""

import asyncio
import signal
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from tests.faults.history import BLUE, GREEN
from tests.faults.operators import Killable, Operator
from tests.faults.plan import Way
from tests.faults.play import Play
from tests.faults.proxy import LOOK
from tests.faults.world import ROUTES

Harm = Callable[[Play, Operator], Awaitable[None]]
SERVICES = "/api/v1"


async def cut_off(play: Play, leader: Operator) -> None:
    """Keep a leader, and nobody else, from the API server."""
    play.plan.cut_off.add(leader.token)


async def crash(play: Play, leader: Operator) -> None:
    """End a leader as a crash would, and start another in its place; its Lease has to run out."""
    play.operators.remove(leader)
    play.stops += 1
    leader.kill()
    play.add_operator()


async def ask_to_end(play: Play, leader: Operator) -> None:
    """End a leader in order, and start another in its place."""
    play.operators.remove(leader)
    play.stops += 1
    leader.stop()
    play.add_operator()


async def freeze(_: Play, leader: Operator) -> None:
    """Stop a leader's process in its tracks."""
    if isinstance(leader, Killable):
        leader.signal(signal.SIGSTOP)


@dataclass(frozen=True, slots=True)
class TakeOver:
    """The leader comes to harm, and another takes over."""

    harm: Harm
    weight: int
    """Read back before; 0 for as soon as anybody leads."""
    wait: float = 0.0
    """Seconds after that."""

    async def __call__(self, play: Play) -> None:
        """Do it."""
        await led(play)
        if self.weight:
            await play.until_weight(self.weight, play.trial.patience)
        await asyncio.sleep(self.wait)
        leader = await led(play)
        await self.harm(play, leader)
        await play.until_taken_over(leader.token)
        if self.harm is freeze and isinstance(leader, Killable):
            await asyncio.sleep(self.wait)
            leader.signal(signal.SIGCONT)


async def led(play: Play) -> Operator:
    """Wait until somebody leads, and return who."""
    while (leader := play.leader()) is None:  # noqa: ASYNC110  # made of several facts
        await asyncio.sleep(LOOK)
    return leader


@dataclass(frozen=True, slots=True)
class HeldRaise:
    """A raise is held in the proxy until after a takeover, and then let go."""

    weight: int
    """The weight that was read back before the raise; it is let go once the new leader has gone further."""
    harm: Harm

    async def __call__(self, play: Play) -> None:
        """Do it."""
        await play.plan.held.wait()
        leader = await led(play)
        await self.harm(play, leader)
        await play.until_taken_over(leader.token)
        await play.until_weight(self.weight, play.trial.patience)
        play.plan.released.set()


@dataclass(frozen=True, slots=True)
class Outage:
    """The API server cannot be reached for a while."""

    weight: int
    way: Way
    seconds: float = 60.0

    async def __call__(self, play: Play) -> None:
        """Do it."""
        await play.until_weight(self.weight, play.trial.patience)
        play.plan.close(self.way)
        await asyncio.sleep(self.seconds)
        play.plan.open()


@dataclass(frozen=True, slots=True)
class LeaseAway:
    """Requests of the Lease, and no others, get no answer for a while: nobody may lead."""

    weight: int
    seconds: float = 8.0

    async def __call__(self, play: Play) -> None:
        """Do it."""
        await play.until_weight(self.weight, play.trial.patience)
        play.plan.lease_way = Way.BLACK_HOLE
        await asyncio.sleep(self.seconds)
        play.plan.lease_way = Way.OPEN


@dataclass(slots=True)
class Blackout:
    """Prometheus is stopped and started again, once for all trials that share it."""

    seconds: float = 8.0
    _begun: bool = field(default=False)
    _over: asyncio.Event = field(default_factory=asyncio.Event)

    async def __call__(self, play: Play) -> None:
        """Do it, or wait until it has been done."""
        await play.until_weight(10, play.trial.patience)
        if not self._begun:
            self._begun = True
            await asyncio.to_thread(play.stage.unsteady.stop)
            await asyncio.sleep(self.seconds)
            await asyncio.to_thread(play.stage.unsteady.start)
            self._over.set()
        await self._over.wait()


@dataclass(frozen=True, slots=True)
class Recreation:
    """An object is deleted and created again as it was."""

    kind: str
    """`route`, `service-web-blue` or `service-web-green`."""
    weight: int

    async def __call__(self, play: Play) -> None:
        """Do it."""
        await play.until_weight(self.weight, play.trial.patience)
        world = play.world
        path = f"{ROUTES}/namespaces/{world.namespace}/httproutes/web"
        if self.kind != "route":
            path = f"{SERVICES}/namespaces/{world.namespace}/services/{self.kind.removeprefix('service-')}"
        await asyncio.to_thread(lambda: world.server.http.delete(path).raise_for_status())
        await asyncio.sleep(1.0)
        await asyncio.to_thread(self._create, play)

    def _create(self, play: Play) -> None:
        if self.kind == "route":
            play.world.route((BLUE, 100 - self.weight), (GREEN, self.weight))
        else:
            name = self.kind.removeprefix("service-")
            play.world.service(name, {"app": name})
