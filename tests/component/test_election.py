"""Who acts, in scripted time: one Lease, several processes, and everything that may happen to them."""

import asyncio
from dataclasses import dataclass, field, replace
from typing import NoReturn

import pytest
from typing_extensions import override

from golive.election import Election, Timing
from golive.errors import GoLiveError, Refused, Unavailable
from golive.ports import Held
from tests.scripted_time import play

LATENCY = 0.01


class Ended(BaseException):
    """The process that was told to end."""


@dataclass
class LeaseServer:
    """The one Lease as the API server has it: compare and swap, and a watch."""

    held: Held | None = None
    wrote: list[tuple[float, str]] = field(default_factory=list)
    unreachable: set[str] = field(default_factory=set)
    """Whose calls get no answer."""
    deaf: set[str] = field(default_factory=set)
    """Whose watches hear nothing."""
    loses_answers_of: set[str] = field(default_factory=set)
    _changed: asyncio.Event = field(default_factory=asyncio.Event)

    def put(self, holder: str, seconds: float, transitions: int = 0) -> Held:
        version = str(int(self.held.version) + 1 if self.held else int(now() * 1000) + 1)
        self.held = Held(holder, seconds, version, transitions)
        self._changed.set()
        self._changed = asyncio.Event()
        return self.held


@dataclass
class Link:
    """One process's way to it."""

    server: LeaseServer
    identity: str

    async def get(self) -> Held | None:
        await self._travel()
        return self.server.held

    async def write(self, seen: Held | None, holder: str, seconds: float) -> Held:
        await self._travel()
        there = self.server.held.version if self.server.held else ""
        if (seen.version if seen else "") != there:
            raise Refused("409")
        self.server.wrote.append((now(), holder))
        written = self.server.put(holder, seconds)
        await self._travel(answer=True)
        return written

    async def changed(self, seen: Held, within: float) -> Held | None:
        changed = asyncio.Event() if self.identity in self.server.deaf else self.server._changed
        try:
            async with asyncio.timeout(within):
                if self.server.held == seen:
                    await changed.wait()
                await self._travel()
        except TimeoutError:
            return None
        return self.server.held

    async def _travel(self, *, answer: bool = False) -> None:
        await asyncio.sleep(LATENCY)
        lost = self.server.loses_answers_of if answer else set()
        if self.identity in self.server.unreachable | lost:
            await asyncio.sleep(2)
            raise Unavailable("nothing within 2 s")


@dataclass
class Process:
    """A process that takes part: since when it leads, when it ended, and whether it believes itself leader."""

    server: LeaseServer
    identity: str
    timing: Timing = field(default_factory=Timing)
    led_at: float | None = None
    ended: tuple[float, str] | None = None
    running: "asyncio.Task[None] | None" = None

    def __post_init__(self) -> None:
        self.election = Election(Link(self.server, self.identity), self.identity, self.timing, now, self._end)

    def start(self) -> "Process":
        self.running = asyncio.create_task(self._run())
        return self

    async def crash(self) -> None:
        assert self.running
        self.running.cancel()
        await asyncio.gather(self.running, return_exceptions=True)

    async def _run(self) -> None:
        try:
            await self.election.lead()
            self.led_at = now()
            await self.election.keep()
        except Ended:
            return

    def _end(self, why: str) -> NoReturn:
        self.ended = (now(), why)
        raise Ended


def now() -> float:
    return asyncio.get_running_loop().time()


async def a_leader_and_a_standby(server: LeaseServer) -> tuple[Process, Process]:
    """Start one, then another, and let half a minute pass; both end with the scene's loop."""
    one = Process(server, "one").start()
    await asyncio.sleep(1)
    two = Process(server, "two").start()
    await asyncio.sleep(30)
    return one, two


def test_the_first_one_leads_at_once_and_keeps_the_lease() -> None:
    async def scene() -> None:
        server = LeaseServer()
        one = Process(server, "one").start()
        await asyncio.sleep(100)
        assert one.led_at == pytest.approx(0, abs=0.1)
        assert one.election.leads
        assert len(server.wrote) == pytest.approx(50, abs=3)

    play(scene())


def test_a_standby_waits_while_the_lease_is_renewed() -> None:
    async def scene() -> None:
        server = LeaseServer()
        _, two = await a_leader_and_a_standby(server)
        await asyncio.sleep(200)
        assert two.led_at is None
        assert {holder for _, holder in server.wrote} == {"one"}

    play(scene())


def test_a_released_lease_is_taken_at_once() -> None:
    async def scene() -> None:
        server = LeaseServer()
        one, two = await a_leader_and_a_standby(server)
        await one.crash()
        await one.election.release()
        released = now()
        assert not one.election.leads
        await asyncio.sleep(1)
        assert two.led_at is not None
        assert two.led_at - released < 0.1

    play(scene())


def test_a_renewal_on_its_way_does_not_keep_the_lease_from_being_released() -> None:
    class Crossed(Link):
        crossed = False

        @override
        async def write(self, seen: Held | None, holder: str, seconds: float) -> Held:
            if not holder and not self.crossed:
                self.crossed = True
                self.server.put("one", 15)
            return await super().write(seen, holder, seconds)

    async def scene() -> None:
        server = LeaseServer()
        one = Process(server, "one")
        one.election = replace(one.election, leases=Crossed(server, "one"))
        one.start()
        await asyncio.sleep(5)
        await one.crash()
        await one.election.release()
        assert server.held is not None
        assert server.held.holder == ""

    play(scene())


