"""`python -m dev.bench.soak`: half an hour of go-lives, breaches, deletions and re-creations; writes build/soak.json.

Flat means: over the last two thirds, a fitted line rises by at most 5 % of the mean in an hour. A start has its price,
which is why the first third does not count; less than ten minutes say nothing. Exits 0 when it was measured, 1 where something was stuck or is not flat.
"""

import argparse
import asyncio
import sys
import tempfile
import time
from pathlib import Path
from typing import Any, Final

from dev.bench.churn import Churn
from dev.bench.figures import flatness
from dev.bench.operator_process import Operator, operator, usage
from dev.bench.plan import Plan
from dev.bench.plant import dump, plant, populate
from dev.bench.report import machine
from dev.bench.rounds import Rounds
from dev.cluster import binaries
from dev.cluster.progress import ClusterError, say
from dev.endings import end_in_order

SAMPLE: Final = 10.0
"""Seconds between two samples."""
HOLD, INTERVAL = 4.0, 2.0
WATCHED: Final = ("rss_mib", "tasks", "threads", "fds")
_SAID_EVERY: Final = 6
Sample = dict[str, float | None]


def main(argv: list[str] | None = None) -> int:
    """Read the arguments, let it churn, say whether it is flat."""
    parser = argparse.ArgumentParser(
        prog="python -m dev.bench.soak",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("n", nargs="?", type=int, default=100, help="how many GoLives (100)")
    parser.add_argument("--minutes", type=float, default=30, metavar="M", help="how long (30)")
    parser.add_argument("--seed", type=int, default=1, help="of what happens to which GoLive when (1)")
    parser.add_argument(
        "--out", type=Path, default=Path("build/soak.json"), help="where it is written (build/soak.json)"
    )
    given = parser.parse_args(argv)
    if not 1 <= given.n <= 1000 or not 0 < given.minutes <= 24 * 60:  # noqa: PLR2004  # bounds of good sense
        parser.error("write 1 to 1000 GoLives, and at most 1440 minutes")
    end_in_order()
    try:
        binaries.for_bench()
        figures = asyncio.run(
            _soak(
                given.n, given.minutes * 60, given.seed, given.out.with_name(f"{given.out.stem}-operator.log")
            )
        )
    except ClusterError as error:
        print(error, file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("interrupted; what the soak had started is ended", file=sys.stderr)
        return 130
    dump(given.out, figures)
    print(table(figures))
    print(f"all of it is in {given.out}")
    return int(bool(figures["stuck"]) or not all(one["flat"] for one in figures["trends"].values()))


async def _soak(n: int, seconds: float, seed: int, log: Path) -> dict[str, Any]:
    plan = Plan(
        active=n, idle=0, hold=HOLD, interval=INTERVAL, spread=0, breach="spread", idle_seconds=0, settle=0.5
    )
    with tempfile.TemporaryDirectory(prefix="golive-soak-") as directory:
        async with plant(Path(directory), plan.apps, plan.interval) as around:
            around.audit.keep = False
            await populate(around, plan)
            began = time.monotonic()
            with operator(around, plan) as running:
                await Rounds(plan, around, running).adopt_all(began)
                churn = Churn(around, plan, seed)
                lives = asyncio.create_task(churn.run())
                try:
                    samples = await _watch(running, churn, seconds)
                finally:
                    lives.cancel()
                    await asyncio.gather(lives, return_exceptions=True)
                    running.keep_log(log)
    return {
        "n": n,
        "minutes": round(seconds / 60, 2),
        "seed": seed,
        **machine(),
        "done": dict(churn.done),
        "stuck": churn.stuck,
        "trends": trends(samples),
        "samples": samples,
    }


async def _watch(running: Operator, churn: Churn, seconds: float) -> list[Sample]:
    samples: list[Sample] = []
    began = time.monotonic()
    while time.monotonic() - began < seconds:
        used = usage(running.pid)
        sample: Sample = {
            "at": round(time.monotonic() - began, 1),
            "cpu_s": round(used.cpu, 2),
            "rss_mib": round(used.rss, 1),
            "tasks": running.tasks(),
            "threads": used.threads,
            "fds": used.files,
        }
        samples.append(sample)
        if len(samples) % _SAID_EVERY == 1:
            say(f"{sample['at']:.0f} s: {used.rss:.1f} MiB, {used.threads} threads; {churn.summary()}")
        await asyncio.sleep(SAMPLE)
    return samples


def trends(samples: list[Sample]) -> dict[str, dict[str, Any]]:
    """Return, for what is watched and known, its mean, its rise in an hour and whether that is flat."""
    found = {}
    for name in WATCHED:
        points = [
            (at, value)
            for sample in samples
            if (at := sample["at"]) is not None and (value := sample[name]) is not None
        ]
        if points:
            found[name] = flatness(points)
    return found


def table(figures: dict[str, Any]) -> str:
    """Write what came of it as lines."""
    did = ", ".join(f"{count} {name}" for name, count in sorted(figures["done"].items()))
    lines = [
        f"{figures['n']} GoLives, {figures['minutes']} min, {figures['machine']}, {figures['date']}: {did}"
    ]
    for name, trend in figures["trends"].items():
        word = {True: "flat", False: "NOT FLAT", None: "too short to say"}[trend["flat"]]
        lines.append(
            f"  {name:<10} mean {trend['mean']:>9,.1f}   per hour {trend['per_hour']:>+9,.2f}   {word}"
        )
    return "\n".join([*lines, *(f"  stuck: {sentence}" for sentence in figures["stuck"])])


if __name__ == "__main__":
    sys.exit(main())
