"""What the operator reports, and the only memory it has: the status of a GoLive.

Frozen models; unknown fields are ignored, so that an older operator can read a newer status.
"""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any, Final

from pydantic import BaseModel, ConfigDict, Field, PlainSerializer
from pydantic.alias_generators import to_camel

from golive.api.component import Colour
from golive.api.model import map_by


def format_time(at: datetime) -> str:
    """Write a time as the API server reads it: RFC 3339 in UTC, milliseconds."""
    return at.strftime("%Y-%m-%dT%H:%M:%S.") + f"{at.microsecond // 1000:03d}Z"


def format_seconds(at: datetime) -> str:
    """Write a time in whole seconds, the precision of conditions."""
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


LONGEST_TEXT: Final = 1024
"""Characters of any text in a status."""
LONGEST_OF_A_CHECK: Final = 512
"""Characters of a check's query and of its message: 512 checks have to fit into one object of the API server."""


def cut(text: str, longest: int) -> str:
    """Shorten a text to what the status may hold of it, where it is longer."""
    return text if len(text) <= longest else text[: longest - 1] + "…"


Time = Annotated[datetime, PlainSerializer(format_time, return_type=str)]
"""A moment of the API server's clock, milliseconds."""
Seconds = Annotated[datetime, PlainSerializer(format_seconds, return_type=str)]
"""A moment of the API server's clock, whole seconds as metav1.Time writes it."""


class StatusModel(BaseModel):
    """A frozen part of the status."""

    model_config = ConfigDict(
        frozen=True,
        extra="ignore",
        alias_generator=to_camel,
        validate_by_name=True,
        validate_by_alias=True,
        use_attribute_docstrings=True,
    )


class Phase(StrEnum):
    """Where in its life a GoLive is; for people: machines read the conditions."""

    PENDING = "Pending"
    PREPARING = "Preparing"
    SHIFTING = "Shifting"
    STABILISING = "Stabilising"
    LIVE = "Live"
    ROLLING_BACK = "RollingBack"
    ROLLED_BACK = "RolledBack"
    ABORTED = "Aborted"


SPLIT: Final = frozenset({Phase.SHIFTING, Phase.STABILISING})
"""A run is on: traffic may lie between the colours, and going back is one write."""
MEASURED: Final = SPLIT | {Phase.PREPARING}
"""Checks are asked: each is tried once before the start, and judged from the first traffic to the end of stabilising."""


class Waiting(StrEnum):
    """What a GoLive waits for; clearing the field resumes, nothing is forgotten."""

    NOTHING = ""
    PODS = "Pods"
    VERSION = "Version"
    SETTLE = "Settle"
    HOLD = "Hold"
    METRICS = "Metrics"
    DECISION = "Decision"
    PAUSED = "Paused"
    ROUTE = "Route"


class Outcome(StrEnum):
    """The five results of a check: no data and an error are neither a pass nor a breach."""

    PASS = "Pass"  # noqa: S105  # a result, no secret
    HOLD = "Hold"
    BREACH = "Breach"
    NO_DATA = "NoData"
    ERROR = "Error"


class StepStatus(StatusModel):
    """The step on record: an intent until it is acknowledged."""

    index: int = 0
    """The step's place, from 1."""
    count: int = 0
    """How many steps there are."""
    text: str = ""
    """The step of how many, such as `2/5`."""
    weight: int = 0
    """The weight this step asks for, in percent."""
    intended_at: Time | None = None
    """When the step was put on record, before any route was written."""
    before: int = 0
    """The weight that had been read back when this step was put on record, in percent."""
    allowed: int = 0
    """The weight that the other routes may still carry where some were lowered, in percent; 0 where none was."""
    lowered: Annotated[tuple[str, ...], Field(max_length=24)] = ()
    """The routes that were lowered, as `component/route`: these climb again by themselves."""
    lowered_at: Time | None = None
    """When somebody else lowered a route: only checks asked since then let it rise again."""
    acknowledged_at: Time | None = None
    """When every route was read back at this weight: the hold counts from here."""


class RunStatus(StatusModel):
    """One attempt to go live."""

    number: int
    """Counts the attempts of this GoLive, from 1."""
    from_: Annotated[Colour, Field(alias="from")]
    """The colour that was live when the run started, and the way back."""
    to: Colour
    """The colour that goes live."""
    version: str = ""
    """The version that was asked for."""
    revision: str = ""
    """The pod-template-hash of each target Deployment, in the order of the components' names."""
    live_revision: str = ""
    """The same of the colour that was live."""
    components: Annotated[tuple[str, ...], Field(max_length=16)] = ()
    """The names of the components, in the order of their revisions."""
    plan_hash: str = ""
    """A hash of the revision and of all of the spec but `suspend`."""
    started_at: Time
    """When the first step was put on record."""
    traffic_at: Time | None = None
    """When the target was first seen with a weight on any route: earlier samples never count."""
    carried: Annotated[tuple[str, ...], Field(max_length=24)] = ()
    """The routes that have given the target a weight, as `component/route`: only these can be taken back."""


