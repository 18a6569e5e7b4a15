"""A bench for samplers: a source that answers what the test says, a clock and pauses that only it moves."""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from golive.api.golive import GoLive, parse
from golive.errors import GoLiveError, Unavailable
from golive.facts import Reading
from golive.observe.sampler import Samplers
from golive.ports import Point, Series
from tests.raw import START, FakeClock, a_golive

SHOP = ("shop", "shop")
ERRORS = ("errors", "web")
SCRAPE = timedelta(seconds=15)
UP = "time() - max(timestamp(up))"

Answer = float | None | GoLiveError


def series(value: float | None, at: datetime) -> tuple[Series, ...]:
    return () if value is None else (Series({}, (Point(at, value),)),)


@dataclass
class ScriptedMetrics:
    """A source that answers what the test says: one value for every query, fresh scrapes."""

    clock: FakeClock
    value: Answer = 0.0
    age: Answer = 1.0
    range_value: float = 1.0
    range_fails: GoLiveError | None = None
    ahead: timedelta = timedelta(0)
    """By how much its clock is ahead of the API server's."""
    diagnosis: str = ""
    hangs: asyncio.Event | None = None
    asked: list[str] = field(default_factory=list)
    ranges: list[tuple[datetime, datetime, timedelta]] = field(default_factory=list)
    diagnosed: int = 0
    fails_for: str = ""
    """The query that gets no answer."""

    async def instant(self, query: str) -> Sequence[Series]:
        self.asked.append(query)
        if self.hangs is not None and query != UP:
            await self.hangs.wait()
        if query == self.fails_for:
            raise Unavailable("nothing within 5 s")
        answer = self.age if query == UP else self.value
        if isinstance(answer, GoLiveError):
            raise answer
        return series(answer, self.clock.now() + self.ahead)

    async def range(self, query: str, start: datetime, end: datetime, step: timedelta) -> Sequence[Series]:
        self.asked.append(query)
        self.ranges.append((start, end, step))
        if self.range_fails:
            raise self.range_fails
        count = (end - start) // step + 1
        return (Series({}, tuple(Point(start + step * place, self.range_value) for place in range(count))),)

    async def diagnose(self) -> str:
        self.diagnosed += 1
        return self.diagnosis

    def questions(self) -> list[str]:
        return [query for query in self.asked if query != UP]


@dataclass
class Bench:
    """Samplers whose pauses end when the test says so."""

    clock: FakeClock = field(default_factory=FakeClock)
    due: list[bool] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.metrics = ScriptedMetrics(self.clock)
        self.pauses: defaultdict[asyncio.Task[Any] | None, asyncio.Event] = defaultdict(asyncio.Event)
        self.samplers = Samplers(self.metrics, self.clock, self._due, SCRAPE, self._pause)

    def _due(self, key: tuple[str, str], *, urgent: bool) -> None:
        assert key == SHOP
        self.due.append(urgent)

    async def _pause(self, seconds: float) -> None:
        assert seconds <= 30
        await self.pauses[asyncio.current_task()].wait()

    def sync(self, golive: GoLive, *, wanted: bool = True) -> None:
        self.samplers.sync(golive, wanted=wanted)

    async def until(self, condition: Callable[[], bool]) -> None:
        async with asyncio.timeout(5):
            while not condition():  # noqa: ASYNC110  # what it waits for is several things
                await asyncio.sleep(0)

    async def sampled(self, times: int) -> Reading:
        """Wait until readings were told this often, and return the check's last."""
        await self.until(lambda: len(self.due) >= times)
        return self.samplers.readings(SHOP)[ERRORS]

    async def next(self, seconds: float = 30) -> Reading:
        """Let time pass and the samplers sample once more."""
        told = len(self.due)
        self.clock.advance(seconds)
        waiting, self.pauses = self.pauses, defaultdict(asyncio.Event)
        for event in waiting.values():
            event.set()
        return await self.sampled(told + 1)

    async def idle(self) -> None:
        """Wait until every sampler pauses."""
        for _ in range(50):
            await asyncio.sleep(0)


def a_check(**fields: Any) -> dict[str, Any]:
    query = {"query": 'errors{service="$(service)"}'}
    rules = [{"when": "> 0.05", "action": "Rollback"}]
    return {"name": "errors", "prometheus": query, "pass": "<= 0.01", "rules": rules, **fields}


def a_run(*checks: dict[str, Any], weight: int = 10, traffic_at: datetime = START) -> GoLive:
    """A GoLive in mid-shift from blue to green."""
    times = {"startedAt": START.isoformat(), "trafficAt": traffic_at.isoformat()}
    run = {"number": 1, "from": "blue", "to": "green", **times}
    status = {"phase": "Shifting", "live": "blue", "run": run, "step": {"weight": weight}}
    return parse({**a_golive(checks=list(checks)), "status": status})
