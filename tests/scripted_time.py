"""An event loop whose time is scripted: it never waits, it moves the clock to the next deadline at once."""

import asyncio
import selectors
from collections.abc import Coroutine
from typing import Any, TypeVar

from typing_extensions import override

T = TypeVar("T")


class _Jump(selectors.DefaultSelector):
    """Take the time that the loop would have waited, and return at once."""

    passed = 0.0

    @override
    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if timeout is None:
            raise AssertionError("everybody waits, and nothing will ever happen")
        self.passed += timeout
        return super().select(0)


class ScriptedLoop(asyncio.SelectorEventLoop):
    """A loop in which an hour passes in no time; nothing in it may be real."""

    def __init__(self) -> None:
        self._jump = _Jump()
        super().__init__(self._jump)

    @override
    def time(self) -> float:
        return self._jump.passed


def play(scene: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine to its end in scripted time."""
    with asyncio.Runner(loop_factory=ScriptedLoop) as runner:
        return runner.run(scene)
