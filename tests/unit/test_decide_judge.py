from datetime import timedelta
from typing import Any

import pytest

from golive.api.check import Check
from golive.api.status import Outcome
from golive.decide.judge import Answer, judge, wants_range
from golive.ports import Point, Series
from tests.builders import START, check, seconds

NOW = START + seconds(600)
TRAFFIC = START
ROLLBACK = {"when": "> 0.05", "action": "Rollback"}
PLANNED = {"when": "> 0.02", "action": "PlannedRollback"}
DECIDE = {"when": "> 0.01", "action": "Decide"}
HOLD = {"when": "> 0", "action": "Hold"}


def a_check(*rules: dict[str, Any], **fields: Any) -> Check:
    return Check.read(check(rules=list(rules), **fields))


def series(*values: float, end: timedelta = timedelta(0), step: float = 1) -> tuple[Series, ...]:
    """One series whose last value is at NOW + end."""
    last = len(values) - 1
    points = (Point(NOW + end - seconds(step * (last - place)), value) for place, value in enumerate(values))
    return (Series({}, tuple(points)),)


def answer(value: float, **fields: Any) -> Answer:
    return Answer("q", NOW, series=series(value), **{"traffic_at": TRAFFIC, **fields})


@pytest.mark.parametrize(
    ("given", "outcome", "says"),
    [
        (Answer("q", NOW, error="parse error"), Outcome.ERROR, "Prometheus refuses the query: parse error"),
        (Answer("q", NOW, unavailable="timeout"), Outcome.NO_DATA, "Prometheus gave no answer: timeout"),
        (Answer("q", NOW, series=series(0.0), stale="too old"), Outcome.NO_DATA, "too old"),
        (Answer("q", NOW, series=()), Outcome.NO_DATA, "or vector(0)"),
        (Answer("q", NOW), Outcome.NO_DATA, "the query gives nothing"),
        (Answer("q", NOW, series=(Series({}, ()),)), Outcome.NO_DATA, "the query gives nothing"),
        (Answer("q", NOW, series=series(0.0) * 2), Outcome.ERROR, "gives 2 series and must give one"),
        (Answer("q", NOW, series=series(0.0) * 2, stale="too old"), Outcome.ERROR, "gives 2 series"),
        (answer(float("nan")), Outcome.NO_DATA, "the value is nan"),
        (answer(float("inf")), Outcome.NO_DATA, "the value is inf"),
        (answer(float("-inf")), Outcome.NO_DATA, "the value is -inf"),
        (answer(0.01), Outcome.PASS, "error-rate is 0.01"),
        (answer(0.03), Outcome.HOLD, "error-rate is 0.03 and passes at <= 0.01"),
        (answer(0.05), Outcome.HOLD, "passes at"),
        (answer(0.06), Outcome.BREACH, "error-rate is 0.06, Rollback when > 0.05"),
    ],
)
def test_every_shape_of_an_answer(given: Answer, outcome: Outcome, says: str) -> None:
    judged = judge(a_check(ROLLBACK), given)
    assert judged.outcome is outcome
    assert says in judged.message


@pytest.mark.parametrize("stale", ["", "too old"])
@pytest.mark.parametrize("value", [0.0, 0.06, float("nan")])
def test_an_error_is_told_before_anything_else(value: float, stale: str) -> None:
    given = Answer("q", NOW, series=series(value), stale=stale, error="bad", unavailable="gone")
    assert judge(a_check(ROLLBACK), given).outcome is Outcome.ERROR


def test_a_stale_value_is_no_breach() -> None:
    judged = judge(a_check(ROLLBACK), answer(0.9, stale="too old"))
    assert (judged.outcome, judged.rule, judged.value) == (Outcome.NO_DATA, None, None)


@pytest.mark.parametrize("value", [0.0, 0.03, 0.9])
def test_a_judged_value_and_its_time_are_kept(value: float) -> None:
    judged = judge(a_check(ROLLBACK), answer(value))
    assert (judged.value, judged.value_at) == (value, NOW)


