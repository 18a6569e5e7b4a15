"""`python -m tests.faults`: all trials, or those asked for; ends with a table, and writes build/faults.json."""

import argparse
import asyncio
import json
import logging
import sys
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from dev.cluster.progress import ClusterError
from dev.endings import end_in_order
from tests.faults.judge import compared
from tests.faults.kinds import KINDS, Measure, trials
from tests.faults.operators import ROOT
from tests.faults.play import Play, Result
from tests.faults.stage import Stage, in_a_loop, stage
from tests.faults.trial import Trial
from tests.faults.world import SCENARIOS

BUILD: Final = ROOT / "build"
APART: Final = 0.4
"""Seconds between two starts: a crowd at the door would make all of them late."""
LATE: Final = 0.1
"""Seconds by which the loop may be late for another start."""
AT_ONCE: Final = 20
"""Operators in this process at a time."""
PROCESSES: Final = 4
"""Operators as processes at a time."""
EVERY: Final = 5.0
"""Seconds between two lines of progress."""


@dataclass(slots=True)
class Suite:
    """The trials of one command, and what has come of them."""

    seed: int
    at_once: int
    results: list[Result] = field(default_factory=list)
    _names: int = 0
    _door: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def play(self, on: Stage, chosen: Sequence[Trial], undisturbed: dict[str, Result]) -> None:
        """Play trials side by side, and hold each against its undisturbed run."""
        rooms = {True: asyncio.Semaphore(PROCESSES), False: asyncio.Semaphore(self.at_once)}

        async def one(trial: Trial) -> None:
            async with rooms[bool(trial.program)]:
                result = await self._one(on, trial)
                if result.missed:
                    # How often a go-live says what it waits for differs by one or two from run to run.
                    result = await self._one(on, trial.within(result.writes, result.events))
            if trial.scenario.name in undisturbed:
                compared(result, undisturbed[trial.scenario.name])
            self.results.append(result)
            if not result.ok:
                self._tell(result)

        telling = asyncio.create_task(self._progress(len(chosen)))
        try:
            async with asyncio.TaskGroup() as group:
                for trial in chosen:
                    group.create_task(one(trial))
        finally:
            telling.cancel()

    async def _one(self, on: Stage, trial: Trial) -> Result:
        async with self._door:
            self._names += 1
            play = Play(on, trial, f"f-{self._names}")
            await _room()
        return await play.run()

    async def _progress(self, whole: int) -> None:
        before, began = len(self.results), time.monotonic()
        while True:
            await asyncio.sleep(EVERY)
            done = len(self.results) - before
            bad = sum(not result.ok for result in self.results)
            print(f"  {time.monotonic() - began:5.0f} s: {done} of {whole}, {bad} bad", flush=True)

    def _tell(self, result: Result) -> None:
        print(f"BAD {result.trial.name}", flush=True)
        for line in (*result.violations, *result.problems):
            print(f"    {line}")
        print(f"    again: make faults ARGS='--seed {self.seed} --trial {result.trial.name}'", flush=True)


async def _room() -> None:
    """Wait a moment, and longer while the machine is behind: what would fail then is not the operator."""
    loop = asyncio.get_running_loop()
    late = LATE
    while late >= LATE:
        due = loop.time() + APART
        await asyncio.sleep(APART)
        late = loop.time() - due


async def undisturbed_runs(on: Stage, suite: Suite, names: Sequence[str]) -> dict[str, Result]:
    """Play each scenario without a fault."""
    await suite.play(on, [Trial(f"undisturbed/{name}/1", SCENARIOS[name]) for name in names], {})
    return {result.trial.scenario.name: result for result in suite.results}


async def perform(given: argparse.Namespace, directory: Path) -> Suite:
    """Set the stage, measure the undisturbed runs, and play what was asked for."""
    suite = Suite(given.seed, given.at_once)
    async with stage(directory) as on:
        print("undisturbed runs", flush=True)
        references = await undisturbed_runs(on, suite, sorted(SCENARIOS))
        measures = {name: Measure(result.writes, result.events) for name, result in references.items()}
        chosen = select(trials(measures, given.seed), given)
        print(f"{len(chosen)} trials", flush=True)
        await suite.play(on, chosen, references)
    return suite


def select(every: Sequence[Trial], given: argparse.Namespace) -> list[Trial]:
    """Return the trials that the command line names."""
    found = [trial for trial in every if not given.only or trial.kind in given.only]
    if given.trial:
        found = [trial for trial in every if trial.name in given.trial]
    return found[:: given.each]


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


def report(suite: Suite, seconds: float) -> dict[str, object]:
    """Return what build/faults.json says."""
    kills = [result for result in suite.results if result.trial.program and result.stops]
    return {
        "seed": suite.seed,
        "runs": len(suite.results),
        "cut_points": {
            "SIGKILL": len({result.trial.name for result in kills}),
            "all": len({result.trial.name for result in suite.results if result.stops}),
        },
        "kinds": Counter(result.trial.kind for result in suite.results),
        "fired": sum((result.fired for result in suite.results), Counter[str]()),
        "violations": sum(len(result.violations) for result in suite.results),
        "bad": [result.trial.name for result in suite.results if not result.ok],
        "seconds": round(seconds, 1),
    }


def parser() -> argparse.ArgumentParser:
    """Build the command line."""
    found = argparse.ArgumentParser(prog="tests.faults", description="Go-lives under faults, on a real API server.")
    found.add_argument("--seed", type=int, default=1, help="of the dice; the same seed, the same trials")
    found.add_argument("--only", action="append", choices=sorted(KINDS), help="a kind of trial; may be repeated")
    found.add_argument("--trial", action="append", metavar="NAME", help="one trial by its name; may be repeated")
    found.add_argument("--each", type=int, default=1, metavar="N", help="of the trials chosen, each N-th")
    found.add_argument("--at-once", type=int, default=AT_ONCE, metavar="N", help="operators in this process")
    return found


def main() -> int:
    """Play the trials; 1 where one is bad."""
    given = parser().parse_args()
    end_in_order()
    began = time.monotonic()
    directory = BUILD / "faults" / time.strftime("%H%M%S")
    directory.mkdir(parents=True, exist_ok=True)
    logging.basicConfig(filename=directory / "operators.log", level="INFO", format="%(asctime)s %(message)s")
    for name in ("kopf", "aiohttp", "asyncio", "httpx"):
        logging.getLogger(name).setLevel(logging.WARNING)
    try:
        suite = in_a_loop(lambda: perform(given, directory))
    except ClusterError as error:
        print(error, file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("interrupted; what was started is ended", file=sys.stderr)
        return 130
    BUILD.joinpath("faults.json").write_text(json.dumps(report(suite, time.monotonic() - began), indent=1))
    print(table(suite.results))
    return 0 if all(result.ok for result in suite.results) else 1


if __name__ == "__main__":
    sys.exit(main())
