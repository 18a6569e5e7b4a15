"""`python -m tests.faults`: all trials, or those asked for; ends with a table, and writes build/faults.json."""

import argparse
import json
import logging
import math
import os
import shutil
import sys
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final

from dev.cluster import binaries
from dev.cluster.progress import ClusterError
from dev.endings import end_in_order
from tests.faults.kinds import BROKEN, KINDS
from tests.faults.operators import ROOT
from tests.faults.result import Result
from tests.faults.slice import slice_of
from tests.faults.stage import in_a_loop
from tests.faults.suite import AT_ONCE, Choice, Played, Suite, perform
from tests.faults.trial import Trial

BUILD: Final = ROOT / "build"


class UnknownTrialError(Exception):
    """A name on the command line that no trial has."""


def chooser(given: argparse.Namespace) -> Choice:
    """Return what chooses the trials that the command line names."""

    def choose(every: Sequence[Trial]) -> list[Trial]:
        if given.slice:
            return list(slice_of(every))
        if given.trial:
            unknown = set(given.trial) - {trial.name for trial in every}
            if unknown:
                raise UnknownTrialError(_unknown(sorted(unknown), every))
            return [trial for trial in every if trial.name in given.trial]
        found = [trial for trial in every if not given.only or trial.kind in given.only]
        return found[given.first :: given.each]

    return choose


def _unknown(names: Sequence[str], every: Sequence[Trial]) -> str:
    kind = names[0].partition("/")[0]
    like = next((trial.name for trial in every if trial.kind == kind), every[0].name)
    return f"no trial is called {', '.join(names)}: write KIND/SCENARIO/WHAT, such as {like}"


def table(results: Sequence[Result]) -> str:
    """Write what came of each kind as lines, the sum as the last one."""
    kinds = list(dict.fromkeys(result.trial.kind for result in results))
    lines = [f"{'kind':<12} {'runs':>5} {'stops':>5} {'violations':>10} {'bad':>4}"]
    for kind in [*kinds, "all"]:
        of = [result for result in results if kind in {result.trial.kind, "all"}]
        broken = sum(len(result.violations) for result in of)
        bad = sum(not result.ok for result in of)
        lines.append(f"{kind:<12} {len(of):>5} {sum(one.stops for one in of):>5} {broken:>10} {bad:>4}")
    return "\n".join(lines)


def is_whole(given: argparse.Namespace) -> bool:
    """Tell whether a command line asks for every trial there is."""
    return not (given.slice or given.trial or given.only or given.first) and given.each == 1


def report(played: Played, seconds: float, *, whole: bool, interrupted: bool) -> dict[str, object]:
    """Return what build/faults.json says."""
    suite = played.suite
    cuts = {result.trial.name for result in suite.results if result.stops}
    return {
        "seed": suite.seed,
        # A part must not pass for all of it.
        "whole": whole and not interrupted,
        "interrupted": interrupted,
        "runs": len(suite.results),
        "cut_points": {
            "SIGKILL": len([name for name in cuts if name.startswith("kills/") or "/SIGKILL-" in name]),
            "all": len(cuts),
        },
        "kinds": Counter(result.trial.kind for result in suite.results),
        "fired": sum((result.fired for result in suite.results), Counter[str]()),
        "took_over": {
            kind: _took_over(suite.results, kind) for kind in ("takeovers", "processes", "defaults")
        },
        "way_back": _spread(
            (result.trial.kind, one) for result in suite.results for one in result.way_back if one < math.inf
        ),
        "violations": sum(len(result.violations) for result in suite.results),
        "bad": {
            result.trial.name: [*result.violations, *result.problems]
            for result in suite.results
            if not result.ok
        },
        "costs": _costs(suite.results),
        "undisturbed": sorted(
            result.trial.scenario.name for result in suite.results if result.trial.kind == "undisturbed"
        ),
        "broken": {"caught": played.caught, "uncaught": played.uncaught},
        "seconds": round(seconds, 1),
    }


