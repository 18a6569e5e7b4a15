"""The numbers that checks are made of: a gauge for each namespace, scraped by a real Prometheus."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Final

from aiohttp import web

GAUGE: Final = "faults_errors"


@dataclass(slots=True)
class Exporter:
    """Errors of each namespace's new colour, as a share."""

    errors: dict[str, float] = field(default_factory=dict)
    port: int = 0

    async def answer(self, _: web.BaseRequest) -> web.Response:
        """Answer a scrape."""
        lines = [f'{GAUGE}{{namespace="{name}"}} {value}\n' for name, value in self.errors.items()]
        return web.Response(text="".join(lines), headers={"Content-Type": "text/plain; version=0.0.4"})


@asynccontextmanager
async def exporter() -> AsyncIterator[Exporter]:
    """Serve the numbers on loopback."""
    numbers = Exporter()
    runner = web.ServerRunner(web.Server(numbers.answer, access_log=None), shutdown_timeout=0.1)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        numbers.port = runner.addresses[0][1]
        yield numbers
    finally:
        await runner.cleanup()
