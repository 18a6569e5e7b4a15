"""A status with every field written, for the tests of reading, writing and storing it."""

from datetime import UTC, datetime, timedelta
from typing import Final

from golive.api.spec import Colour
from golive.api.status import (
    CheckStatus,
    ComponentStatus,
    Condition,
    GoLiveStatus,
    HistoryEntry,
    Outcome,
    Phase,
    RollbackStatus,
    RunStatus,
    StepStatus,
    Waiting,
)

START: Final = datetime(2026, 3, 1, 14, 0, tzinfo=UTC)


def _at(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


def whole_status() -> GoLiveStatus:
    """Build the status of a run at its second step."""
    return GoLiveStatus(
        observed_generation=3,
        phase=Phase.SHIFTING,
        waiting_for=Waiting.HOLD,
        message="half of the requests go to green",
        next="75% at 14:30:00Z",
        live=Colour.BLUE,
        previous=Colour.GREEN,
        rollback_until=_at(600_000),
        live_since=_at(0),
        confirmed_at=_at(30),
        previous_revision="5d8",
        known=("web/web",),
        weight=50,
        step=StepStatus(
            index=2,
            count=4,
            text="2/4",
            weight=50,
            before=10,
            allowed=50,
            lowered=("web/web",),
            intended_at=_at(60.5),
            acknowledged_at=_at(61.25),
        ),
        run=RunStatus(
            number=2,
            from_=Colour.BLUE,
            to=Colour.GREEN,
            version="1.4.0",
            revision="7f9",
            live_revision="5d8",
            components=("web",),
            plan_hash="abc",
            started_at=_at(40),
            traffic_at=_at(41.001),
        ),
        components=(
            ComponentStatus(
                name="web", weight=50, acknowledged=True, ready="2/2", revision="7f9", base=2, live_ready=2
            ),
        ),
        checks=(
            CheckStatus(
                name="errors",
                component="web",
                result=Outcome.PASS,
                value="0.001",
                limit="<= 0.01",
                query="up",
                message="0.001 passes",
                at=_at(62),
            ),
        ),
        rollback=RollbackStatus(
            rule="errors > 0.05", value="0.1", by="web", at=_at(70), ends="RolledBack", reverted_at=_at(70.2)
        ),
        history=(
            HistoryEntry(
                run=1,
                to=Colour.GREEN,
                version="1.3.0",
                revision="5d8",
                outcome="Live",
                reason="all checks passed",
                at=_at(0),
            ),
        ),
        conditions=(
            Condition(
                type="Ready",
                status="False",
                reason="Progressing",
                message="step 2/4",
                last_transition_time=_at(40),
                observed_generation=3,
            ),
        ),
    )
