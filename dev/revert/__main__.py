"""`python -m dev.revert`: a release turns bad at 25 % under real load, again and again; writes build/revert.json.

The load and the interval are those the peers were measured with: 100 requests a second, one check each 5 s. At 25 % every
response of the new colour becomes a 500, after some part of the interval, by the dice; in every second round its readiness
probe fails as well. Exits 0 when it was measured, 2 where it could not be.
"""

import argparse
import asyncio
import json
import statistics
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from rich.console import Console

from dev.cluster import lifecycle
from dev.cluster.lock import lock
from dev.cluster.progress import ClusterError
from dev.demo.errors import DemoError
from dev.demo.measure import Revert
from dev.demo.runner import Demo
from dev.endings import end_in_order
from dev.revert.rounds import INTERVAL, MOST_ROUNDS, load_seconds, measure, pauses

RATE = 100
Figures = dict[str, Any]


def main(argv: list[str] | None = None) -> int:
    """Read the arguments, play the rounds, write the figures."""
    parser = argparse.ArgumentParser(
        prog="python -m dev.revert", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--build", type=Path, default=Path("build"), help="folder for logs and revert.json")
    parser.add_argument("--rounds", type=int, default=6, help="how often a release turns bad (6)")
    parser.add_argument("--seed", type=int, default=1, help="of when in the interval it does (1)")
    given = parser.parse_args(argv)
    if not 1 <= given.rounds <= MOST_ROUNDS:
        parser.error(f"--rounds {given.rounds}: write 1 to {MOST_ROUNDS}, which is what the load lasts for")
    after = pauses(given.seed, given.rounds)
    end_in_order()
    try:
        with lock("make revert"):
            rounds = asyncio.run(measure(_demo(given.build.resolve(), given.rounds), after, _console()))
    except (DemoError, ClusterError) as error:
        print(f"revert: {error}", file=sys.stderr)
        return 2
    except (KeyboardInterrupt, asyncio.CancelledError):
        print("revert: interrupted; `make cluster-down` takes away what is up", file=sys.stderr)
        return 2
    figures = {kind: summary(backs) for kind, backs in rounds.items()}
    given.build.mkdir(parents=True, exist_ok=True)
    written = {
        "requests_per_s": RATE,
        "interval": INTERVAL,
        "seed": given.seed,
        "fault_after_s": [round(pause, 2) for pause in after],
        **figures,
    }
    (given.build / "revert.json").write_text(json.dumps(written, indent=2) + "\n")
    for kind, figure in figures.items():
        print(kind, *(f"  {name}: {value}" for name, value in figure.items()), sep="\n")
    return 0


def _demo(build: Path, rounds: int) -> Demo:
    cluster = lifecycle.up()
    operator = [sys.executable, "-m", "golive"]
    return Demo(
        cluster.kubeconfig,
        f"{cluster.router}/",
        cluster.prometheus,
        operator,
        build,
        rate=RATE,
        seconds=load_seconds(rounds),
    )


def _console() -> Console:
    return Console(force_terminal=False, width=160)


def summary(backs: Sequence[Revert]) -> Figures:
    """Say of each figure what it was, round by round; None where it was not measured."""
    bad = [_round(back.first_to_last_bad_s, 2) for back in backs]
    known = [value for value in bad if value is not None]
    return {
        "first_to_last_bad_s": bad,
        "median_s": _round(statistics.median(known), 2) if known else None,
        "verdict_to_written_ms": [_round(back.verdict_to_written_ms, 0) for back in backs],
        "requests": [back.requests for back in backs],
        "failed": [back.failed for back in backs],
        "failed_1_s_after_revert": [back.failed_after_revert for back in backs],
    }


def _round(value: float | None, digits: int) -> float | None:
    return None if value is None else round(value, digits)


if __name__ == "__main__":
    sys.exit(main())
