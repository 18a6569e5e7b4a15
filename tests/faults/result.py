"""What came of a trial."""

from collections import Counter
from dataclasses import dataclass, replace
from typing import Any, Final

from tests.faults.trial import Trial

MISSED: Final = "the fault never fired"
Ending = dict[str, Any]


@dataclass(slots=True)
class Result:
    """What came of a trial."""

    trial: Trial
    ending: Ending
    climbs: dict[str, list[int]]
    """Green's weights on each route, each change once."""
    violations: list[str]
    problems: list[str]
    """What is wrong with the end, or with the trial itself."""
    fired: "Counter[str]"
    writes: int
    events: int
    stops: int
    revived: int
    """How often an operator had ended by itself."""
    missed: bool
    """Whether it was over before the fault's turn came."""
    took_over: float | None
    """Seconds from a fault of the leader to the next one's Lease."""
    way_back: list[float]
    """Seconds from each trouble to live = 100."""
    seconds: float
    written: tuple[str, ...] = ()
    """Every write, as a line."""

    @property
    def ok(self) -> bool:
        """Whether nothing is wrong."""
        return not self.violations and not self.problems

    def after(self, missed: "Result") -> "Result":
        """Return it with what was found in an earlier run that was over before the fault's turn came."""
        found = [said for said in missed.problems if said != MISSED]
        return replace(
            self,
            violations=[*missed.violations, *self.violations],
            problems=[*found, *self.problems],
            way_back=[*missed.way_back, *self.way_back],
        )
