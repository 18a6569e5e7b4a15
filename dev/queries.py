"""`python -m dev.queries`: what asking costs: 1,000 queries of 100 ms at once, and a server that hangs; writes build/queries.json.

The server is a process of its own that answers as Prometheus does; what is measured is the operator's own client.
"""

import argparse
import asyncio
import json
import multiprocessing
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from multiprocessing.connection import Connection
from pathlib import Path

from aiohttp import web

from golive.adapters.prometheus import PrometheusMetrics
from golive.errors import Unavailable

AT_ONCE = 1000
TAKES = 0.1
TIMEOUT = timedelta(seconds=3)
_ANSWER = json.dumps(
    {"status": "success", "data": {"resultType": "vector", "result": [{"metric": {}, "value": [1, "0"]}]}}
)


def main(argv: list[str] | None = None) -> int:
    """Read the arguments, measure, say what came of it."""
    parser = argparse.ArgumentParser(prog="python -m dev.queries", description=__doc__)
    parser.add_argument("--out", type=Path, default=Path("build/queries.json"), help="where the figures go")
    out = parser.parse_args(argv).out
    ours, theirs = multiprocessing.Pipe()
    server = multiprocessing.get_context("spawn").Process(target=serve, args=(theirs,), daemon=True)
    server.start()
    try:
        figures = asyncio.run(_measure(ours.recv()))
    finally:
        server.terminate()
        server.join()
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(json.dumps(figures, indent=2) + "\n")
    for name, value in figures.items():
        print(f"{name:<32} {value}")
    return 0


def serve(told: Connection) -> None:
    """Answer every query after TAKES seconds, those that say `hang` never."""

    async def answer(request: web.Request) -> web.Response:
        asked = (await request.post())["query"]
        await asyncio.sleep(3600 if asked == "hang" else TAKES)
        return web.Response(text=_ANSWER, content_type="application/json")

    async def forever() -> None:
        app = web.Application()
        app.router.add_post("/api/v1/query", answer)
        runner = web.AppRunner(app)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0, backlog=2 * AT_ONCE)
        await site.start()
        told.send(runner.addresses[0][1])
        await asyncio.Event().wait()

    asyncio.run(forever())


async def _measure(port: int) -> dict[str, float]:
    metrics = PrometheusMetrics(f"http://127.0.0.1:{port}", TIMEOUT)
    try:
        async with _lag() as lags:
            spent, began = time.process_time(), time.monotonic()
            answered = await asyncio.gather(*(_asked(metrics, "1") for _ in range(AT_ONCE)))
            took, cpu = time.monotonic() - began, time.process_time() - spent
            hung = time.monotonic()
            await _asked(metrics, "hang")
            patience = time.monotonic() - hung
    finally:
        await metrics.close()
    return {
        "queries": AT_ONCE,
        "answered": sum(answered),
        "each_takes_ms": TAKES * 1000,
        "seconds": round(took, 2),
        "cpu_ms_per_query": round(cpu / AT_ONCE * 1000, 2),
        "loop_lag_ms_p99": round(sorted(lags)[int(len(lags) * 0.99)] * 1000, 1),
        "timeout_s": TIMEOUT.total_seconds(),
        "a_server_that_hangs_costs_s": round(patience, 2),
    }


async def _asked(metrics: PrometheusMetrics, query: str) -> bool:
    try:
        await metrics.instant(query)
    except Unavailable:
        return False
    return True


@asynccontextmanager
async def _lag() -> AsyncIterator[list[float]]:
    """Note how late the loop is, a hundred times a second."""
    lags: list[float] = []

    async def look() -> None:
        while True:
            due = time.monotonic() + 0.01
            await asyncio.sleep(0.01)
            lags.append(max(0.0, time.monotonic() - due))

    looking = asyncio.create_task(look())
    try:
        yield lags
    finally:
        looking.cancel()


if __name__ == "__main__":
    sys.exit(main())
