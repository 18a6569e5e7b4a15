"""The conditions that machines read: Ready, Reconciling, Stalled and what else is to be known (KEP-1623, kstatus).

Ready is always there; Reconciling and Stalled only while they are True, and never both.
"""

from collections.abc import Iterator

from golive.api.status import Condition, GoLiveStatus, Phase, Waiting
from golive.decide import gates
from golive.decide.turn import Draft, Turn

_WAITING_REASON = {
    Waiting.PAUSED: "Suspended",
    Waiting.DECISION: "AwaitingDecision",
    Waiting.METRICS: "ChecksNotPassing",
}
_MEASURED = frozenset({Phase.PREPARING, Phase.SHIFTING, Phase.STABILISING})
_WITH_A_WAY_BACK = frozenset({Phase.SHIFTING, Phase.STABILISING})


def conditions(turn: Turn, draft: Draft) -> tuple[Condition, ...]:
    """Return all conditions of a status in the making, with their times of change."""
    wanted = [
        *_progress(draft),
        *_stable(draft.status),
        *_metrics(turn, draft.status),
        *_way_back(turn, draft.status),
    ]
    wanted += [*_live_changed(turn, draft.status), *_traffic_conflict(draft.status)]
    return tuple(_timed(turn, kind, status, reason, message) for kind, status, reason, message in wanted)


Wanted = tuple[str, str, str, str]


def _progress(draft: Draft) -> Iterator[Wanted]:
    status = draft.status
    if draft.stalled:
        yield "Ready", "False", draft.stalled, status.message
        yield "Stalled", "True", draft.stalled, status.message
    elif _is_ready(status):
        yield "Ready", "True", _ready_reason(status), status.message
    else:
        reason = _WAITING_REASON.get(status.waiting_for, "Progressing")
        yield "Ready", "False", reason, status.message
        yield "Reconciling", "True", reason, status.message


def _is_ready(status: GoLiveStatus) -> bool:
    return status.phase is Phase.LIVE or _is_confirmed(status)


def _is_confirmed(status: GoLiveStatus) -> bool:
    acknowledged = status.step is not None and status.step.acknowledged_at is not None
    return status.phase is Phase.STABILISING and status.confirmed_at is not None and acknowledged


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
    if status.phase not in _MEASURED:
        return
    source = turn.facts.source
    if source.reachable and not source.message:
        yield "MetricsAvailable", "True", "Answering", "Prometheus answers"
    else:
        yield "MetricsAvailable", "False", "Stale" if source.reachable else "Unavailable", source.message


def _way_back(turn: Turn, status: GoLiveStatus) -> Iterator[Wanted]:
    if status.run is None or status.phase not in _WITH_A_WAY_BACK:
        return
    counts = []
    enough = True
    for component, colour in turn.colours(status.run.from_):
        wanted = colour.deployment.replicas if colour.deployment else 0
        enough = enough and 0 < wanted <= colour.ready
        counts.append(f"{component.colour(status.run.from_).deployment} {colour.ready} of {wanted} ready")
    yield "RollbackReady", str(enough), "Ready" if enough else "PodsMissing", ", ".join(counts)


def _live_changed(turn: Turn, status: GoLiveStatus) -> Iterator[Wanted]:
    if status.phase is Phase.SHIFTING and turn.status.phase is Phase.SHIFTING and gates.live_changed(turn):
        yield (
            "LiveChanged",
            "True",
            "TemplateChanged",
            f"{turn.run.from_} runs {turn.revision(turn.run.from_)}",
        )


def _traffic_conflict(status: GoLiveStatus) -> Iterator[Wanted]:
    if status.waiting_for is Waiting.ROUTE:
        yield "TrafficConflict", "True", "WeightsChanged", status.message


def _timed(turn: Turn, kind: str, status: str, reason: str, message: str) -> Condition:
    before = turn.status.condition(kind)
    since = (
        before.last_transition_time if before and before.status == status else turn.now.replace(microsecond=0)
    )
    return Condition(
        type=kind,
        status=status,
        reason=reason,
        message=message[:1024],
        last_transition_time=since,
        observed_generation=turn.golive.generation,
    )
