"""All examples of a sweep, side by side, each thread with a seed of its own."""

import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

from tests.integration.operator_world import Operator
from tests.sweep.ending import References
from tests.sweep.example import Example, Finding
from tests.sweep.ground import Ground
from tests.sweep.machine import MOST_RULES, sweep

_PROGRESS_EVERY: Final = 15.0
FAULT: Final = "a fault of the operator"


@dataclass
class Course:
    """Runs examples and keeps what they found."""

    ground: Ground
    operator: Operator
    say: Callable[[str], None] = print
    name: str = "sweep"
    """What its namespaces begin with."""
    findings: list[Finding] = field(default_factory=list)
    done: int = 0
    acts: int = 0
    phases: Counter[str] = field(default_factory=Counter)
    """In how many acts a go-live was in each phase."""
    _begun: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        self.references = References(self.ground, self.name)

    def run(self, seed: int, examples: int, side_by_side: int, rules: int = MOST_RULES) -> None:
        """Sweep with as many threads, each with its share of the examples."""
        threads = min(examples, side_by_side)
        shares = [examples // threads + (number < examples % threads) for number in range(threads)]
        self._side_by_side(
            [
                threading.Thread(
                    target=sweep, args=(self._begin, seed * 1000 + number, share, rules), daemon=True
                )
                for number, share in enumerate(shares)
            ],
            examples,
        )

    def repeat(self, acts: Sequence[str], times: int = 1) -> None:
        """Run one example as it is written, several times side by side."""
        threads = [threading.Thread(target=self._one, args=(acts,), daemon=True) for _ in range(times)]
        self._side_by_side(threads, times)

    def look_at_the_operator(self) -> None:
        """Count it as a finding where the operator says of itself that it has a fault, or has ended."""
        process = self.operator.process
        if process is None:
            return
        lines = process.log.read_text(errors="replace").splitlines()
        self.findings += [Finding((), line) for line in lines if FAULT in line]
        if process.status is not None:
            self.findings.append(Finding((), "the operator has ended: " + "\n".join(lines[-20:])))

    def _one(self, acts: Sequence[str]) -> None:
        example = self._begin()
        for act in acts:
            example.do(act)
        example.finish()

    def _side_by_side(self, threads: list[threading.Thread], examples: int) -> None:
        for thread in threads:
            thread.start()
        told = time.monotonic()
        while any(thread.is_alive() for thread in threads):
            next(thread for thread in threads if thread.is_alive()).join(1)
            if time.monotonic() - told > _PROGRESS_EVERY:
                told = time.monotonic()
                self.say(
                    f"{self.done} of {examples} examples, {self.acts} acts, {len(self.findings)} findings"
                )
        if self.done != examples:
            self.findings.append(
                Finding((), f"{examples} examples were asked for, {self.done} came to an end")
            )

    def _begin(self) -> Example:
        with self._lock:
            self._begun += 1
            number = self._begun
        return Example(self.ground, self.references, f"{self.name}-{number}", self._end)

    def _end(self, example: Example) -> None:
        with self._lock:
            self.done += 1
            self.acts += len(example.acts)
            self.phases += example.phases
            if example.finding:
                self.findings.append(example.finding)
                self.say(f"{example.namespace}: {example.finding}")
