"""The events of a tick: what differs between the status before and after that a person wants to be told, once."""

from collections.abc import Iterator

from golive.api.status import Condition, GoLiveStatus, Phase, Waiting
from golive.decide.decision import Event, Reason

_ENDS = {
    "RolledBack": (Reason.ROLLED_BACK, True),
    "Aborted": (Reason.ABORTED, True),
    "Returned": (Reason.RETURNED, False),
    "Superseded": (Reason.SUPERSEDED, False),
    "Deleted": (Reason.RETURNED, False),
}
_TOLD_WAITS = frozenset({Waiting.PODS, Waiting.VERSION, Waiting.METRICS, Waiting.PAUSED, Waiting.ROUTE})


def announce(before: GoLiveStatus, after: GoLiveStatus) -> tuple[Event, ...]:
    """List the events between two statuses."""
    return (*_way(before, after), *_end(before, after), *_trouble(before, after))


def _way(before: GoLiveStatus, after: GoLiveStatus) -> Iterator[Event]:
    run = f"run {after.run.number}" if after.run else ""
    if (
        after.run
        and after.run.number != (before.run.number if before.run else 0)
        and after.phase is Phase.SHIFTING
    ):
        yield Event(
            Reason.STARTED,
            f"{run}: from {after.run.from_} to {after.run.to} {after.run.version}".rstrip(),
            once=run,
        )
    went_live = after.phase is Phase.STABILISING and before.phase is Phase.SHIFTING
    reached = after.step.acknowledged_at if after.step and not went_live else None
    if after.step and reached and (before.step is None or before.step.acknowledged_at != reached):
        yield Event(
            Reason.WEIGHT_REACHED,
            f"{after.step.weight} % ({after.step.text}) read back",
            once=f"{run} {after.step.text}",
        )
    if went_live:
        yield Event(Reason.LIVE, after.message, once=run)
    if after.phase is Phase.LIVE and before.phase is Phase.STABILISING:
        yield Event(Reason.STABLE, after.message, once=run)


def _end(before: GoLiveStatus, after: GoLiveStatus) -> Iterator[Event]:
    back = after.rollback
    if back is None or back == before.rollback:
        return
    once = f"{after.run.number if after.run else 0} {back.at}"
    if before.rollback is None or before.rollback.at != back.at:
        yield Event(
            Reason.ROLLING_BACK, after.message, warning=back.ends not in {"Returned", "Superseded"}, once=once
        )
    if back.reverted_at:
        reason, warning = _ENDS[back.ends]
        yield Event(reason, after.message, warning=warning, once=once)


def _trouble(before: GoLiveStatus, after: GoLiveStatus) -> Iterator[Event]:
    stalled, earlier = after.condition("Stalled"), before.condition("Stalled")
    if stalled and stalled.reason in {"InvalidSpec", "Conflict"} and _says(stalled) != _says(earlier):
        once = f"{stalled.last_transition_time} {_says(stalled)}"
        yield Event(Reason(stalled.reason), stalled.message, warning=True, once=once)
    metrics, earlier = after.condition("MetricsAvailable"), before.condition("MetricsAvailable")
    if metrics and metrics.status == "False" and (earlier is None or earlier.status != "False"):
        yield Event(
            Reason.METRICS_UNAVAILABLE, metrics.message, warning=True, once=f"{metrics.last_transition_time}"
        )
    changed = after.condition("LiveChanged")
    if changed and before.condition("LiveChanged") is None:
        yield Event(
            Reason.LIVE_CHANGED, changed.message, warning=True, once=f"{changed.last_transition_time}"
        )
    if "NewRevision" in after.message and after.message != before.message:
        yield Event(Reason.NEW_REVISION, after.message, once=after.message)
    if after.waiting_for is not before.waiting_for and not stalled:
        yield from _wait(after)


def _wait(after: GoLiveStatus) -> Iterator[Event]:
    ready = after.condition("Ready")
    once = f"{after.run.number if after.run else 0} {after.step.text if after.step else ''} {after.message}"
    if after.waiting_for is Waiting.DECISION:
        yield Event(Reason.DECISION_NEEDED, after.message, warning=True, once=once)
    elif after.waiting_for in _TOLD_WAITS and ready:
        yield Event(Reason.WAITING, after.message, once=once)


def _says(condition: Condition | None) -> str:
    return condition.message if condition else ""
