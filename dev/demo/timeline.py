"""What the demo's own watches saw, each with the monotonic second in which it arrived."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from dev.demo.errors import Late
from dev.demo.objects import GoLive
from dev.demo.state import Note

T = TypeVar("T")
Weights = dict[str, int]
Ready = dict[str, int]


@dataclass(frozen=True)
class Seen(Generic[T]):
    """A value, and when the demo learnt of it."""

    at: float
    what: T


@dataclass
class Timeline:
    """Everything seen so far; each list is in the order of arrival and holds changes only."""

    started: float = field(default_factory=time.monotonic)
    weights: list[Seen[Weights]] = field(default_factory=list)
    golives: list[Seen[GoLive]] = field(default_factory=list)
    ready: list[Seen[Ready]] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    _changed: asyncio.Event = field(default_factory=asyncio.Event)

    def saw_weights(self, weights: Weights) -> None:
        """Record the route's weights, if they changed."""
        self._add(self.weights, weights)

    def saw_golive(self, golive: GoLive) -> None:
        """Record the GoLive, if it changed."""
        self._add(self.golives, golive)

    def saw_ready(self, ready: Ready) -> None:
        """Record the ready endpoints of each Service, if they changed."""
        self._add(self.ready, ready)

    def note(self, text: str) -> float:
        """Write down what happened, and return when."""
        now = time.monotonic()
        self.notes.append(Note(now - self.started, text))
        return now

    def _add(self, known: list[Seen[T]], what: T) -> None:
        if not known or known[-1].what != what:
            known.append(Seen(time.monotonic(), what))
            self._changed.set()

    async def until(self, true: Callable[[], bool], what: str, seconds: float) -> None:
        """Wait until something is true of what was seen; Late says what did not happen."""
        try:
            async with asyncio.timeout(seconds):
                while not true():
                    self._changed.clear()
                    await self._changed.wait()
        except TimeoutError:
            raise Late(f"not within {seconds:g} s: {what}") from None
