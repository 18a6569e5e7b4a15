"""What runs beside the scenarios, in one event loop on a thread of its own: watches, loads, calls of the API server.

Scenarios are plain functions on threads; they hand coroutines over and wait for the answer.
"""

import asyncio
import threading
from collections.abc import Coroutine
from concurrent.futures import Future
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar

from dev.demo import kubeconfig
from dev.demo.api import Api

T = TypeVar("T")
CALL_SECONDS = 15.0


class Backstage:
    """The loop, and the one line to the API server; use as `with`."""

    def __init__(self, config: Path) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="backstage")
        self.api = Api(kubeconfig.load(config))

    def __enter__(self) -> Self:
        self._thread.start()
        self.call(self.api.__aenter__())
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.call(self.api.__aexit__())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def call(self, what: Coroutine[Any, Any, T], seconds: float = CALL_SECONDS) -> T:
        """Run a coroutine and wait for what it returns."""
        return self.start(what).result(seconds)

    def start(self, what: Coroutine[Any, Any, T]) -> "Future[T]":
        """Run a coroutine beside the caller."""
        return asyncio.run_coroutine_threadsafe(what, self._loop)
