"""Why traffic goes back to the live colour: an ordered chain, one small question each.

Down is free: no cause asks for a gate, an approval or Prometheus; only an automatic one needs a live pod to go back to.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from golive.api.spec import Action, Check, Component, LateAction
from golive.api.status import Outcome, Phase, Waiting
from golive.decide import readiness
from golive.decide.turn import Turn, share
from golive.facts import Reading, RouteFacts


class Ends(StrEnum):
    """What going back ends in."""

    ROLLED_BACK = "RolledBack"
    ABORTED = "Aborted"
    RETURNED = "Returned"
    SUPERSEDED = "Superseded"
    DELETED = "Deleted"


@dataclass(frozen=True, slots=True)
class GoBack:
    """A reason to send everything to the colour that was live."""

    ends: Ends
    rule: str
    value: str = ""
    by: str = ""
    automatic: bool = False
    """Nobody asked for it: it waits where the live colour has no ready pod."""


def cause(turn: Turn) -> GoBack | None:
    """Return the first reason to go back."""
    return next(filter(None, (ask(turn) for ask in CHAIN)), None)


def _deleted(turn: Turn) -> GoBack | None:
    split = any(route.serves(turn.run.from_) for _, _, route in turn.routes())
    if turn.golive.deleting and (turn.status.phase is Phase.SHIFTING or split):
        return GoBack(Ends.DELETED, "the GoLive was deleted mid-way")
    return None


def _returned(turn: Turn) -> GoBack | None:
    if turn.status.phase is Phase.SHIFTING and turn.spec.target is turn.run.from_:
        return GoBack(Ends.RETURNED, f"target was set back to {turn.run.from_}")
    return None


def taken_back(turn: Turn) -> GoBack | None:
    """Return the will of a person who sent a route's traffic back to the colour that was live."""
    for component, _, route in turn.routes():
        by_hand = not route.ours and not route.gitops
        if by_hand and (_fallen_to_live(turn, component, route) or rewritten(turn, route)):
            return GoBack(
                Ends.ABORTED,
                f"HTTPRoute {route.name} was set to {turn.run.from_} = 100 by hand",
                by=route.writer,
            )
    return None


def _superseded(turn: Turn) -> GoBack | None:
    revision = turn.revision(turn.run.to)
    if turn.status.phase is Phase.SHIFTING and revision and revision != turn.run.revision:
        return GoBack(
            Ends.SUPERSEDED, f"revision {turn.run.revision} was replaced by {revision}", automatic=True
        )
    return None


def _unrecorded(turn: Turn) -> GoBack | None:
    # Our own write took the traffic back and the process ended before its record: finish it, never raise again.
    for component, _, route in turn.routes():
        if route.ours and _fallen_to_live(turn, component, route):
            return GoBack(
                Ends.ROLLED_BACK,
                f"HTTPRoute {route.name} was taken back, and why was not put on record",
                automatic=True,
            )
    return None


def _fallen_to_live(turn: Turn, component: Component, route: RouteFacts) -> bool:
    return share(component, route) in turn.run.carried and route.all_on(turn.run.from_)


def rewritten(turn: Turn, route: RouteFacts) -> bool:
    """Tell whether a route without traffic for the new colour was written after the first step may have been."""
    # A first step that was written and taken back while nobody watched: before it, only a newer write is a will, and
    # only where the first write may have been tried. While it waits for something, it has not been.
    step, written_at = turn.status.step, route.written_at
    if turn.run.carried or turn.status.waiting_for is not Waiting.NOTHING or step is None:
        return False
    intended_at = step.intended_at or turn.run.started_at
    return route.all_on(turn.run.from_) and written_at is not None and written_at >= intended_at - _STAMP


def _unready(turn: Turn) -> GoBack | None:
    failure = readiness.failure(turn)
    if failure is None:
        return None
    rule, value, component = failure
    return GoBack(Ends.ROLLED_BACK, rule, value=value, by=component, automatic=True)


