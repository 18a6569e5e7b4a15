"""Who is due when: a heap of moments, one tick per GoLive at a time, bounded workers, a lane of its own for reverts."""

import asyncio
import heapq
import math
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from itertools import count
from typing import Final

Key = tuple[str, str]
Tick = Callable[[Key], Awaitable[float | None]]
"""Does one tick and returns the seconds until the next, or None."""
URGENT_WORKERS: Final = 64
"""Many, for a write that is not answered holds one of them for two seconds."""
_SPARE: Final = 64
"""Entries that count for nothing, beside as many as there are others, before they are let go."""


@dataclass(slots=True)
class Schedule:
    """Ticks, each when it is due."""

    tick: Tick
    now: Callable[[], float]
    """Monotonic seconds."""
    workers: int = 8
    urgent_workers: int = URGENT_WORKERS
    goes_down: Callable[[Key], bool] = lambda _: False
    """Tells whether a tick of now would take traffic back: asked where one that is due would have to wait."""
    ticked_at: float = -math.inf
    """When a tick last began."""
    _due: dict[Key, float] = field(default_factory=dict)
    _heap: list[tuple[float, int, Key, bool]] = field(default_factory=list)
    """What is due, and whether later; an entry whose moment is no longer that in `_due` counts for nothing."""
    _ordinary: deque[Key] = field(default_factory=deque)
    _urgent_ones: deque[Key] = field(default_factory=deque)
    """What is due and waits for a worker; a key that is not due any more counts for nothing."""
    _urgent: set[Key] = field(default_factory=set)
    _running: dict[Key, asyncio.Task[None]] = field(default_factory=dict)
    _ordinary_running: set[Key] = field(default_factory=set)
    """Counted by themselves: however many reverts there are, the others go on."""
    _wake: asyncio.Event = field(default_factory=asyncio.Event)
    _order: "count[int]" = field(default_factory=count)
    _closed: bool = False

    def mark(self, key: Key, *, delay: float = 0.0, urgent: bool = False) -> None:
        """Make a GoLive due, at once or after some seconds; an earlier moment stands."""
        moment = min(self.now() + delay, self._due.get(key, math.inf))
        if urgent:
            self._urgent.add(key)
        elif self._due.get(key) == moment:
            return
        # What is urgent is entered anew: its first entry may wait for a worker, and now it has a lane.
        self._due[key] = moment
        heapq.heappush(self._heap, (moment, next(self._order), key, delay > 0))
        if len(self._heap) > 2 * len(self._due) + _SPARE:
            self._forget_what_was_due()
        self._wake.set()

    def hurry(self, key: Key) -> None:
        """Let a GoLive's next tick, whenever it is due, be done in the lane of reverts."""
        self._urgent.add(key)

    def is_full(self) -> bool:
        """Tell whether an ordinary tick that is due would have to wait for a worker."""
        return len(self._ordinary_running) + len(self._ordinary) >= self.workers

    def due(self) -> int:
        """Count the GoLives that wait for a tick which is due."""
        return sum(moment <= self.now() for moment in self._due.values())

    def overdue(self) -> float:
        """Return for how many seconds the one that was due first has waited; 0 where none is due."""
        return max(0.0, self.now() - min(self._due.values(), default=math.inf))

    async def run(self) -> None:
        """Do ticks until cancelled."""
        try:
            while True:
                self._wake.clear()
                self._queue_due()
                self._start(self._urgent_ones, self._has_room_for_urgent)
                self._start(self._ordinary, self._has_room)
                await self._until_next()
        finally:
            for task in self._running.values():
                task.cancel()
            await asyncio.gather(*self._running.values(), return_exceptions=True)

    async def drain(self) -> None:
        """Begin no more ticks, and wait for those on their way to end."""
        self._closed = True
        while self._running:
            await asyncio.wait(self._running.values())

    def _queue_due(self) -> None:
        while self._heap and self._heap[0][0] <= self.now():
            moment, _, key, later = heapq.heappop(self._heap)
            if self._due.get(key) == moment:
                if later and self.is_full() and self.goes_down(key):
                    self.hurry(key)
                self._queue(key)

    def _forget_what_was_due(self) -> None:
        # An entry whose GoLive became due earlier would stay until its own moment, which may be days away.
        self._heap = [entry for entry in self._heap if self._due.get(entry[2]) == entry[0]]
        heapq.heapify(self._heap)

    def _queue(self, key: Key) -> None:
        (self._urgent_ones if key in self._urgent else self._ordinary).append(key)

    def _has_room(self) -> bool:
        return len(self._ordinary_running) < self.workers

    def _has_room_for_urgent(self) -> bool:
        return len(self._running) - len(self._ordinary_running) < self.urgent_workers

    def _start(self, queue: deque[Key], has_room: Callable[[], bool]) -> None:
        while queue and has_room() and not self._closed:
            key = queue.popleft()
            # One that runs is queued again by its own end.
            if key not in self._running and self._due.get(key, math.inf) <= self.now():
                del self._due[key]
                if key not in self._urgent:
                    self._ordinary_running.add(key)
                self._urgent.discard(key)
                self._running[key] = asyncio.create_task(self._work(key))

    async def _work(self, key: Key) -> None:
        self.ticked_at = self.now()
        try:
            delay = await self.tick(key)
        finally:
            del self._running[key]
            self._ordinary_running.discard(key)
            # What made it due meanwhile found it running.
            if key in self._due:
                self._queue(key)
            self._wake.set()
        if delay is not None:
            self.mark(key, delay=delay)

    async def _until_next(self) -> None:
        timeout = max(0.0, self._heap[0][0] - self.now()) if self._heap else None
        try:
            async with asyncio.timeout(timeout):
                await self._wake.wait()
        except TimeoutError:
            return
