"""What the work at hand is about: which GoLive, which of its runs, which step. Log lines, queries and writes carry it."""

from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from golive.api.golive import GoLive
from golive.api.status import SPLIT, GoLiveStatus, Phase, RunStatus, StepStatus

ON_A_RUN: Final = SPLIT | {Phase.ROLLING_BACK}
"""The phases in which the run on record is not over."""


@dataclass(frozen=True, slots=True)
class Subject:
    """A GoLive, and the run and step that it is on; no run is 0, no step is 0."""

    namespace: str
    golive: str
    uid: str
    number: int = 0
    """The run's number."""
    index: int = 0
    """The step's place, from 1."""
    intended_at: datetime | None = None
    """When the step was put on record: it may be taken more than once."""
    check: str = ""
    component: str = ""

    @property
    def run(self) -> str:
        """The run's id, the same over restarts; empty between runs."""
        return f"{self.uid}/{self.number}" if self.number else ""

    @property
    def step(self) -> str:
        """The step's id; empty between steps."""
        return f"{self.run}/{self.index}" if self.number and self.index else ""


SUBJECT: Final[ContextVar[Subject | None]] = ContextVar("subject", default=None)
"""Each task has its own."""


def on_run(status: GoLiveStatus) -> RunStatus | None:
    """Return the run that a status is on; None between runs, where the one on record is over."""
    return status.run if status.phase in ON_A_RUN else None


def on_step(status: GoLiveStatus) -> StepStatus | None:
    """Return the step that a status is on."""
    return status.step if on_run(status) else None


def about(golive: GoLive, after: GoLiveStatus) -> Subject:
    """Name what a tick from a GoLive to its next status is about: the one that ends a run is still about that run."""
    status = after if on_run(after) else golive.status
    run, step = on_run(status), on_step(status)
    return Subject(
        golive.namespace,
        golive.name,
        golive.uid,
        number=run.number if run else 0,
        index=step.index if step else 0,
        intended_at=step.intended_at if step else None,
    )
