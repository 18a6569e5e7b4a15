"""The conditions that machines read: Ready, Reconciling, Stalled and what else is to be known (KEP-1623, kstatus).

Ready is always there; Reconciling and Stalled only while they are True, and never both.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

from golive.api.component import Colour
from golive.api.status import LONGEST_TEXT, MEASURED, SPLIT, Condition, GoLiveStatus, Phase, Waiting, cut
from golive.decide import gates
from golive.decide.turn import Draft, Turn
from golive.decide.weights import WHOLE

_WAITING_REASON = {
    Waiting.PAUSED: "Suspended",
    Waiting.DECISION: "AwaitingDecision",
    Waiting.METRICS: "ChecksNotPassing",
    Waiting.ROUTE: "TrafficConflict",
}
CONFLICT_FOR: Final = timedelta(minutes=5)
"""How long after somebody lowered a route that is said."""


def conditions(turn: Turn, draft: Draft) -> tuple[Condition, ...]:
    """Return all conditions of a status in the making, with their times of change."""
    wanted = [
        *_progress(turn, draft),
        *_stable(draft.status),
        *_metrics(turn, draft.status),
        *_way_back(turn, draft.status),
        *_live_changed(turn, draft.status),
        *_traffic_conflict(turn, draft.status),
    ]
    return tuple(_timed(turn, kind, status, reason, message) for kind, status, reason, message in wanted)


Wanted = tuple[str, str, str, str]


def _progress(turn: Turn, draft: Draft) -> Iterator[Wanted]:
    status = draft.status
    if draft.stalled:
        yield "Ready", "False", draft.stalled, status.message
        yield "Stalled", "True", draft.stalled, status.message
    elif turn.spec.target is status.live and _is_ready(status):
        yield "Ready", "True", _ready_reason(status), status.message
    else:
        blind = status.waiting_for is Waiting.METRICS and bool(turn.facts.source.message)
        reason = "MetricsUnavailable" if blind else _WAITING_REASON.get(status.waiting_for, "Progressing")
        yield "Ready", "False", reason, status.message
        yield "Reconciling", "True", reason, status.message


def _is_ready(status: GoLiveStatus) -> bool:
    at_rest = status.phase is Phase.LIVE and status.waiting_for is Waiting.NOTHING
    return at_rest or _is_confirmed(status)


def _is_confirmed(status: GoLiveStatus) -> bool:
    step = status.step
    whole = step is not None and step.acknowledged_at is not None and step.weight == WHOLE
    asked = status.waiting_for is Waiting.DECISION
    return status.phase is Phase.STABILISING and status.confirmed_at is not None and whole and not asked


def _ready_reason(status: GoLiveStatus) -> str:
    if status.phase is Phase.STABILISING:
        return "Stabilising"
    return "Returned" if status.run and status.run.to is not status.live else "Live"


def _stable(status: GoLiveStatus) -> Iterator[Wanted]:
    if status.phase is Phase.STABILISING:
        yield "Stable", "Unknown", "Stabilising", "rules stay armed"
    elif status.phase is Phase.LIVE and status.run and status.run.to is status.live:
        yield "Stable", "True", "Stable", "the stabilising time is over"


def _metrics(turn: Turn, status: GoLiveStatus) -> Iterator[Wanted]:
    if status.phase not in MEASURED:
        return
    source = turn.facts.source
    if not source.asked or (status.phase is Phase.PREPARING and not source.message):
        yield (
            "MetricsAvailable",
            "Unknown",
            "NotNeeded",
            "Prometheus is asked, and counts from the first step on",
        )
    elif not source.message:
        yield "MetricsAvailable", "True", "Answering", "Prometheus answers"
    else:
        yield "MetricsAvailable", "False", "Stale" if source.reachable else "Unavailable", source.message


def _way_back(turn: Turn, status: GoLiveStatus) -> Iterator[Wanted]:
    back = _colour_behind(turn, status)
    if back is None:
        return
    counts = []
    enough = True
    for component, colour in turn.colours(back):
        wanted = colour.deployment.replicas if colour.deployment else 0
        enough = enough and 0 < wanted <= colour.ready
        counts.append(f"{component.colour(back).deployment} {colour.ready} of {wanted} ready")
    known = status.run.live_revision if status.run and turn.status.run else ""
    if known and turn.revision(back) and not turn.runs_still(back, known):
        yield "RollbackReady", "False", "Replaced", f"{back} runs another release than when it was live"
    else:
        yield "RollbackReady", str(enough), "Ready" if enough else "PodsMissing", ", ".join(counts)


def _colour_behind(turn: Turn, status: GoLiveStatus) -> Colour | None:
    """Return the colour that going back leads to; None where nothing goes back by itself or in one write."""
    if status.run and status.phase in SPLIT:
        return status.run.from_
    in_time = status.rollback_until is not None and turn.now < status.rollback_until
    return status.previous if status.phase is Phase.LIVE and in_time else None


def _live_changed(turn: Turn, status: GoLiveStatus) -> Iterator[Wanted]:
    both = {status.phase, turn.status.phase}
    if both <= SPLIT and gates.live_changed(turn):
        yield (
            "LiveChanged",
            "True",
            "TemplateChanged",
            f"{turn.run.from_} runs {turn.revision(turn.run.from_)}",
        )


def conflict_ends(status: GoLiveStatus) -> datetime | None:
    """Return until when it is said that somebody lowered a route."""
    lowered = status.step.lowered_at if status.step and status.phase in SPLIT else None
    return lowered + CONFLICT_FOR if lowered else None


def _traffic_conflict(turn: Turn, status: GoLiveStatus) -> Iterator[Wanted]:
    ends = conflict_ends(status)
    if status.waiting_for is Waiting.ROUTE:
        yield "TrafficConflict", "True", "WeightsChanged", status.message
    elif ends and turn.now < ends:
        at = f"{ends - CONFLICT_FOR:%H:%M:%SZ}"
        message = f"somebody lowered a route below its step at {at}: it is regained as a step is"
        yield "TrafficConflict", "True", "WeightsChanged", message


def since(record: GoLiveStatus, kind: str, status: str, now: datetime) -> datetime:
    """Return since when a condition has had its status."""
    before = record.condition(kind)
    return before.last_transition_time if before and before.status == status else now.replace(microsecond=0)


def _timed(turn: Turn, kind: str, status: str, reason: str, message: str) -> Condition:
    return Condition(
        type=kind,
        status=status,
        reason=reason,
        message=cut(message, LONGEST_TEXT),
        last_transition_time=since(turn.status, kind, status, turn.now),
        observed_generation=turn.golive.generation,
    )
