from pathlib import Path

import pytest

from dev.bench.figures import added, buckets, flatness, lag_ms, quantile, slope, spread, worst
from dev.bench.operator_process import cpu_seconds
from dev.bench.querylog import QueryLog

HISTOGRAM = """\
# TYPE golive_event_loop_lag_seconds histogram
golive_event_loop_lag_seconds_bucket{le="0.001"} 90
golive_event_loop_lag_seconds_bucket{le="0.01"} 98
golive_event_loop_lag_seconds_bucket{le="0.1"} 100
golive_event_loop_lag_seconds_bucket{le="+Inf"} 100
golive_event_loop_lag_seconds_count 100
golive_event_loop_lag_seconds_sum 0.4
"""


def test_without_values_there_is_no_spread() -> None:
    assert spread([]) == {"p50": None, "p99": None, "max": None}


def test_a_spread_is_rounded() -> None:
    assert spread([1.26, 2.0], 1) == {"p50": 1.3, "p99": 2.0, "max": 2.0}


def test_a_slope_is_the_line_through_the_points() -> None:
    assert slope([(0, 1), (10, 6), (20, 11)]) == pytest.approx(0.5)


@pytest.mark.parametrize("points", [[], [(1, 5)], [(1, 5), (1, 9)]])
def test_one_moment_has_no_slope(points: list[tuple[float, float]]) -> None:
    assert slope(points) == 0


def test_what_rises_less_than_a_twentieth_an_hour_is_flat_and_the_start_does_not_count() -> None:
    start = [(float(at), 50.0 + at / 10) for at in range(0, 600, 10)]
    level = [(float(at), 110.0 + at / 3600) for at in range(600, 1810, 10)]

    found = flatness([*start, *level])

    assert found["flat"] is True
    assert found["per_hour"] == pytest.approx(1.0, abs=0.01)


def test_what_rises_more_is_not_flat() -> None:
    assert flatness([(float(at), 100 + at / 360) for at in range(0, 1810, 10)])["flat"] is False


def test_a_few_minutes_say_nothing() -> None:
    assert flatness([(float(at), 100.0 + at) for at in range(0, 300, 10)])["flat"] is None


def test_a_quantile_is_the_bound_of_the_bucket_it_lies_in() -> None:
    found = buckets(HISTOGRAM, "golive_event_loop_lag_seconds")

    assert quantile(found, 0.9) == 0.001
    assert quantile(found, 0.99) == 0.1


def test_what_is_not_served_has_no_quantile() -> None:
    assert quantile(buckets("", "golive_event_loop_lag_seconds"), 0.99) is None


def test_the_lag_of_a_round_is_what_came_in_it_and_no_idle_time_before() -> None:
    before = {0.01: 9900.0, 0.1: 9900.0, 0.25: 9900.0}
    after = {0.01: 9990.0, 0.1: 9998.0, 0.25: 10000.0}

    assert quantile(after, 0.99) == 0.01
    assert added(before, after) == {0.01: 90.0, 0.1: 98.0, 0.25: 100.0}
    assert lag_ms(before, after) == 250


@pytest.mark.parametrize(("before", "after"), [({}, {0.1: 5.0}), ({0.1: 5.0}, {}), ({0.1: 5.0}, {0.1: 5.0})])
def test_a_round_that_was_not_looked_at_before_and_after_has_no_lag(
    before: dict[float, float], after: dict[float, float]
) -> None:
    assert lag_ms(before, after) is None


def test_the_worst_round_counts_and_one_that_is_not_known_leaves_none() -> None:
    assert worst({"go-lives": 10.0, "breach": 250.0, "hold": 5.0}) == 250.0
    assert worst({"go-lives": 10.0, "breach": None}) is None
    assert worst({}) is None


def test_labels_of_a_histogram_are_added_up() -> None:
    text = 'x_bucket{lane="up",le="1"} 2\nx_bucket{lane="down",le="1"} 3\n'

    assert buckets(text, "x") == {1.0: 5.0}


def test_the_cpu_time_of_a_process_is_read_past_any_name() -> None:
    line = "12 (a (strange) name) S 1 1 1 0 -1 0 0 0 0 0 150 50 0 0 20 0 1 0"

    assert cpu_seconds(line) == pytest.approx(2.0)


def test_the_query_log_tells_who_was_asked_about_and_when(tmp_path: Path) -> None:
    path = tmp_path / "queries.log"
    line = '{"time":"2026-01-02T03:04:%sZ","params":{"query":"bench_errors{golive=\\"%s\\"}"}}\n'
    path.write_text(line % ("05.5", "app-1") + '{"time":"2026-01-02T03:04:06Z","params":{"query":"up"}}\n')
    log = QueryLog(path)
    log.read_on()
    [first] = log.answered["app-1"]

    with path.open("a") as out:
        out.write(line % ("09.0", "app-2"))
    log.read_on()

    assert log.since(first) == {"app-1", "app-2"}
    assert log.since(first + 1) == {"app-2"}
