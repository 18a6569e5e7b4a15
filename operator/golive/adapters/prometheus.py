"""The port Metrics over prometheus-api-client, which blocks: on threads of its own, bounded in time and size.

It neither retries nor follows: a question is asked once, and whoever asked decides when to ask again.
"""

import asyncio
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Final

from typing_extensions import override

from golive.adapters.probe import Probe
from golive.adapters.promql_answer import Envelope, matrix, vector
from golive.adapters.promql_connection import Connection
from golive.errors import Unavailable
from golive.ports import Metrics, Series

THREADS: Final = 64
_GRACE: Final = 0.5
"""Seconds that a call may take beyond its timeout: the thread says more exactly what was wrong."""


class PrometheusMetrics(Metrics):
    """A Prometheus, or what speaks its API, at one address."""

    def __init__(self, url: str, timeout: timedelta) -> None:
        self._url = url.rstrip("/")
        self._timeout = timeout.total_seconds()
        self._pool = ThreadPoolExecutor(THREADS, thread_name_prefix="prometheus")
        self._own = threading.local()
        self._opened: list[Connection] = []
        self._probe = Probe(self._url)

    @override
    async def instant(self, query: str) -> Sequence[Series]:
        """Ask for the newest values."""
        return vector(await self._ask(lambda connection: connection.custom_query(query)))

    @override
    async def range(self, query: str, start: datetime, end: datetime, step: timedelta) -> Sequence[Series]:
        """Ask for the values of a span."""
        seconds = f"{step.total_seconds():.3f}"
        return matrix(
            await self._ask(lambda connection: connection.custom_query_range(query, start, end, seconds))
        )

    @override
    async def diagnose(self) -> str:
        """Say why the source does not answer."""
        return await self._probe.diagnose()

    async def close(self) -> None:
        """Close the connections; a call in flight ends by its own timeout."""
        self._pool.shutdown(wait=False, cancel_futures=True)
        for connection in self._opened:
            connection.close()
        await self._probe.close()

    async def _ask(self, question: Callable[[Connection], Envelope]) -> Envelope:
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(self._timeout + _GRACE):
                return await loop.run_in_executor(self._pool, lambda: question(self._connection()))
        except TimeoutError:
            raise Unavailable(f"nothing within {self._timeout:g} s") from None

    def _connection(self) -> Connection:
        # A requests session is not safe to share between threads.
        connection: Connection | None = getattr(self._own, "connection", None)
        if connection is None:
            connection = self._own.connection = Connection(self._url, self._timeout)
            self._opened.append(connection)
        return connection
