"""`python -m dev.bench`: how much a GoLive costs, from the API server's audit log and /proc; writes build/bench.json.

Exits 0 when it was measured, 1 with --strict where a bar was missed, 2 where it could not be measured.
"""

import argparse
import asyncio
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

from dev.bench.figures import lag_ms, worst
from dev.bench.operator_process import Operator, operator
from dev.bench.plan import Plan, plan
from dev.bench.plant import dump, plant, populate
from dev.bench.profiled import summary
from dev.bench.report import Figures, bars, machine, misses, table
from dev.bench.rounds import Rounds
from dev.cluster import binaries
from dev.cluster.progress import ClusterError, say
from dev.endings import end_in_order


def main(argv: list[str] | None = None) -> int:
    """Read the arguments, measure, say what came of it."""
    parser = _parser()
    given = parser.parse_args(argv)
    if given.strict and given.profile:
        parser.error("--strict holds every bar, and --profile leaves rounds out: write one of the two")
    try:
        wanted = plan(
            given.n,
            given.breach,
            hold=given.hold,
            interval=given.interval,
            spread=given.spread,
            idle_seconds=given.idle,
        )
    except ValueError as error:
        parser.error(str(error))
    end_in_order()
    try:
        binaries.for_bench()
        figures = asyncio.run(_measure(wanted, given.profile))
    except ClusterError as error:
        print(error, file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("interrupted; what the bench had started is ended", file=sys.stderr)
        return 130
    dump(given.out, figures)
    limits = bars(wanted)
    print(table(figures, limits))
    for part, percent in figures.get("percent_of_the_event_loop", {}).items():
        print(f"  {percent:5.1f} % {part}")
    print(f"all of it is in {given.out}")
    return 1 if given.strict and misses(figures, limits) else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m dev.bench", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "n",
        nargs="?",
        default="100",
        help="how many go live at once: 100 (default), 1000, or idle+active as 5000+500",
    )
    parser.add_argument(
        "--breach", choices=("spread", "all"), default="spread", help="a hundredth a second, or all at once"
    )
    parser.add_argument(
        "--hold", type=float, metavar="S", help="seconds of each step (10; above 100 GoLives 60)"
    )
    parser.add_argument(
        "--interval", type=float, metavar="S", help="seconds between two questions (5; above 100, 30)"
    )
    parser.add_argument(
        "--spread", type=float, metavar="S", help="seconds over which starts are spread (0; above 100, 30)"
    )
    parser.add_argument("--idle", type=float, metavar="S", help="seconds of watching it do nothing (60)")
    parser.add_argument(
        "--profile",
        type=Path,
        metavar="FILE",
        help="profile the go-lives, and nothing else; cost is then not as usual",
    )
    parser.add_argument(
        "--out", type=Path, default=Path("build/bench.json"), help="where the figures go (build/bench.json)"
    )
    parser.add_argument(
        "--strict",
        action="store_true",
        help="exit with 1 where a bar was missed, or a figure that has one is not known",
    )
    return parser


async def _measure(plan: Plan, profile: Path | None) -> Figures:
    figures: Figures = {"n": plan.n, "active": plan.active, "idle": plan.idle, **machine()}
    with tempfile.TemporaryDirectory(prefix="golive-bench-") as directory:
        async with plant(Path(directory), plan.apps, plan.interval) as around:
            await populate(around, plan)
            began = time.monotonic()
            with operator(around, plan, profile) as running:
                figures["flags"] = running.flags
                figures |= await _in_rounds(Rounds(plan, around, running), began, alone=profile is not None)
    if profile is not None:
        figures |= summary(profile)
    return figures


async def _in_rounds(rounds: Rounds, began: float, *, alone: bool) -> Figures:
    """Do every round, or with `alone` nothing beside the go-lives; note the most memory after each."""
    running = rounds.operator
    figures = await rounds.adopt_all(began)
    peaks = {"first adoption": running.peak}
    if not alone:
        figures |= await rounds.rest()
        peaks["rest"] = running.peak
    lags: dict[str, float | None] = {}
    figures |= await _lagging("go-lives", rounds.go_live, running, lags)
    say(f"{figures['requests_per_rollout']} requests, {figures['cpu_s_per_rollout']} CPU-s per rollout")
    peaks["go-lives"] = running.peak
    if not alone:
        figures |= await rounds.restart()
        peaks["restart"] = running.peak
        figures |= await _lagging("hold", rounds.hold, running, lags)
        figures |= await _lagging("breach", rounds.breach, running, lags)
    figures["loop_lag_ms_p99"] = worst(lags)
    figures["loop_lag_ms_p99_in"] = lags
    figures["peak_rss_mib"] = round(running.peak, 1)
    figures["peak_rss_mib_until"] = {stage: round(peak, 1) for stage, peak in peaks.items()}
    return figures


async def _lagging(
    name: str,
    measured: Callable[[], Awaitable[Figures]],
    running: Operator,
    lags: dict[str, float | None],
) -> Figures:
    """Do a round, and note what the event loop's lag was in it and in no other."""
    before = running.lags()
    figures = await measured()
    lags[name] = lag_ms(before, running.lags())
    return figures


if __name__ == "__main__":
    sys.exit(main())
