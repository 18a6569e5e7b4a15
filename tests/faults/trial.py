"""A trial: one go-live, what disturbs it, and how it is told apart from every other."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from tests.faults.plan import Fault
from tests.faults.scenarios import Scenario

if TYPE_CHECKING:
    from tests.faults.play import Play

Act = Callable[["Play"], Awaitable[None]]
"""What the test does beside a go-live, from the moment its operator runs."""


@dataclass(frozen=True, slots=True)
class Trial:
    """One run under one plan."""

    name: str
    """KIND/SCENARIO/WHAT: it repeats the trial."""
    scenario: Scenario
    faults: tuple[Fault, ...] = ()
    dropped: frozenset[int] = frozenset()
    expired: frozenset[int] = frozenset()
    stale: int = 0
    """How many writes old the lists are that a restarted operator gets."""
    act: Act | None = None
    program: tuple[str, ...] = ()
    """What is started as a process of its own; the operator runs in this process where it is empty."""
    flags: tuple[str, ...] = ()
    """Further flags of its operators."""
    standby: bool = False
    """Whether a second operator stands by."""
    unsteady: bool = False
    """Whether it asks the Prometheus that is stopped and started."""
    is_long: bool = False
    """Whether it takes minutes."""
    patience: float = 150.0
    """Seconds from its start within which it ends."""

    @property
    def kind(self) -> str:
        """The first word of the name."""
        return self.name.partition("/")[0]

    @property
    def disturbs(self) -> bool:
        """Whether something is to happen that counts when it does."""
        return bool(self.faults or self.dropped or self.expired or self.stale)

    def within(self, writes: int, events: int) -> "Trial":
        """Return the trial with its faults early enough for a run of so many writes and events."""
        faults = tuple(replace(fault, nth=min(fault.nth, writes)) for fault in self.faults)
        dropped = frozenset(min(nth, events) for nth in self.dropped)
        expired = frozenset(min(nth, events) for nth in self.expired)
        return replace(self, faults=faults, dropped=dropped, expired=expired)