def _took_over(results: Sequence[Result], kind: str) -> dict[str, list[float]]:
    """Return the seconds in which takeovers of a kind were done, by what had befallen the leader."""
    return _spread(
        (result.trial.name.rpartition("/")[2].rpartition("-")[0], result.took_over)
        for result in results
        if result.trial.kind == kind and result.took_over is not None
    )


def _costs(results: Sequence[Result]) -> dict[str, list[float]]:
    """Return the seconds of all trials of a kind, one after the other, and how many there are."""
    found: dict[str, list[float]] = {}
    for result in results:
        whole, runs = found.get(result.trial.kind, [0.0, 0])
        found[result.trial.kind] = [round(whole + result.seconds, 1), runs + 1]
    return found


def _spread(seconds: Iterable[tuple[str, float]]) -> dict[str, list[float]]:
    """Return the least, the middle and the most of what goes by the same word, and how many there are."""
    found: dict[str, list[float]] = {}
    for word, one in seconds:
        found.setdefault(word, []).append(round(one, 2))
    ordered = {word: sorted(of) for word, of in found.items()}
    return {word: [of[0], of[len(of) // 2], of[-1], len(of)] for word, of in ordered.items()}


def parser() -> argparse.ArgumentParser:
    """Build the command line."""
    found = argparse.ArgumentParser(
        prog="tests.faults", description="Go-lives under faults, on a real API server."
    )
    found.add_argument("--seed", type=int, default=1, help="of the dice; the same seed, the same trials")
    found.add_argument(
        "--only", action="append", choices=[*sorted(KINDS), "broken"], help="a kind of trial; may be repeated"
    )
    found.add_argument(
        "--trial", action="append", metavar="NAME", help="one trial by its name; may be repeated"
    )
    found.add_argument("--each", type=int, default=1, metavar="N", help="of the trials chosen, each N-th")
    found.add_argument("--slice", action="store_true", help="some of each kind, in about two minutes")
    found.add_argument(
        "--report", type=Path, default=BUILD / "faults.json", metavar="FILE", help="what came of it"
    )
    found.add_argument("--first", type=int, default=0, metavar="N", help="beginning with the N-th, from 0")
    found.add_argument("--at-once", type=int, default=AT_ONCE, metavar="N", help="operators in this process")
    return found


def main() -> int:
    """Play the trials; 1 where one is bad, 2 where none can be played."""
    given = parser().parse_args()
    end_in_order()
    began = time.monotonic()
    directory = _files()
    suite = Suite(given.seed, given.at_once)
    played, code = Played(suite, {}), 0
    try:
        binaries.for_tests()
        with_broken = not (given.trial or given.only) or "broken" in (given.only or ())
        played = in_a_loop(lambda: perform(directory, suite, chooser(given), with_broken=with_broken))
    except (ClusterError, UnknownTrialError) as error:
        print(error, file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("interrupted; what was started is ended", file=sys.stderr)
        code = 130
    seconds = time.monotonic() - began
    made = report(played, seconds, whole=is_whole(given), interrupted=bool(code))
    given.report.write_text(json.dumps(made, indent=1))
    print(table(suite.results))
    for name in played.uncaught:
        print(f"not caught: the operator {name}, which breaks {BROKEN[name][0]}")
    if not code and all(result.ok for result in suite.results) and not played.uncaught:
        shutil.rmtree(directory)
        return 0
    print(f"logs are in {directory}")
    return code or 1


def _files() -> Path:
    """Make the folder of this run's files, and send the operators' log there."""
    directory = BUILD / "faults" / f"{time.strftime('%H%M%S')}-{os.getpid()}"
    directory.mkdir(parents=True, exist_ok=True)
    # Written anew, so that what an operator says after all is over does not ask for a folder that is gone.
    logging.basicConfig(
        filename=directory / "operators.log", filemode="w", level="INFO", format="%(asctime)s %(message)s"
    )
    for name in ("kopf", "aiohttp", "asyncio", "httpx"):
        logging.getLogger(name).setLevel(logging.WARNING)
    return directory


if __name__ == "__main__":
    sys.exit(main())
