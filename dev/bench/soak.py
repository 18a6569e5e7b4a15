"""`python -m dev.bench.soak`: half an hour of go-lives, breaches, deletions and re-creations; writes build/soak.json.

Flat means: over the last two thirds, a fitted line rises by at most 5 % of the mean in an hour. A start has its price,
which is why the first third does not count; less than ten minutes say nothing.
Exits 0 where all is flat, nothing was stuck and each kind of deed was done; 1 where not, which is said; 2 where it could not be measured.
"""

import argparse
import asyncio
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from dev.bench.churn import DEEDS, Churn
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
HOLES: Final = 0.1
"""The share of the samples that may miss a value."""
_WORDS: Final = {True: "flat", False: "NOT FLAT", None: "too short to say"}
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
    return int(bool(faults(figures)))


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
                    samples, ended = await _watch(running, churn, lives, seconds)
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
        "ended": ended,
        "trends": trends(samples),
        "samples": samples,
    }


async def _watch(
    running: Operator, churn: Churn, lives: asyncio.Task[None], seconds: float
) -> tuple[list[Sample], str]:
    """Sample until the time is over, or what is watched has ended, which is said."""
    samples: list[Sample] = []
    began = time.monotonic()
    while time.monotonic() - began < seconds:
        if ended := what_ended(running.status, lives):
            return samples, f"{ended}, after {time.monotonic() - began:.0f} s"
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
        await asyncio.wait([lives], timeout=SAMPLE)
    return samples, what_ended(running.status, lives)


def what_ended(status: int | None, lives: "asyncio.Future[None]") -> str:
    """Say what has ended that was to outlast the soak; empty where all goes on."""
    if status is not None:
        return f"the operator has ended with status {status}"
    if not lives.done():
        return ""
    error = lives.exception()
    return f"the lives have ended by {error!r}" if error else "the lives have ended, all stuck"


def trends(samples: Sequence[Sample]) -> dict[str, dict[str, Any]]:
    """Return, for what is watched, its mean, its rise in an hour, whether that is flat and how many samples miss it."""
    return {name: _trend([(sample["at"], sample[name]) for sample in samples]) for name in WATCHED}


def _trend(series: Sequence[tuple[float | None, float | None]]) -> dict[str, Any]:
    """Judge one series; what is not known cannot be said flat."""
    points = [(at, value) for at, value in series if at is not None and value is not None]
    missing = len(series) - len(points)
    trend = flatness(points) if points else {"mean": None, "per_hour": None, "flat": False}
    return {**trend, **({"flat": False} if missing > HOLES * len(series) else {}), "missing": missing}


def faults(figures: dict[str, Any]) -> list[str]:
    """Say everything for which a soak fails."""
    said = [f"stuck: {sentence}" for sentence in figures["stuck"]]
    said += [figures["ended"]] if figures["ended"] else []
    said += [f"never {deed}: let it last longer" for deed in DEEDS if not figures["done"].get(deed)]
    return said + [
        f"{name}: {_WORDS[trend['flat']]}" for name, trend in figures["trends"].items() if not trend["flat"]
    ]


def table(figures: dict[str, Any]) -> str:
    """Write what came of it as lines."""
    did = ", ".join(f"{count} {name}" for name, count in sorted(figures["done"].items()))
    lines = [
        f"{figures['n']} GoLives, {figures['minutes']} min, {figures['machine']}, {figures['date']}: {did}"
    ]
    for name, trend in figures["trends"].items():
        mean, rise = _shown(trend["mean"], ",.1f"), _shown(trend["per_hour"], "+,.2f")
        holes = f", not known in {trend['missing']} samples" if trend["missing"] else ""
        lines.append(f"  {name:<10} mean {mean:>9}   per hour {rise:>9}   {_WORDS[trend['flat']]}{holes}")
    failed = [f"  {sentence}" for sentence in faults(figures)]
    return "\n".join([*lines, *(["it failed:", *failed] if failed else ["it passed"])])


def _shown(value: float | None, how: str) -> str:
    return "not known" if value is None else format(value, how)


if __name__ == "__main__":
    sys.exit(main())
