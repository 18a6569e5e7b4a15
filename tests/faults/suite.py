"""Trials side by side, each held against its undisturbed run."""

import asyncio
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

from tests.faults.judge import as_stated, compared
from tests.faults.kinds import BROKEN, Measure, broken, trials
from tests.faults.play import Play
from tests.faults.result import Result
from tests.faults.scenarios import SCENARIOS
from tests.faults.stage import Stage, stage
from tests.faults.trial import Trial

EARLIER: Final = (1, 3, 6)
"""By how many writes and events before the end of a run a fault comes that had missed it, at each further try."""
APART: Final = 0.4
"""Seconds between two starts: a crowd at the door would make all of them late."""
LATE: Final = 0.2
"""Seconds by which the loop may be late for another start."""
AT_ONCE: Final = 20
"""Operators in this process at a time."""
PROCESSES: Final = 5
"""Operators as processes at a time."""
BROKEN_AT_ONCE: Final = 6
"""Operators that are broken on purpose at a time: nothing else is played beside them, and most wait for their end."""
EVERY: Final = 5.0
"""Seconds between two lines of progress."""


@dataclass(slots=True)
class Suite:
    """The trials of one command, and what has come of them."""

    seed: int
    at_once: int
    quiet: bool = False
    """Whether what is bad is expected to be."""
    processes: int = PROCESSES
    prefix: str = "f"
    """What its namespaces begin with."""
    results: list[Result] = field(default_factory=list)
    _names: int = 0
    _door: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def play(self, on: Stage, chosen: Sequence[Trial], undisturbed: dict[str, Result]) -> None:
        """Play trials side by side, and hold each against its undisturbed run."""
        rooms = {True: asyncio.Semaphore(self.processes), False: asyncio.Semaphore(self.at_once)}

        async def one(trial: Trial) -> None:
            async with rooms[bool(trial.program)]:
                result = await self._judged(on, trial, undisturbed)
                for fewer in EARLIER:
                    if not result.missed:
                        break
                    # How often a go-live says what it waits for differs from run to run.
                    sooner = trial.within(result.writes - fewer, result.events - fewer)
                    result = (await self._judged(on, sooner, undisturbed)).after(result)
            self.results.append(result)
            if not (result.ok or self.quiet):
                self._tell(on, result)

        telling = asyncio.create_task(self._progress(len(chosen)))
        try:
            async with asyncio.TaskGroup() as group:
                for trial in chosen:
                    group.create_task(one(trial))
        finally:
            telling.cancel()

    async def _judged(self, on: Stage, trial: Trial, undisturbed: dict[str, Result]) -> Result:
        result = await self._one(on, trial)
        as_stated(result)
        if trial.scenario.name in undisturbed:
            compared(result, undisturbed[trial.scenario.name])
        return result

    async def _one(self, on: Stage, trial: Trial) -> Result:
        async with self._door:
            self._names += 1
            play = Play(on, trial, f"{self.prefix}-{self._names}")
            await _room()
        return await play.run()

    async def _progress(self, whole: int) -> None:
        before, began = len(self.results), time.monotonic()
        while True:
            await asyncio.sleep(EVERY)
            done = len(self.results) - before
            bad = sum(not result.ok for result in self.results)
            print(f"  {time.monotonic() - began:5.0f} s: {done} of {whole}, {bad} bad", flush=True)

    def _tell(self, on: Stage, result: Result) -> None:
        file = on.directory / f"{result.trial.name.replace('/', '.')}.writes"
        file.write_text("\n".join([*result.violations, *result.problems, *result.written, ""]))
        print(f"BAD {result.trial.name}: every write is in {file}", flush=True)
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


@dataclass(frozen=True, slots=True)
class Played:
    """What came of a whole command."""

    suite: Suite
    broken: dict[str, list[str]]
    """What the checker says of each operator that is broken on purpose."""

    @property
    def caught(self) -> list[str]:
        """The broken operators in which the checker found the very promise that each breaks."""
        return [name for name in self.broken if self.has_caught(name)]

    def has_caught(self, name: str) -> bool:
        """Tell whether the checker found the very promise that a broken operator breaks."""
        return any(line.partition(":")[0] == BROKEN[name][0] for line in self.broken.get(name, ()))

    @property
    def uncaught(self) -> list[str]:
        """The broken operators of whose broken promise the checker says nothing."""
        return [name for name in self.broken if name not in self.caught]


Choice = Callable[[Sequence[Trial]], Iterable[Trial]]


async def perform(directory: Path, suite: Suite, choice: Choice, *, with_broken: bool) -> Played:
    """Set the stage, measure the undisturbed runs, and play what is chosen of all trials."""
    async with stage(directory) as on:
        print("undisturbed runs", flush=True)
        references = await undisturbed_runs(on, suite, sorted(SCENARIOS))
        measures = {name: Measure(result.writes, result.events) for name, result in references.items()}
        chosen = list(choice(trials(measures, suite.seed)))
        print(f"{len(chosen)} trials", flush=True)
        await suite.play(on, chosen, references)
        said: dict[str, list[str]] = {}
        if with_broken:
            print("operators that are broken on purpose", flush=True)
            said = await _play_broken(on, suite)
    return Played(suite, said)


async def _play_broken(on: Stage, suite: Suite) -> dict[str, list[str]]:
    """Play the broken operators, and once more, with more time, those that have not come to what each breaks."""
    said: dict[str, list[str]] = {}
    for times, prefix in enumerate(("b", "c"), start=1):
        apart = Suite(suite.seed, suite.at_once, quiet=True, processes=BROKEN_AT_ONCE, prefix=prefix)
        left = [trial for trial in broken() if not Played(suite, said).has_caught(_last_word(trial))]
        await apart.play(on, [replace(trial, patience=times * trial.patience) for trial in left], {})
        said |= {_last_word(result.trial): result.violations for result in apart.results}
    return said


def _last_word(trial: Trial) -> str:
    return trial.name.rpartition("/")[2]
