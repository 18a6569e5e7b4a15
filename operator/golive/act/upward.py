"""The writes that raise a weight, one per GoLive at a time: a rollback cancels the one in flight.

A cancelled write may still reach the API server; the write that takes traffic back then finds other weights than it
tests for, looks again and goes through.
"""

import asyncio
from collections.abc import Coroutine
from dataclasses import dataclass, field

from golive.errors import Refused

Key = tuple[str, str]


@dataclass(slots=True)
class Upward:
    """Raising writes in flight, by GoLive."""

    _flying: dict[Key, asyncio.Task[None]] = field(default_factory=dict)

    async def run(self, key: Key, write: Coroutine[None, None, None]) -> None:
        """Await a write; raises Refused when it was cancelled for a rollback."""
        task = asyncio.ensure_future(write)
        self._flying[key] = task
        try:
            await asyncio.wait({task})
        finally:
            task.cancel()
            del self._flying[key]
        if task.cancelled():
            raise Refused("a rollback came before this weight was raised")
        task.result()

    def cancel(self, key: Key) -> None:
        """Cancel a GoLive's write in flight, if there is one."""
        task = self._flying.get(key)
        if task:
            task.cancel()
