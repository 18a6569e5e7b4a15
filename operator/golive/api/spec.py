"""What a person writes: the spec of a GoLive.

Frozen models; each field's docstring is its description in the CRD and in `kubectl explain`.
"""

from datetime import timedelta
from enum import StrEnum
from itertools import pairwise
from typing import Annotated, Final, Literal

from pydantic import AfterValidator, ConfigDict, Field, StrictBool, StrictInt, ValidationInfo

from golive.api.check import Action, BreachRule, Check, Checks, PrometheusQuery
from golive.api.component import Colour, Component, Components, HTTPRouteRef, Route, Workload
from golive.api.model import ATOMIC, Model, wire
from golive.api.rule import Rule, validations
from golive.api.types import Duration

__all__ = [
    "DEFAULT_STEPS",
    "Action",
    "After",
    "BreachRule",
    "Check",
    "Colour",
    "Component",
    "GoLiveSpec",
    "HTTPRouteRef",
    "LateAction",
    "PrometheusQuery",
    "Route",
    "Stabilise",
    "Step",
    "Workload",
    "wire",
]


class Step(Model):
    """One step of the climb."""

    weight: Annotated[StrictInt, Field(ge=1, le=100)]
    """The share of requests for the target, in percent."""
    hold: Duration = timedelta(0)
    """How long the weight stays before the next step, counted from when it is read back."""


class LateAction(StrEnum):
    """What is done when something has been missing, or has taken, too long."""

    ROLLBACK = "Rollback"
    DECIDE = "Decide"
    HOLD = "Hold"


class After(Model):
    """An action after a time."""

    after: Duration
    """How long to wait."""
    action: LateAction = LateAction.DECIDE
    """What is done then."""


class Stabilise(Model):
    """The time after 100 % in which the rules stay armed."""

    for_: Annotated[Duration, Field(alias="for")] = timedelta(hours=24)
    """How long, counted from when 100 % is read back."""


DEFAULT_STEPS: Final = (
    *(Step(weight=weight, hold=timedelta(minutes=30)) for weight in (10, 25, 50, 75)),
    Step(weight=100),
)
"""Filled in by code: a default inside a list makes GitOps tools see a difference for ever."""

_RISING: Final = Rule(
    "self.map(s, s.?weight.orValue(0)).isSorted() && self.all(s, self.exists_one(t, t.?weight == s.?weight))",
    "each step must weigh more than the one before: write for instance weights 10, 25, 50, 75, 100",
)
_LAST: Final = Rule(
    "size(self) == 0 || self[size(self) - 1].?weight.orValue(0) >= 100",  # the field's own bound refuses more
    "the last step must be weight 100: add {weight: 100}; to stay below it, use suspend",
)
_CHECK_NAMES: Final = Rule(
    "!has(self.checks) || !has(self.components) || self.checks.all(k, !has(k.components) ||"
    " k.components.all(n, self.components.exists(c, c.name == n)))",
    "a check's components must be names of spec.components: correct them, or leave them out to ask for all",
    field="checks",
)


def _climb(steps: tuple[Step, ...]) -> tuple[Step, ...]:
    if any(one.weight >= other.weight for one, other in pairwise(steps)):
        raise _RISING.refusal()
    if steps[-1].weight != 100:  # noqa: PLR2004  # percent
        raise _LAST.refusal()
    return steps


def _of_components(checks: tuple[Check, ...], info: ValidationInfo) -> tuple[Check, ...]:
    if "components" in info.data:  # else they are unfit, and that is said instead
        names = {component.name for component in info.data["components"]}
        if any(set(check.components or ()) - names for check in checks):
            raise _CHECK_NAMES.refusal()
    return checks


class GoLiveSpec(Model):
    """A release as it is asked for: which colour is to serve, by which steps, watched by which checks."""

    model_config = ConfigDict(json_schema_extra=validations(_CHECK_NAMES))

    target: Colour
    """The colour that is to serve 100 %."""
    version: Annotated[str | None, Field(min_length=1, max_length=128)] = None
    """The version that the target must run before anything starts: its image's tag or digest, or its label app.kubernetes.io/version."""
    components: Components
    """What goes live together, in lockstep; within a step in this order."""
    steps: Annotated[
        tuple[Step, ...],
        Field(min_length=1, max_length=32, json_schema_extra=ATOMIC | validations(_RISING, _LAST)),
        AfterValidator(_climb),
    ] = DEFAULT_STEPS
    """The climb; strictly rising, last 100. Left out: 10, 25, 50, 75 with 30m each, then 100."""
    checks: Annotated[Checks, AfterValidator(_of_components)]
    """The checks asked at every step, one at the least: without one nothing would stop a bad release."""
    on_no_data: After = After(after=timedelta(minutes=10))
    """What is done when a check has had no data for some time; until then it holds."""
    deadline: After | None = None
    """What is done when the whole climb has taken too long."""
    stabilise: Stabilise = Stabilise()
    """The time after 100 % in which the rules stay armed."""
    rollback_window: Duration = timedelta(hours=168)
    """How long after 100 % setting the target back is a rollback: one write, no steps."""
    retry_on: Literal["NewRevision"] | None = None
    """After a rollback a new revision of the target starts a new run by itself only where this says NewRevision."""
    suspend: StrictBool = False
    """Pause: no step is taken; going back stays armed."""

    def checks_of(self, component: str) -> tuple[Check, ...]:
        """Return the checks that are asked for a component."""
        return tuple(
            check for check in self.checks if check.components is None or component in check.components
        )
