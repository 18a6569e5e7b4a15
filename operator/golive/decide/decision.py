"""What a tick decided: the status as it should be, the writes to the outside, the words, and when to look again."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import assert_never

from golive.api.spec import Colour
from golive.api.status import GoLiveStatus
from golive.facts import PastRun


@dataclass(frozen=True, slots=True)
class SetWeights:
    """Write one route's pair of weights, if it still carries those that the decision saw."""

    route: str
    blue_service: str
    green_service: str
    seen: Mapping[Colour, tuple[int, ...]]
    colour: Colour
    """The colour that gets `weight`; the other gets the rest of the pair's sum."""
    weight: int
    up: bool
    """Raises the colour that goes live: the writes that a rollback may cancel."""


@dataclass(frozen=True, slots=True)
class SetFinalizer:
    """Hold the GoLive against deletion, or let it go."""

    present: bool


@dataclass(frozen=True, slots=True)
class SaveRun:
    """Remember how the last run ended, beyond the GoLive's own life."""

    run: PastRun


Action = SetWeights | SetFinalizer | SaveRun
"""Closed: an action without a performer fails mypy."""


class Reason(StrEnum):
    """The closed set of event reasons."""

    STARTED = "Started"
    WEIGHT_REACHED = "WeightReached"
    LIVE = "Live"
    STABLE = "Stable"
    ROLLING_BACK = "RollingBack"
    ROLLED_BACK = "RolledBack"
    RETURNED = "Returned"
    SUPERSEDED = "Superseded"
    ABORTED = "Aborted"
    WAITING = "Waiting"
    DECISION_NEEDED = "DecisionNeeded"
    METRICS_UNAVAILABLE = "MetricsUnavailable"
    ROUTE_REPAIRED = "RouteRepaired"
    WRITE_FAILED = "WriteFailed"
    INVALID_SPEC = "InvalidSpec"
    CONFLICT = "Conflict"
    LIVE_CHANGED = "LiveChanged"
    NEW_REVISION = "NewRevision"


@dataclass(frozen=True, slots=True)
class Event:
    """Something to tell once."""

    reason: Reason
    message: str
    warning: bool = False
    once: str = ""
    """What tells this event from another of the same reason: the same event is posted once."""


@dataclass(frozen=True, slots=True)
class Decision:
    """The outcome of one tick. `actions` are carried out in order, then `status` is recorded, then `events` are told."""

    status: GoLiveStatus
    actions: tuple[Action, ...] = ()
    events: tuple[Event, ...] = ()
    next_tick: datetime | None = None
    """When time alone changes something; None where only the world can."""

    @property
    def goes_down(self) -> bool:
        """Tell whether traffic is to be taken away from the colour that goes live."""
        return any(isinstance(action, SetWeights) and not action.up for action in self.actions)

    @property
    def goes_up(self) -> bool:
        """Tell whether the colour that goes live is to get more traffic."""
        return any(isinstance(action, SetWeights) and action.up for action in self.actions)

    @property
    def is_binding(self) -> bool:
        """Tell whether the record must wait for the actions: it may say no more than is held or remembered."""
        return any(_binds(action) for action in self.actions)


def _binds(action: Action) -> bool:
    match action:
        case SetFinalizer():
            return action.present
        case SaveRun() | SetWeights():
            return False
        case _:
            assert_never(action)
