"""What is asked at every step: checks, what each must answer to go up, and what a breach leads to."""

from datetime import timedelta
from enum import StrEnum
from typing import Annotated, Final

from pydantic import AfterValidator, Field

from golive.api.component import named_once
from golive.api.model import ASKED, Model, map_by
from golive.api.rule import Rule, validations
from golive.api.types import Duration, Interval, Name, PassOrBreach


class Action(StrEnum):
    """What a breached rule asks for, the strongest first."""

    ROLLBACK = "Rollback"
    PLANNED_ROLLBACK = "PlannedRollback"
    DECIDE = "Decide"
    HOLD = "Hold"


_QUERY: Final = Rule("self.trim() != ''", "write a PromQL query whose answer is one value")


def _some_query(query: str) -> str:
    if not query.strip():
        raise _QUERY.refusal(query)
    return query


class PrometheusQuery(Model):
    """A PromQL query with one value as its answer."""

    query: Annotated[
        str,
        Field(max_length=4096, json_schema_extra={ASKED: True} | validations(_QUERY)),
        AfterValidator(_some_query),
    ]
    """The PromQL query; `$(component) $(service) $(deployment) $(namespace) $(version) $(weight)` are filled in, `$$(` stays `$(`."""


class BreachRule(Model):
    """What happens when a check's value is breached."""

    when: PassOrBreach
    """The breach, such as `> 0.05`."""
    for_: Annotated[Duration | None, Field(alias="for")] = None
    """How long the breach must last, asked of Prometheus as a range; without it the first value counts."""
    action: Action
    """What a breach leads to: Rollback and PlannedRollback take the traffic back, Decide waits for a person, Hold stays at the weight."""


class Check(Model):
    """A question that is asked at every step."""

    name: Name
    """The check's name."""
    components: Annotated[tuple[Name, ...] | None, Field(min_length=1, max_length=16)] = None
    """The components it is asked for; all of them where it is left out."""
    prometheus: PrometheusQuery
    """The query, sent to the operator's Prometheus."""
    interval: Interval = timedelta(seconds=30)
    """How often it is asked; 1s at the least."""
    pass_: Annotated[PassOrBreach, Field(alias="pass", json_schema_extra={ASKED: True})]
    """What the value must be to go up, such as `<= 0.01`."""
    rules: Annotated[tuple[BreachRule, ...], Field(max_length=16, json_schema_extra={ASKED: True})]
    """What is done about a breach; `[]` where a bad value only holds."""


def _named_once(checks: tuple[Check, ...]) -> tuple[Check, ...]:
    named_once(check.name for check in checks)
    return checks


Checks = Annotated[
    tuple[Check, ...],
    Field(min_length=1, max_length=32, json_schema_extra={ASKED: True} | map_by("name")),
    AfterValidator(_named_once),
]
"""The checks of a release."""
