"""The figures of /metrics: the one list of them, and those that are read off a GoLive's status when somebody asks.

No label carries a query, an address or a message. A gauge per GoLive is made at each scrape from what the cache holds:
a GoLive at rest costs nothing between two scrapes, and one that is deleted is gone from the next.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

from golive.api.status import MEASURED, GoLiveStatus, Phase, Waiting
from golive.subject import ON_A_RUN

Raw = Mapping[str, Any]
Kind = Literal["counter", "gauge", "histogram"]
Labels = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Figure:
    """One metric."""

    name: str
    kind: Kind
    about: str
    labels: Labels = ()
    buckets: tuple[float, ...] = ()
    """Upper bounds of a histogram, in its unit."""


_SECONDS: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
_FINE: Final = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0)
_LONG: Final = (0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0, 60.0, 300.0)
_WHOSE: Final = ("namespace", "name")

BUILD_INFO: Final = Figure("golive_build_info", "gauge", "1, with the operator's version.", ("version",))
LEADER: Final = Figure("golive_leader", "gauge", "1 where this process decides and writes, 0 on a standby.")
DUE: Final = Figure("golive_due", "gauge", "GoLives that are due and wait for their tick.")
TASKS: Final = Figure(
    "golive_asyncio_tasks", "gauge", "Tasks of the event loop: some for each check that is asked."
)
WATCH_SILENCE: Final = Figure(
    "golive_watch_silence_seconds",
    "gauge",
    "Since the last byte of a kind's watch; a quiet one hears about once a minute.",
    ("kind",),
)
ROLLBACKS: Final = Figure(
    "golive_rollbacks_total",
    "counter",
    "Verdicts to go back: RolledBack by a rule, Aborted by a person in the route, Returned, Superseded or Deleted.",
    ("reason",),
)
TIME_TO_REVERT: Final = Figure(
    "golive_time_to_revert_seconds",
    "histogram",
    "From the verdict to go back until every route was read back at live = 100.",
    buckets=_LONG,
)
DRIFT: Final = Figure(
    "golive_route_drift_total",
    "counter",
    "How often weights were found that this operator did not write and could not leave.",
)
QUERIES: Final = Figure(
    "golive_prometheus_queries_total",
    "counter",
    "Queries asked of Prometheus, by Ok, BadQuery, Unavailable or Cancelled.",
    ("outcome",),
)
QUERY_SECONDS: Final = Figure(
    "golive_prometheus_query_seconds",
    "histogram",
    "How long a query took, whatever came of it.",
    buckets=_SECONDS,
)
REQUESTS: Final = Figure(
    "golive_api_requests_total",
    "counter",
    "Requests to the API server but for watching, by Ok or the name of the failure, such as Refused or Unavailable.",
    ("verb", "resource", "outcome"),
)
REQUEST_SECONDS: Final = Figure(
    "golive_api_request_seconds",
    "histogram",
    "How long such a request took, whatever came of it.",
    ("verb", "resource"),
    _SECONDS,
)
TICK_SECONDS: Final = Figure(
    "golive_tick_seconds", "histogram", "How long a tick took, its writes included.", buckets=_FINE
)
LAG: Final = Figure(
    "golive_event_loop_lag_seconds",
    "histogram",
    "How much later than asked the event loop woke a sleeper, four times a second.",
    buckets=_FINE,
)

OF_THE_OPERATOR: Final = (
    BUILD_INFO, LEADER, DUE, TASKS, WATCH_SILENCE, ROLLBACKS, TIME_TO_REVERT, DRIFT, QUERIES, QUERY_SECONDS, REQUESTS,
    REQUEST_SECONDS, TICK_SECONDS, LAG,
)  # fmt: skip

Readings = Iterator[tuple[Labels, float]]
"""Labels beyond namespace and name, and the value."""


def _phase(status: Raw) -> Readings:
    yield (status.get("phase") or "Pending",), 1


def _waiting(status: Raw) -> Readings:
    if status.get("waitingFor"):
        yield (status["waitingFor"],), 1


def _weight(status: Raw) -> Readings:
    yield (), status.get("weight") or 0


def _step(status: Raw) -> Readings:
    step = (status.get("step") or {}) if status.get("phase") in ON_A_RUN else {}
    yield (), step.get("index") or 0


def _checks(status: Raw) -> Readings:
    if status.get("phase") in MEASURED:
        for check in status.get("checks") or ():
            yield (check["name"], check["component"], check["result"]), 1


def _stalled(status: Raw) -> Readings:
    for condition in status.get("conditions") or ():
        if condition["type"] == "Stalled" and condition["status"] == "True":
            yield (condition["reason"],), 1


OF_A_GOLIVE: Final[Mapping[Figure, Callable[[Raw], Readings]]] = {
    Figure("golive_phase", "gauge", "1 for the phase that a GoLive is in.", (*_WHOSE, "phase")): _phase,
    Figure(
        "golive_waiting",
        "gauge",
        "1 for what a GoLive waits for; none while it moves.",
        (*_WHOSE, "waiting_for"),
    ): _waiting,
    Figure(
        "golive_weight",
        "gauge",
        "The target's weight in percent, the highest read back of all routes.",
        _WHOSE,
    ): _weight,
    Figure(
        "golive_step", "gauge", "The place of the step that a run is on, from 1; 0 at rest.", _WHOSE
    ): _step,
    Figure(
        "golive_check_result",
        "gauge",
        "1 for the last result of a check, Pass, Hold, Breach, NoData or Error; only while checks are asked.",
        (*_WHOSE, "check", "component", "result"),
    ): _checks,
    Figure(
        "golive_stalled",
        "gauge",
        "1 where nothing moves before a person changes something.",
        (*_WHOSE, "reason"),
    ): _stalled,
}
CATALOGUE: Final = (*OF_A_GOLIVE, *OF_THE_OPERATOR)
"""Every figure that the operator tells."""


def readings(figure: Figure, golives: tuple[Raw, ...]) -> Readings:
    """Read one figure off every GoLive, with all its labels."""
    for raw in golives:
        metadata = raw["metadata"]
        whose = (metadata["namespace"], metadata["name"])
        for labels, value in OF_A_GOLIVE[figure](raw.get("status") or {}):
            yield (*whose, *labels), value


def went_back(before: GoLiveStatus, after: GoLiveStatus) -> str:
    """Return the reason of a verdict to go back that is new in a status; empty where none is."""
    if after.rollback is None or (before.rollback and before.rollback.at == after.rollback.at):
        return ""
    return after.rollback.ends


def seconds_to_revert(before: GoLiveStatus, after: GoLiveStatus) -> float | None:
    """Return how long going back took where that is over since this status; None where it is not."""
    record = after.rollback
    if record is None or record.reverted_at is None or (before.rollback and before.rollback.reverted_at):
        return None
    return (record.reverted_at - record.at).total_seconds()


def drifted(before: GoLiveStatus, after: GoLiveStatus) -> bool:
    """Tell whether this status is the first to say that somebody else moved weights."""
    waits = after.waiting_for is Waiting.ROUTE and before.waiting_for is not Waiting.ROUTE
    # On the way back it waits for a route that cannot be written, whoever moved what.
    return waits and after.phase is not Phase.ROLLING_BACK
