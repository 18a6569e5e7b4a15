"""Durations and thresholds: what is read, what is written, and that both agree."""

from datetime import timedelta
from math import nan

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic_core import PydanticCustomError

from golive.api.types import Threshold, format_duration, parse_duration, parse_threshold
from tests.bad import DURATION, THRESHOLD

MILLISECOND = timedelta(milliseconds=1)


@pytest.mark.parametrize(
    ("text", "milliseconds"),
    [
        ("0s", 0),
        ("1ms", 1),
        ("500ms", 500),
        ("45s", 45_000),
        ("30m", 1_800_000),
        ("1h30m", 5_400_000),
        ("1h1m1s1ms", 3_661_001),
        ("168h", 604_800_000),
        ("90m", 5_400_000),
        ("30s1m", 90_000),
        ("99999h99999h99999h99999h", 4 * 99_999 * 3_600_000),
    ],
)
def test_reads_a_duration(text: str, milliseconds: int) -> None:
    assert parse_duration(text) == timedelta(milliseconds=milliseconds)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "5",
        "-5m",
        "+5m",
        "1d",
        "1.5h",
        "5 m",
        "5m ",
        "m",
        "1h\n",
        "1H",
        "100000h",
        "1h" * 5,
        "٣s",
        5,
        None,
        True,
    ],
)
def test_refuses_what_is_no_duration(text: object) -> None:
    with pytest.raises(PydanticCustomError) as refused:
        parse_duration(text)

    assert str(refused.value).endswith(DURATION)


@given(st.integers(0, 99_999 * 3_600_000))
def test_a_duration_is_read_as_it_was_written(milliseconds: int) -> None:
    span = milliseconds * MILLISECOND

    assert parse_duration(format_duration(span)) == span


@pytest.mark.parametrize(
    ("span", "text"),
    [
        (timedelta(0), "0s"),
        (timedelta(minutes=90), "1h30m"),
        (timedelta(days=7), "168h"),
        (timedelta(seconds=61.5), "1m1s500ms"),
        (timedelta(microseconds=1600), "2ms"),
    ],
)
def test_writes_the_largest_unit_first(span: timedelta, text: str) -> None:
    assert format_duration(span) == text


@pytest.mark.parametrize(
    ("text", "value", "holds"),
    [
        ("< 1", 1.0, False),
        ("< 1", 0.999, True),
        ("<= 1", 1.0, True),
        ("> -0.5", -0.5, False),
        (">-0.5", -0.4, True),
        (">= 1e-6", 0.000001, True),
        ("== 0", 0.0, True),
        ("== 0", 0.1, False),
        ("!= 2", 3.0, True),
        ("!= 2", 2.0, False),
        ("< 1", nan, False),
        (">= 1", nan, False),
    ],
)
def test_a_threshold_compares(text: str, value: float, holds: bool) -> None:  # noqa: FBT001  # a column of the table
    assert parse_threshold(text).holds(value) is holds


@pytest.mark.parametrize(
    "text",
    [
        "",
        "0.05",
        "> abc",
        "=> 1",
        "= 1",
        "<> 1",
        ">  1",
        " > 1",
        "> 1 ",
        "> 1\n",
        "> .5",
        "> 1.",
        "> +1",
        "> 1e",
        "> NaN",
        "> Inf",
        "> 1e100",
        "> 1,5",
        "> 5%",
        0.05,
        None,
    ],
)
def test_refuses_what_is_no_threshold(text: object) -> None:
    with pytest.raises(PydanticCustomError) as refused:
        parse_threshold(text)

    assert str(refused.value).endswith(THRESHOLD)


@given(
    st.sampled_from(["<", "<=", ">", ">=", "==", "!="]),
    st.sampled_from(["", " "]),
    st.from_regex(r"-?[0-9]{1,18}(\.[0-9]{1,12})?(e[-+]?[0-9]{1,2})?", fullmatch=True),
)
def test_a_threshold_is_read_as_it_was_written(op: str, space: str, number: str) -> None:
    threshold = parse_threshold(f"{op}{space}{number}")

    assert threshold == Threshold(op, float(number))
    assert str(threshold) == f"{op} {number}"
    assert parse_threshold(str(threshold)) == threshold


def test_a_computed_threshold_is_written_with_the_digits_it_has() -> None:
    assert str(Threshold("<=", 0.05)) == "<= 0.05"


def test_what_is_read_already_is_left_as_it_is() -> None:
    threshold = Threshold(">", 5)

    assert parse_threshold(threshold) is threshold
    assert parse_duration(MILLISECOND) is MILLISECOND