@pytest.mark.parametrize(
    ("rules", "fires"),
    [
        ((ROLLBACK, PLANNED, DECIDE, HOLD), 0),
        ((HOLD, DECIDE, PLANNED, ROLLBACK), 3),
        ((HOLD, DECIDE, PLANNED), 2),
        ((HOLD, DECIDE), 1),
        ((HOLD,), 0),
        ((PLANNED, {"when": "> 0.03", "action": "PlannedRollback"}), 0),
    ],
)
def test_the_strongest_rule_that_fires_decides(rules: tuple[dict[str, Any], ...], fires: int) -> None:
    judged = judge(a_check(*rules), answer(0.9))
    assert (judged.outcome, judged.rule) == (Outcome.BREACH, fires)


def test_a_stronger_rule_that_does_not_hold_leaves_the_weaker_one_to_fire() -> None:
    judged = judge(a_check(ROLLBACK, PLANNED), answer(0.03))
    assert (judged.outcome, judged.rule) == (Outcome.BREACH, 1)


def test_a_rule_with_for_holds_until_it_is_sustained() -> None:
    sustained = {**ROLLBACK, "for": "10s"}
    judged = judge(a_check(sustained), answer(0.9))
    assert (judged.outcome, judged.rule) == (Outcome.HOLD, 0)
    assert judged.message == "error-rate is 0.9, Rollback when > 0.05, not yet for 10s"
    ranges = {0: series(*[0.9] * 11)}
    judged = judge(a_check(sustained), answer(0.9, ranges=ranges))
    assert (judged.outcome, judged.rule) == (Outcome.BREACH, 0)


def test_a_weaker_rule_fires_while_the_stronger_one_is_not_yet_sustained() -> None:
    judged = judge(a_check({**ROLLBACK, "for": "10s"}, DECIDE), answer(0.9))
    assert (judged.outcome, judged.rule) == (Outcome.BREACH, 1)


def test_a_true_rule_holds_even_where_the_value_passes() -> None:
    lenient = a_check({"when": "> 0.05", "for": "10s", "action": "Rollback"}, **{"pass": "<= 1"})
    assert judge(lenient, answer(0.5)).outcome is Outcome.HOLD


def test_a_span_of_several_series_is_an_error_that_says_what_to_write() -> None:
    rule = {**ROLLBACK, "for": "10s"}
    judged = judge(a_check(rule), answer(0.9, ranges={0: series(*[0.9] * 11) * 2}))
    assert judged.outcome is Outcome.ERROR
    assert judged.message.startswith(
        "over its span the query gives several series and must give one: aggregate it"
    )


def test_a_span_that_cannot_be_had_is_no_data_unless_another_rule_fires_at_once() -> None:
    rule = {**ROLLBACK, "for": "10s"}
    judged = judge(a_check(rule), answer(0.9, unspanned="it answers 503"))
    assert (judged.outcome, judged.message) == (
        Outcome.NO_DATA,
        "its span cannot be asked for: it answers 503",
    )
    assert judge(a_check(rule, PLANNED), answer(0.9, unspanned="it answers 503")).outcome is Outcome.BREACH


@pytest.mark.parametrize("began", [None, NOW - seconds(9), NOW])
def test_a_span_that_began_before_the_first_traffic_sustains_nothing(began: Any) -> None:
    rule = {**ROLLBACK, "for": "10s"}
    judged = judge(a_check(rule), answer(0.9, ranges={0: series(*[0.9] * 11)}, traffic_at=began))
    assert judged.outcome is Outcome.HOLD


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        (series(0.9), (1, 3)),
        (series(0.03), (3,)),
        (series(0.0), ()),
        (series(0.9) * 2, ()),
        ((), ()),
        ((Series({}, ()),), ()),
        (series(float("nan")), ()),
    ],
)
def test_a_span_is_asked_only_for_rules_with_for_that_the_newest_value_breaches(
    given: tuple[Series, ...], wanted: tuple[int, ...]
) -> None:
    rules = (ROLLBACK, {**ROLLBACK, "for": "10s"}, HOLD, {**PLANNED, "for": "1m"})
    assert wants_range(a_check(*rules), given) == wanted