def breached(turn: Turn) -> GoBack | None:
    """Return the first rule of a check that fires and takes traffic back."""
    for check, component, reading in turn.asked():
        action = fired(turn, check, reading)
        if action in {Action.ROLLBACK, Action.PLANNED_ROLLBACK} and reading and reading.rule is not None:
            rule = f"{check.name} {check.rules[reading.rule].when}"
            value = "" if reading.value is None else f"{reading.value:.4g}"
            return GoBack(Ends.ROLLED_BACK, rule, value=value, by=component.name, automatic=True)
    return None


def _starved(turn: Turn) -> GoBack | None:
    policy = turn.spec.on_no_data
    missing = longest_without_data(turn)
    if missing and policy.action is LateAction.ROLLBACK and turn.now - missing[2] >= policy.after:
        return GoBack(
            Ends.ROLLED_BACK, f"{missing[0].name} has had no data", by=missing[1].name, automatic=True
        )
    return None


def _late(turn: Turn) -> GoBack | None:
    deadline = turn.spec.deadline
    climbing = turn.status.phase is Phase.SHIFTING
    if (
        climbing
        and deadline
        and deadline.action is LateAction.ROLLBACK
        and turn.now - turn.run.started_at >= deadline.after
    ):
        return GoBack(Ends.ROLLED_BACK, "the climb has passed its deadline", automatic=True)
    return None


_STAMP: Final = timedelta(seconds=1)
"""managedFields carry whole seconds."""

_OVERDUE: Final = 3
"""Intervals after which a reading that was not renewed counts as missing."""
CHAIN: tuple[Callable[[Turn], GoBack | None], ...] = (
    _deleted,  # nobody will watch it any longer
    _returned,  # a person says so in the spec
    taken_back,  # a person says so in the route
    _superseded,  # what was judged is no longer what runs
    _unready,  # pods gone: sooner than any metric
    breached,  # a rule of a check
    _starved,  # onNoData
    _late,  # deadline
    _unrecorded,  # what was taken back stays back, whatever it was for
)


def fired(turn: Turn, check: Check, reading: Reading | None) -> Action | None:
    """Return the action of the rule that a reading fired, if its value is of this run's traffic."""
    if reading is None or reading.outcome is not Outcome.BREACH or reading.rule is None:
        return None
    if turn.run.traffic_at is None or reading.taken_at < turn.run.traffic_at:
        return None
    return check.rules[reading.rule].action


def longest_without_data(turn: Turn) -> tuple[Check, Component, datetime] | None:
    """Return the check that has been without data for the longest, and since when within this run."""
    began, step = turn.run.traffic_at, turn.status.step
    if began is None or (step and step.acknowledged_at is None and step.before == 0):
        return None
    # Without traffic there is nothing to be missed; from the step that brought it back on there is.
    earliest = max(began, step.acknowledged_at or began) if step else began
    missing = [
        (check, component, max(since, earliest))
        for check, component, reading in turn.asked()
        if reading and turn.carries(component.name) and (since := _without_data_since(turn, check, reading))
    ]
    return min(missing, key=lambda entry: entry[2], default=None)


def _without_data_since(turn: Turn, check: Check, reading: Reading) -> datetime | None:
    if reading.outcome is Outcome.NO_DATA:
        return reading.since
    # A reading that is not renewed is as good as none.
    return reading.taken_at if turn.now - reading.taken_at > _OVERDUE * check.interval else None


def next_cause(turn: Turn) -> datetime | None:
    """Return when time alone may bring a cause."""
    moments = [readiness.next_failure(turn)]
    missing = longest_without_data(turn)
    if missing:
        moments.append(missing[2] + turn.spec.on_no_data.after)
    if turn.spec.deadline and turn.status.phase is Phase.SHIFTING:
        moments.append(turn.run.started_at + turn.spec.deadline.after)
    return min((moment for moment in moments if moment and moment > turn.now), default=None)
