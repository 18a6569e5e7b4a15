"""Run the tests tier by tier and end with counts and seconds of each; those that mostly wait run two at a time.

A tier that fails does not keep the next from running; the exit code says whether all passed.
"""

import argparse
import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree as ET
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from dev.cluster import binaries, lifecycle
from dev.cluster.lock import lock
from dev.cluster.progress import ClusterError
from dev.endings import end, end_in_order, tied

PATIENCE = 1500.0
"""Seconds after which a tier that hangs is ended."""
GRACE = 60.0
"""Seconds in which it cleans up."""
PREPARATIONS: dict[str, Callable[[], object] | None] = {
    "unit": None,
    "component": None,
    "contract": binaries.for_tests,
    "integration": binaries.for_tests,
    "sweep": binaries.for_tests,
    "faults": binaries.for_tests,
    "e2e": lifecycle.up,
}
"""What is built or brought up for a tier before it begins: there its progress can be seen, inside a test it cannot."""
TIERS = tuple(PREPARATIONS)
SIDE_BY_SIDE = ("integration", "unit", "component", "contract", "sweep")
"""In this order, two at a time: the first takes about as long as all the others. What is left has both cores for itself."""


@dataclass(frozen=True)
class Result:
    """What came of one tier."""

    tier: str
    passed: int
    failed: int
    skipped: int
    seconds: float
    ok: bool


def run_all(chosen: list[str]) -> list[Result]:
    """Run tiers; the results are in the order of TIERS."""
    together = [tier for tier in SIDE_BY_SIDE if tier in chosen]
    for tier in together:
        _prepare(tier)
    results = _side_by_side(together)
    for tier in TIERS:
        if tier in chosen and tier not in together:
            _prepare(tier)
            results[tier] = run_tier(tier)
    return [results[tier] for tier in TIERS if tier in results]


def _prepare(tier: str) -> None:
    prepare = PREPARATIONS[tier]
    if prepare is not None:
        prepare()


def _side_by_side(together: list[str]) -> dict[str, Result]:
    with ThreadPoolExecutor(2) as pool:
        running = {tier: pool.submit(run_tier, tier, at_once=False) for tier in together}
        try:
            return {tier: result.result() for tier, result in running.items()}
        except BaseException:
            for result in running.values():
                result.cancel()
            for child in list(_CHILDREN):
                end(child, GRACE)
            raise


def run_tier(tier: str, *, at_once: bool = True) -> Result:
    """Run one tier's tests; what they print goes through, at once or when they have ended."""
    if at_once:
        print(f"--- {tier}", flush=True)
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as directory, ExitStack() as files:
        said = Path(directory) / "said"
        out = None if at_once else files.enter_context(said.open("wb"))
        report = Path(directory) / "report.xml"
        command = [sys.executable, "-m", "pytest", "-q", f"tests/{tier}", f"--junit-xml={report}"]
        code = _run(command, out)
        passed, failed, skipped = counts(report)
        if not at_once:
            print(f"--- {tier}\n{said.read_text(errors='replace')}", end="", flush=True)
    # Nothing here may be skipped: what cannot run has failed.
    return Result(tier, passed, failed, skipped, time.monotonic() - began, ok=code == 0 and not skipped)


_CHILDREN: "set[subprocess.Popen[bytes]]" = set()


def _run(command: list[str], out: BinaryIO | None) -> int:
    # A session of its own: Ctrl-C reaches this process, which ends pytest in order. The lock's file goes along.
    child = subprocess.Popen(
        tied(command), start_new_session=True, close_fds=False, stdout=out, stderr=out and subprocess.STDOUT
    )
    _CHILDREN.add(child)
    try:
        return child.wait(PATIENCE)
    except subprocess.TimeoutExpired:
        print(f"not ended within {PATIENCE:.0f} s", flush=True)
        return 1
    finally:
        end(child, GRACE)
        _CHILDREN.discard(child)


def counts(report: Path) -> tuple[int, int, int]:
    """Read passed, failed and skipped from a JUnit report; none where there is no report."""
    if not report.exists():
        return 0, 0, 0
    suites = ET.parse(report).getroot().iter("testsuite")  # noqa: S314  # pytest has just written it
    numbers = [
        {key: int(suite.get(key, "0")) for key in ("tests", "failures", "errors", "skipped")}
        for suite in suites
    ]
    failed = sum(number["failures"] + number["errors"] for number in numbers)
    skipped = sum(number["skipped"] for number in numbers)
    return sum(number["tests"] for number in numbers) - failed - skipped, failed, skipped


def table(results: list[Result]) -> str:
    """Write the results as lines, and the sum as the last one."""
    lines = [f"{'tier':<12} {'passed':>6} {'failed':>6} {'skipped':>7} {'seconds':>8}"]
    lines += [
        f"{one.tier:<12} {one.passed:>6} {one.failed:>6} {one.skipped:>7} {one.seconds:>8.1f}"
        for one in results
    ]
    passed, failed = sum(one.passed for one in results), sum(one.failed for one in results)
    return "\n".join([*lines, f"{passed} passed, {failed} failed"])


def main() -> int:
    """Run the tiers asked for; 1 where one did not pass."""
    parser = argparse.ArgumentParser(description="Run the tests tier by tier.")
    parser.add_argument(
        "tiers", nargs="*", metavar="TIER", help=f"any of {', '.join(TIERS)}; all where none is named"
    )
    chosen = parser.parse_args().tiers or list(TIERS)
    unknown = [tier for tier in chosen if tier not in TIERS]
    if unknown:
        parser.error(f"there is no tier {unknown[0]}: write any of {', '.join(TIERS)}")
    end_in_order()
    try:
        with lock("make test"):
            results = run_all(chosen)
    except ClusterError as error:
        print(error, file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("interrupted; what the tests had started is ended", file=sys.stderr)
        return 130
    print(table(results))
    return 0 if all(result.ok for result in results) else 1


if __name__ == "__main__":
    sys.exit(main())
