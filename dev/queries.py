"""`python -m dev.queries`: what asking costs: 1,000 queries of 100 ms at once, and a server that hangs; writes build/queries.json.

The server is a process of its own that answers as Prometheus does; what is measured is the operator's own client.
Exits 0 where every bar was kept, 1 where one was missed.
"""

import argparse
import asyncio
import json
import multiprocessing
import sys
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from multiprocessing.connection import Connection
from pathlib import Path

from aiohttp import web

from dev.percentile import percentile
from golive.adapters.prometheus import PrometheusMetrics
from golive.errors import Unavailable

AT_ONCE = 1000
TAKES = 0.1
TIMEOUT = timedelta(seconds=3)
LAG_MS = 100
BARS = {
    "not_answered": 0,
    "seconds": 3.0,
    "loop_lag_ms_p99": LAG_MS,
    "hung_and_yet_answered": 0,
    "hung_alone_s": TIMEOUT.total_seconds() + 1,
    "hung_alone_loop_lag_ms_p99": LAG_MS,
    "hung_with_all_waiting_s": TIMEOUT.total_seconds() + 1,
    "hung_with_all_waiting_loop_lag_ms_p99": LAG_MS,
}
"""What each figure may be at the most."""
Figures = dict[str, float | None]
_ANSWER = json.dumps(
    {"status": "success", "data": {"resultType": "vector", "result": [{"metric": {}, "value": [1, "0"]}]}}
)


@dataclass(frozen=True, slots=True)
class Round:
    """What came of queries that were asked at once; times in seconds."""

    answered: int
    refused: int
    """Those that ended without an answer."""
    seconds: float
    """Until the last had ended."""
    longest: float
    """What the slowest of them took, its wait for a thread included."""
    cpu: float
    lags: Sequence[float]
    """How late the loop was, again and again while they were asked."""

    @property
    def lag_ms(self) -> float | None:
        """p99 of the loop's lag; None where it was never looked at."""
        late = percentile(self.lags, 99)
        return None if late is None else round(late * 1000, 1)


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
    print(table(figures))
    return int(bool(misses(figures)))


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


async def _measure(port: int) -> Figures:
    metrics = PrometheusMetrics(f"http://127.0.0.1:{port}", TIMEOUT)
    try:
        burst = await _round(metrics, "1", AT_ONCE)
        alone = await _round(metrics, "hang", 1)
        crowd = await _round(metrics, "hang", AT_ONCE)
    finally:
        await metrics.close()
    return figures_of(burst, alone, crowd)


async def _round(metrics: PrometheusMetrics, query: str, times: int) -> Round:
    """Ask the same many times at once, and watch the loop until the last has its answer, and no longer."""
    async with _lag() as lags:
        spent, began = time.process_time(), time.monotonic()
        answers = await asyncio.gather(*(_asked(metrics, query) for _ in range(times)))
        took, cpu = time.monotonic() - began, time.process_time() - spent
    return Round(
        answered=sum(answered for answered, _ in answers),
        refused=sum(not answered for answered, _ in answers),
        seconds=took,
        longest=max(seconds for _, seconds in answers),
        cpu=cpu,
        lags=lags,
    )


def figures_of(burst: Round, alone: Round, crowd: Round) -> Figures:
    """Return the figures of the three rounds: a server that is slow, one that hangs for one query, and for all."""
    return {
        "queries": AT_ONCE,
        "each_takes_ms": TAKES * 1000,
        "timeout_s": TIMEOUT.total_seconds(),
        "not_answered": burst.refused,
        "seconds": round(burst.seconds, 2),
        "cpu_ms_per_query": round(burst.cpu / AT_ONCE * 1000, 2),
        "loop_lag_ms_p99": burst.lag_ms,
        "hung_and_yet_answered": alone.answered + crowd.answered,
        "hung_alone_s": round(alone.longest, 2),
        "hung_alone_loop_lag_ms_p99": alone.lag_ms,
        "hung_with_all_waiting_s": round(crowd.longest, 2),
        "hung_with_all_waiting_loop_lag_ms_p99": crowd.lag_ms,
    }


def misses(figures: Figures) -> list[str]:
    """Name the figures that are over their bar, or not known."""
    values = {name: figures.get(name) for name in BARS}
    return [name for name, value in values.items() if value is None or not value <= BARS[name]]


def table(figures: Figures) -> str:
    """Write the figures as lines, each beside its bar where it has one."""
    missed = misses(figures)
    words = {
        name: f"   {'MISSED' if name in missed else 'ok'}, at most {bar:g}" for name, bar in BARS.items()
    }
    return "\n".join(f"{name:<38} {value!s:>8}{words.get(name, '')}" for name, value in figures.items())


async def _asked(metrics: PrometheusMetrics, query: str) -> tuple[bool, float]:
    """Ask, and say whether there was an answer, and after how many seconds one or none."""
    began = time.monotonic()
    try:
        await metrics.instant(query)
    except Unavailable:
        return False, time.monotonic() - began
    return True, time.monotonic() - began


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
