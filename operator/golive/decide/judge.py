"""Judge one answer of Prometheus: Pass, Hold, Breach, NoData or Error, with a sentence.

No data never passes and is never a breach. A rule with `for` asks for a range, so it survives restarts.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from golive.api.spec import Action, BreachRule, Check
from golive.api.status import Outcome
from golive.api.types import format_duration
from golive.ports import Point, Series

PRECEDENCE: Final = (Action.ROLLBACK, Action.PLANNED_ROLLBACK, Action.DECIDE, Action.HOLD)
"""The strongest rule that fires decides (rules.md, contradiction 3)."""
_SEVERAL: Final = "and must give one: aggregate it, with sum() for instance"
LEAST_SHARE: Final = 0.8
"""The share of a range's points that must exist."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of one question: exactly one of series, error and unavailable says it."""

    query: str
    asked_at: datetime
    """By the source's clock."""
    series: tuple[Series, ...] | None = None
    traffic_at: datetime | None = None
    """When the run's target got its first requests, by the source's clock: earlier points never count."""
    ranges: Mapping[int, tuple[Series, ...]] = field(default_factory=dict)
    """By a rule's index: the values of its span, asked for rules that `wants_range` named."""
    unspanned: str = ""
    """Why the span that a rule needs could not be had; empty where none was needed or it was."""
    stale: str = ""
    """Why the source's values are too old; empty while it scrapes."""
    error: str = ""
    """Prometheus's own sentence about a query that it refuses."""
    unavailable: str = ""
    """Why there was no answer."""


@dataclass(frozen=True, slots=True)
class Judged:
    """The result of one answer."""

    outcome: Outcome
    message: str
    value: float | None = None
    value_at: datetime | None = None
    rule: int | None = None
    """The rule that fired (Breach), or is true but not yet sustained (Hold)."""


def judge(check: Check, answer: Answer) -> Judged:
    """Judge an answer."""
    unusable = _unusable(answer)
    if unusable is not None:
        return unusable
    point = _only_point(answer)
    return point if isinstance(point, Judged) else _by_rules(check, answer, point)


def wants_range(check: Check, series: Sequence[Series]) -> tuple[int, ...]:
    """Name the rules with `for` that the newest value breaches: only these need their span asked for."""
    if len(series) != 1 or not series[0].points:
        return ()
    value = series[0].points[-1].value
    return tuple(index for index, rule in enumerate(check.rules) if rule.for_ and rule.when.holds(value))


def sustained(
    points: Sequence[Point], rule: BreachRule, interval: timedelta, now: datetime, traffic_at: datetime | None
) -> bool:
    """Tell whether a breach has lasted `for`: the whole span has traffic, ≥ 80 % of its points exist, the newest too, all breach."""
    span = rule.for_ or timedelta(0)
    if traffic_at is None or traffic_at > now - span:
        return False
    inside = [point for point in points if now - span <= point.at <= now and math.isfinite(point.value)]
    expected = span // interval + 1
    if not inside or len(inside) < LEAST_SHARE * expected or inside[-1].at <= now - interval:
        return False
    return all(rule.when.holds(point.value) for point in inside)


def _unusable(answer: Answer) -> Judged | None:
    if answer.error:
        return Judged(Outcome.ERROR, f"Prometheus refuses the query: {answer.error}")
    if answer.unavailable:
        return Judged(Outcome.NO_DATA, f"Prometheus gave no answer: {answer.unavailable}")
    # A query that is wrong is wrong at any age of its values.
    if len(answer.series or ()) > 1:
        return Judged(
            Outcome.ERROR,
            f"the query gives {len(answer.series or ())} series {_SEVERAL}",
        )
    return Judged(Outcome.NO_DATA, answer.stale) if answer.stale else None


def _only_point(answer: Answer) -> Point | Judged:
    series = answer.series or ()
    if not series or not series[0].points:
        return Judged(
            Outcome.NO_DATA,
            "the query gives nothing; a ratio is empty while its counter does not exist: add `or vector(0)` to it",
        )
    point = series[0].points[-1]
    if not math.isfinite(point.value):
        return Judged(Outcome.NO_DATA, f"the value is {point.value}: no number to judge", value_at=point.at)
    return point


def _by_rules(check: Check, answer: Answer, point: Point) -> Judged:
    true = sorted(
        (index for index, rule in enumerate(check.rules) if rule.when.holds(point.value)),
        key=lambda index: PRECEDENCE.index(check.rules[index].action),
    )
    for index in true:
        if _fires(check, index, answer):
            rule = check.rules[index]
            return Judged(Outcome.BREACH, _says(check, rule, point), point.value, point.at, index)
    if answer.unspanned:
        return Judged(Outcome.NO_DATA, f"its span cannot be asked for: {answer.unspanned}", value_at=point.at)
    if any(len(series) > 1 for series in answer.ranges.values()):
        return Judged(
            Outcome.ERROR, f"over its span the query gives several series {_SEVERAL}", value_at=point.at
        )
    if true:
        rule = check.rules[true[0]]
        message = f"{_says(check, rule, point)}, not yet for {format_duration(rule.for_ or timedelta(0))}"
        return Judged(Outcome.HOLD, message, point.value, point.at, true[0])
    if check.pass_.holds(point.value):
        return Judged(Outcome.PASS, f"{check.name} is {_number(point.value)}", point.value, point.at)
    message = f"{check.name} is {_number(point.value)} and passes at {check.pass_}"
    return Judged(Outcome.HOLD, message, point.value, point.at)


def _fires(check: Check, index: int, answer: Answer) -> bool:
    rule = check.rules[index]
    if not rule.for_:
        return True
    series = answer.ranges.get(index, ())
    points = series[0].points if len(series) == 1 else ()
    return sustained(points, rule, check.interval, answer.asked_at, answer.traffic_at)


def _says(check: Check, rule: BreachRule, point: Point) -> str:
    return f"{check.name} is {_number(point.value)}, {rule.action} when {rule.when}"


def _number(value: float) -> str:
    return f"{value:.4g}"