class ComponentStatus(StatusModel):
    """One component as it is seen."""

    name: str
    """The component's name."""
    weight: int = 0
    """The target's weight as it was last read back, the lowest of its routes."""
    acknowledged: bool = False
    """Whether all its routes carry the step's weight."""
    ready: str = ""
    """The target's ready pods of those wanted, such as `2/2`."""
    revision: str = ""
    """The pod-template-hash of the target Deployment."""
    base: int = 0
    """The target's replicas when the step was acknowledged: what readiness is measured against."""
    live_ready: int = 0
    """The live colour's ready pods when the run started."""


class CheckStatus(StatusModel):
    """The last result of a check for a component."""

    name: str
    """The check's name."""
    component: str
    """The component it was asked for."""
    result: Outcome
    """Pass, Hold, Breach, NoData or Error."""
    value: str = ""
    """The value, where there is one."""
    limit: str = ""
    """The threshold that decided."""
    query: str = ""
    """The query as it was sent."""
    message: str = ""
    """The result in a sentence."""
    at: Time | None = None
    """The time of the value, by Prometheus's clock."""


class RollbackStatus(StatusModel):
    """Why and when traffic was taken back."""

    rule: str
    """What fired: `error-rate > 0.05`, a readiness rule, a person, or a change of the spec."""
    value: str = ""
    """The value that fired it."""
    by: str = ""
    """The component, person or field manager it came from."""
    at: Time
    """When the verdict fell."""
    ends: str = "RolledBack"
    """What this ends in: RolledBack, Aborted, Returned, Superseded or Deleted."""
    reverted_at: Time | None = None
    """When every route was read back at live = 100."""


class HistoryEntry(StatusModel):
    """A run that has ended."""

    run: int
    """The run's number."""
    to: Colour
    """The colour that was to go live."""
    version: str = ""
    """The version it was to bring."""
    revision: str = ""
    """The revision it was to bring."""
    outcome: str
    """Live, RolledBack, Aborted, Returned or Superseded."""
    reason: str = ""
    """Why, in a sentence."""
    at: Time
    """When it ended."""


class Condition(StatusModel):
    """A condition as KEP-1623 has it."""

    type: str
    """The condition's name."""
    status: str
    """True, False or Unknown."""
    reason: str
    """One word in CamelCase."""
    message: str = ""
    """A sentence for people."""
    last_transition_time: Seconds
    """When the status last changed."""
    observed_generation: int = 0
    """The generation of the spec this was said of."""


class GoLiveStatus(StatusModel):
    """Where a GoLive is, why, and what comes next."""

    observed_generation: int = 0
    """The generation of the spec that this status speaks of."""
    phase: Phase = Phase.PENDING
    """Pending, Preparing, Shifting, Stabilising, Live, RollingBack, RolledBack or Aborted; for people."""
    waiting_for: Waiting = Waiting.NOTHING
    """What it waits for; empty while it moves by itself."""
    message: str = ""
    """The state in a sentence."""
    next: str = ""
    """What comes next and when, such as `50% at 14:30:00Z`."""
    live: Colour | None = None
    """The colour that serves."""
    previous: Colour | None = None
    """The colour that served before: the way back until `rollbackUntil`."""
    rollback_until: Time | None = None
    """Until when setting the target back is one write without steps."""
    live_since: Time | None = None
    """When the live colour was read back at 100 %."""
    confirmed_at: Time | None = None
    """When every check had passed twice at 100 %."""
    known: Annotated[tuple[str, ...], Field(max_length=24)] = ()
    """The routes, as `component/route`, that have been seen with everything on the live colour: any other is left alone."""
    previous_revision: str = ""
    """What `previous` ran when it was live: only this revision is a way back without steps."""
    weight: int = 0
    """The target's weight in percent, the highest read back of all routes."""
    step: StepStatus | None = None
    """The step on record."""
    run: RunStatus | None = None
    """The run on record."""
    components: Annotated[
        tuple[ComponentStatus, ...], Field(max_length=16, json_schema_extra=map_by("name"))
    ] = ()
    """Each component as it is seen."""
    checks: Annotated[
        tuple[CheckStatus, ...], Field(max_length=512, json_schema_extra=map_by("name", "component"))
    ] = ()
    """The last result of every check."""
    rollback: RollbackStatus | None = None
    """Why and when traffic was taken back, of the run on record."""
    history: Annotated[tuple[HistoryEntry, ...], Field(max_length=10)] = ()
    """The last runs that ended, the newest first."""
    conditions: Annotated[tuple[Condition, ...], Field(max_length=16, json_schema_extra=map_by("type"))] = ()
    """Ready, Reconciling, Stalled and what else is to be known."""

    def condition(self, kind: str) -> Condition | None:
        """Return the condition of a type, if there is one."""
        return next((condition for condition in self.conditions if condition.type == kind), None)


def status_wire(status: GoLiveStatus) -> dict[str, Any]:
    """Write a status as the API server keeps it, without what is unset."""
    return status.model_dump(mode="json", by_alias=True, exclude_none=True)