def test_a_standby_that_hears_nothing_takes_a_released_lease_when_it_would_have_run_out() -> None:
    async def scene() -> None:
        server = LeaseServer(deaf={"two"})
        one = Process(server, "one").start()
        await asyncio.sleep(1)
        two = Process(server, "two", Timing(3, 2, 0.5)).start()
        await asyncio.sleep(10)
        await one.crash()
        await one.election.release()
        released = now()
        await asyncio.sleep(20)
        assert two.led_at is not None
        assert two.led_at - released < 16

    play(scene())


def test_the_lease_of_one_that_crashed_is_taken_when_it_has_run_out_and_not_before() -> None:
    async def scene() -> None:
        server = LeaseServer()
        one, two = await a_leader_and_a_standby(server)
        await one.crash()
        renewed = server.wrote[-1][0]
        await asyncio.sleep(40)
        assert two.led_at is not None
        assert 15 <= two.led_at - renewed < 15.5

    play(scene())


def test_a_leader_that_is_cut_off_ends_before_anybody_else_can_lead() -> None:
    async def scene() -> None:
        server = LeaseServer()
        one, two = await a_leader_and_a_standby(server)
        server.unreachable.add("one")
        await asyncio.sleep(40)
        assert one.ended is not None
        assert two.led_at is not None
        assert one.ended[1] == "it could not renew its Lease for 10 s"
        assert one.ended[0] + 4 < two.led_at

    play(scene())


def test_a_leader_that_misses_some_renewals_goes_on() -> None:
    async def scene() -> None:
        server = LeaseServer()
        one = Process(server, "one").start()
        await asyncio.sleep(30)
        server.unreachable.add("one")
        await asyncio.sleep(5)
        server.unreachable.clear()
        await asyncio.sleep(60)
        assert one.ended is None
        assert one.election.leads

    play(scene())


def test_a_renewal_whose_answer_is_lost_costs_nothing() -> None:
    async def scene() -> None:
        server = LeaseServer()
        one = Process(server, "one").start()
        await asyncio.sleep(30)
        server.loses_answers_of.add("one")
        await asyncio.sleep(3)
        server.loses_answers_of.clear()
        await asyncio.sleep(60)
        assert one.ended is None

    play(scene())


def test_a_lease_that_another_has_taken_ends_the_process_at_the_next_renewal() -> None:
    async def scene() -> None:
        server = LeaseServer()
        one = Process(server, "one").start()
        await asyncio.sleep(30)
        server.put("somebody", 15)
        await asyncio.sleep(3)
        assert one.ended is not None
        assert one.ended[1] == "its Lease was taken by somebody"

    play(scene())


def test_a_deleted_lease_is_written_again_by_its_holder_and_taken_by_nobody() -> None:
    async def scene() -> None:
        server = LeaseServer()
        one, two = await a_leader_and_a_standby(server)
        server.held = None
        server._changed.set()
        await asyncio.sleep(60)
        assert one.ended is None
        assert two.led_at is None
        assert server.held is not None
        assert server.held.holder == "one"

    play(scene())


def test_the_write_of_a_process_whose_time_is_over_ends_it() -> None:
    async def scene() -> None:
        server = LeaseServer()
        one = Process(server, "one").start()
        await asyncio.sleep(5)
        await one.crash()
        one.election.fence()
        await asyncio.sleep(11)
        with pytest.raises(Ended):
            one.election.fence()
        assert one.ended is not None
        assert one.ended[1] == "its Lease may be another's by now"

    play(scene())


def test_a_new_leader_raises_nothing_while_a_write_of_the_last_may_still_arrive() -> None:
    async def scene() -> None:
        one = Process(LeaseServer(), "one").start()
        assert one.election.raise_in() == float("inf")
        await asyncio.sleep(1)
        assert one.election.raise_in() == pytest.approx(1, abs=0.1)
        await asyncio.sleep(60)
        assert one.election.raise_in() == 0

    play(scene())


def test_whoever_starts_under_a_lease_of_unknown_age_waits_for_all_of_it() -> None:
    async def scene() -> None:
        server = LeaseServer()
        server.put("crashed", 15)
        one = Process(server, "one").start()
        await asyncio.sleep(40)
        assert one.led_at is not None
        assert one.led_at == pytest.approx(15, abs=0.2)

    play(scene())


def test_what_was_looked_at_before_has_run_out_sooner() -> None:
    async def scene() -> None:
        server = LeaseServer()
        server.put("crashed", 15)
        one = Process(server, "one")
        await one.election.look()
        await asyncio.sleep(10)
        began = now()
        one.start()
        await asyncio.sleep(40)
        assert one.led_at is not None
        assert one.led_at - began == pytest.approx(5, abs=0.2)

    play(scene())


def test_of_two_that_find_it_free_one_leads() -> None:
    async def scene() -> None:
        server = LeaseServer()
        both = [Process(server, name).start() for name in ("one", "two")]
        await asyncio.sleep(30)
        assert sum(process.led_at is not None for process in both) == 1

    play(scene())


def test_a_server_that_refuses_everything_is_asked_no_more_than_once_in_a_retry_period() -> None:
    class Forbidden(Link):
        asked = 0

        @override
        async def get(self) -> Held | None:
            Forbidden.asked += 1
            raise GoLiveError("not allowed")

    async def scene() -> None:
        one = Process(LeaseServer(), "one")
        one.election = replace(one.election, leases=Forbidden(one.server, "one"))
        one.start()
        await asyncio.sleep(20)
        assert Forbidden.asked <= 11

    play(scene())
