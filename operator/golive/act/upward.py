"""The writes that no rollback waits for, one per GoLive at a time: it cancels the one in flight.

A write that was given up may still take effect. One that takes traffic back then finds other weights than it tests for,
looks again and goes through; what has gone back already lets nothing go before that time is over.
"""

import asyncio
import math
from collections.abc import Coroutine
from dataclasses import dataclass, field
from typing import Final

from golive.errors import Refused, Unavailable

Key = tuple[str, str]
ARRIVES_WITHIN: Final = 2.0
"""Seconds; as long as a write may take."""


@dataclass(slots=True)
class Upward:
    """Writes in flight, by GoLive."""

    _flying: dict[Key, asyncio.Task[None]] = field(default_factory=dict)
    _given_up: dict[Key, float] = field(default_factory=dict)
    """By the loop's clock: when a write was given up of which nobody knows what became."""
    _closed: bool = False

    async def run(self, key: Key, write: Coroutine[None, None, None]) -> None:
        """Await a write; raises Refused when it was cancelled for a rollback, or may not begin any more."""
        if self._closed:
            write.close()
            raise Refused("this process is told to stop: whoever leads next writes it")
        task = asyncio.ensure_future(write)
        self._flying[key] = task
        # Until it is known to have been answered.
        self._given_up[key] = math.inf
        try:
            await asyncio.wait({task})
        finally:
            self._note(key, task)
            task.cancel()
            del self._flying[key]
        if task.cancelled():
            raise Refused("a rollback came before this was written")
        task.result()

    def close(self) -> None:
        """Let no further write begin."""
        self._closed = True

    def is_unsettled(self, key: Key) -> bool:
        """Tell whether a GoLive's last write was given up, unanswered or not begun: another try may do."""
        return self._closed or self.may_arrive(key)

    def may_arrive(self, key: Key) -> bool:
        """Tell whether a write that was given up may still take effect."""
        return asyncio.get_running_loop().time() < self._given_up.get(key, -math.inf) + ARRIVES_WITHIN

    def _note(self, key: Key, task: "asyncio.Task[None]") -> None:
        unknown = not task.done() or task.cancelled() or isinstance(task.exception(), Unavailable)
        if unknown:
            self._given_up[key] = asyncio.get_running_loop().time()
        else:
            self._given_up.pop(key, None)

    def flies(self, key: Key) -> bool:
        """Tell whether a write of a GoLive is in flight."""
        return key in self._flying

    def cancel(self, key: Key) -> None:
        """Cancel a GoLive's write in flight, if there is one."""
        task = self._flying.get(key)
        if task:
            task.cancel()
