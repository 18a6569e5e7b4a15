"""What a test does beside a go-live: to its leader, to the API server, to Prometheus, to the objects."""

import asyncio
import signal
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from tests.faults.history import Away
from tests.faults.operators import Killable, Operator
from tests.faults.plan import Way
from tests.faults.play import Play
from tests.faults.proxy import LOOK
from tests.faults.stage import Stage
from tests.faults.world import World, now

Harm = Callable[[Play, Operator], Awaitable[None]]


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
        play.plan.fired["blackout"] += 1
        if not self._begun:
            self._begun = True
            try:
                await self._do(play.stage)
            finally:
                self._over.set()
        await self._over.wait()

    async def _do(self, stage: Stage) -> None:
        async with stage.darkness.door:
            await asyncio.to_thread(stage.unsteady.stop)
            begun = now()
            try:
                await asyncio.sleep(self.seconds)
            finally:
                await asyncio.to_thread(stage.unsteady.start)
                stage.darkness.past.append(Away(begun, now()))


@dataclass(frozen=True, slots=True)
class Recreation:
    """An object is deleted and created again as it was: the go-live waits for it, and goes on."""

    renew: Callable[[World, int], object]
    """Does it, on a thread of its own, at a weight."""
    weight: int

    async def __call__(self, play: Play) -> None:
        """Do it."""
        await play.until_weight(self.weight, play.trial.patience)
        play.plan.fired["recreated"] += 1
        await asyncio.to_thread(self.renew, play.world, self.weight)


@dataclass(frozen=True, slots=True)
class Steps:
    """The wall clock of an operator's process steps at a weight, and back, and the other way, at the next."""

    weights: tuple[int, ...]
    seconds: float = 2.0
    """Seconds after each weight: in the middle of its hold."""

    async def __call__(self, play: Play) -> None:
        """Do it."""
        for weight in self.weights:
            await play.until_weight(weight, play.trial.patience)
            await asyncio.sleep(self.seconds)
            for operator in play.operators:
                if isinstance(operator, Killable):
                    operator.signal(signal.SIGUSR1)
                    play.plan.fired["clock"] += 1
