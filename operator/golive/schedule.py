"""Who is due when: a heap of moments, one tick per GoLive at a time, bounded workers, a lane of its own for reverts."""

import asyncio
import heapq
import math
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from itertools import count

Key = tuple[str, str]
Tick = Callable[[Key], Awaitable[float | None]]
"""Does one tick and returns the seconds until the next, or None."""


@dataclass(slots=True)
class Schedule:
    """Ticks, each when it is due."""

    tick: Tick
    now: Callable[[], float]
    """Monotonic seconds."""
    workers: int = 8
    urgent_workers: int = 8
    _heap: list[tuple[float, int, Key]] = field(default_factory=list)
    _held: list[tuple[float, int, Key]] = field(default_factory=list)
    _due: dict[Key, float] = field(default_factory=dict)
    _urgent: set[Key] = field(default_factory=set)
    _running: dict[Key, asyncio.Task[None]] = field(default_factory=dict)
    _wake: asyncio.Event = field(default_factory=asyncio.Event)
    _order: "count[int]" = field(default_factory=count)

    def mark(self, key: Key, *, delay: float = 0.0, urgent: bool = False) -> None:
        """Make a GoLive due, at once or after some seconds; an earlier moment stands."""
        moment = min(self.now() + delay, self._due.get(key, math.inf))
        if urgent:
            self._urgent.add(key)
        elif self._due.get(key) == moment:
            return
        # What is urgent is entered anew: its first entry may be held for want of a worker, and now it has a lane.
        self._due[key] = moment
        heapq.heappush(self._heap, (moment, next(self._order), key))
        self._wake.set()

    async def run(self) -> None:
        """Do ticks until cancelled."""
        try:
            while True:
                self._wake.clear()
                self._start_due()
                await self._until_next()
        finally:
            for task in self._running.values():
                task.cancel()
            await asyncio.gather(*self._running.values(), return_exceptions=True)

    def _start_due(self) -> None:
        while self._heap and self._heap[0][0] <= self.now():
            entry = heapq.heappop(self._heap)
            moment, _, key = entry
            if self._due.get(key) != moment:
                continue
            if key in self._running or not self._has_room(key):
                self._held.append(entry)
                continue
            del self._due[key]
            self._running[key] = asyncio.create_task(self._work(key))
            self._urgent.discard(key)

    def _has_room(self, key: Key) -> bool:
        lanes = self.workers + (self.urgent_workers if key in self._urgent else 0)
        return len(self._running) < lanes

    async def _work(self, key: Key) -> None:
        try:
            delay = await self.tick(key)
        finally:
            del self._running[key]
            self._release()
        if delay is not None:
            self.mark(key, delay=delay)

    def _release(self) -> None:
        # What waited for a worker, or for this GoLive's last tick, is looked at again.
        for entry in self._held:
            heapq.heappush(self._heap, entry)
        self._held.clear()
        self._wake.set()

    async def _until_next(self) -> None:
        timeout = max(0.0, self._heap[0][0] - self.now()) if self._heap else None
        try:
            async with asyncio.timeout(timeout):
                await self._wake.wait()
        except TimeoutError:
            return
