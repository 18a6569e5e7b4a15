"""`for:` against an oracle that counts point by point."""

from datetime import datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from golive.api.check import BreachRule
from golive.decide.judge import sustained
from golive.ports import Point
from tests.builders import START, seconds

NOW = START + seconds(3600)
RULE = BreachRule.read({"when": "> 5", "for": "60s", "action": "Rollback"})
SPAN, INTERVAL = 60, 10
BREACH, FINE = 9.0, 1.0


def points(values: dict[int, float]) -> list[Point]:
    """Values by their age in seconds."""
    return [Point(NOW - seconds(age), values[age]) for age in sorted(values, reverse=True)]


def oracle(values: dict[int, float], interval: int, traffic_age: int | None) -> bool:
    if traffic_age is None or traffic_age < SPAN:
        return False
    existing = [age for age in values if 0 <= age <= SPAN and values[age] == values[age]]
    wanted = len(range(0, SPAN + 1, interval))
    enough = 5 * len(existing) >= 4 * wanted
    newest = any(age < interval for age in existing)
    return enough and newest and all(values[age] > 5 for age in existing)


ages = st.integers(min_value=-5, max_value=100)
readings = st.sampled_from([BREACH, BREACH, BREACH, BREACH, FINE, float("nan")])


@settings(deadline=None, max_examples=400)
@given(
    holes=st.sets(st.integers(0, 6), max_size=4),
    odd=st.dictionaries(ages, readings, max_size=3),
    interval=st.sampled_from([5, 10, 20, 30, 60]),
    traffic=st.none() | st.integers(50, 90),
)
def test_sustained_is_what_counting_says(
    holes: set[int], odd: dict[int, float], interval: int, traffic: int | None
) -> None:
    regular = {age: BREACH for place, age in enumerate(range(0, SPAN + 1, interval)) if place not in holes}
    values = regular | odd
    traffic_at = None if traffic is None else NOW - seconds(traffic)
    found = sustained(points(values), RULE, seconds(interval), NOW, traffic_at)
    assert found == oracle(values, interval, traffic)


@settings(deadline=None)
@given(span=st.integers(1, 600), interval=st.integers(1, 60), traffic=st.integers(0, 1200))
def test_a_full_span_of_breaches_is_sustained_once_traffic_covers_it(
    span: int, interval: int, traffic: int
) -> None:
    rule = BreachRule.read({"when": "> 5", "for": f"{span}s", "action": "Rollback"})
    whole = points(dict.fromkeys(range(0, span + 1, interval), BREACH))
    assert sustained(whole, rule, seconds(interval), NOW, NOW - seconds(traffic)) == (traffic >= span)


@pytest.mark.parametrize(
    ("missing", "expected"),
    [((), True), ((30,), True), ((30, 40), False), ((0,), False), ((60,), True), ((10, 20, 30), False)],
)
def test_four_fifths_must_exist_and_the_newest_among_them(missing: tuple[int, ...], expected: bool) -> None:  # noqa: FBT001  # a table's column
    values = {age: BREACH for age in range(0, SPAN + 1, INTERVAL) if age not in missing}
    assert sustained(points(values), RULE, seconds(INTERVAL), NOW, START) is expected


@pytest.mark.parametrize("age", range(0, SPAN + 1, INTERVAL))
def test_one_value_that_does_not_breach_is_enough(age: int) -> None:
    values = dict.fromkeys(range(0, SPAN + 1, INTERVAL), BREACH) | {age: FINE}
    assert not sustained(points(values), RULE, seconds(INTERVAL), NOW, START)


@pytest.mark.parametrize("began", [None, NOW - seconds(59), NOW + seconds(1)])
def test_points_before_the_first_traffic_never_count(began: datetime | None) -> None:
    whole = points(dict.fromkeys(range(0, SPAN + 1, INTERVAL), BREACH))
    assert not sustained(whole, RULE, seconds(INTERVAL), NOW, began)
    assert sustained(whole, RULE, seconds(INTERVAL), NOW, NOW - seconds(60))
