"""One question in flight for many who ask it; its answer is good for a while."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Generic, TypeVar

from golive.ports import Clock

T = TypeVar("T")


class Shared(Generic[T]):
    """The last answer to a question, and when it was asked."""

    def __init__(self, ask: Callable[[], Awaitable[T]], clock: Clock) -> None:
        self._ask = ask
        self._clock = clock
        self._task: asyncio.Task[T] | None = None
        self._asked_at: datetime | None = None

    def start(self, max_age: timedelta) -> "asyncio.Task[T]":
        """Return the question in flight, or its last answer where that is young enough and no failure."""
        if self._task is None or (self._task.done() and not self._is_good(self._task, max_age)):
            self._asked_at = self._clock.now()
            self._task = asyncio.create_task(self._once())
            # Whoever asked may have given up: a failure that nobody waits for is no fault.
            self._task.add_done_callback(lambda task: task.cancelled() or task.exception())
        return self._task

    async def answer(self, max_age: timedelta) -> T:
        """Wait for the answer; one who gives up takes it from nobody else."""
        return await asyncio.shield(self.start(max_age))

    async def close(self) -> None:
        """End the question in flight."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    def _is_good(self, task: "asyncio.Task[T]", max_age: timedelta) -> bool:
        if task.cancelled() or task.exception() is not None or self._asked_at is None:
            return False
        return self._clock.now() - self._asked_at < max_age

    async def _once(self) -> T:
        return await self._ask()
