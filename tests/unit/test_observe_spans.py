from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from golive.api.status import Outcome
from golive.errors import Unavailable
from tests.raw import START
from tests.sampling import Bench, a_check, a_run


@pytest.fixture
async def bench() -> AsyncIterator[Bench]:
    made = Bench()
    yield made
    await made.samplers.close()


async def test_the_span_of_a_rule_is_asked_only_while_its_newest_value_breaches(bench: Bench) -> None:
    sustained = [{"when": "> 0.05", "for": "1m", "action": "Rollback"}]
    bench.sync(a_run(a_check(rules=sustained), traffic_at=START - timedelta(hours=1)))
    await bench.sampled(1)
    assert bench.metrics.ranges == []
    bench.metrics.value = 0.5
    reading = await bench.next(30)
    now = bench.clock.now()
    assert bench.metrics.ranges == [(now - timedelta(minutes=1), now, timedelta(seconds=30))]
    assert (reading.outcome, bench.due) == (Outcome.BREACH, [False, True])


async def test_a_span_that_is_older_than_the_traffic_is_not_asked_and_not_yet_a_breach(bench: Bench) -> None:
    bench.metrics.value = 0.5
    sustained = [{"when": "> 0.05", "for": "1m", "action": "Rollback"}]
    bench.sync(a_run(a_check(rules=sustained), traffic_at=START))
    assert (await bench.sampled(1)).outcome is Outcome.HOLD
    assert (await bench.next(30)).outcome is Outcome.HOLD
    assert bench.metrics.ranges == []
    assert (await bench.next(30)).outcome is Outcome.BREACH
    assert bench.metrics.ranges == [(START, bench.clock.now(), timedelta(seconds=30))]


async def test_a_span_that_cannot_be_had_is_no_data_and_not_a_hold_for_ever(bench: Bench) -> None:
    bench.metrics.value = 0.5
    bench.metrics.range_fails = Unavailable("it answers 503")
    sustained = [{"when": "> 0.05", "for": "1m", "action": "Rollback"}]
    bench.sync(a_run(a_check(rules=sustained), traffic_at=START - timedelta(hours=1)))
    reading = await bench.sampled(1)
    assert (reading.outcome, reading.message) == (
        Outcome.NO_DATA,
        "its span cannot be asked for: it answers 503",
    )


@pytest.mark.parametrize("ahead", [timedelta(minutes=-10), timedelta(minutes=10)])
async def test_a_source_whose_clock_differs_is_judged_by_its_own(bench: Bench, ahead: timedelta) -> None:
    bench.metrics.value, bench.metrics.ahead = 0.5, ahead
    sustained = [{"when": "> 0.05", "for": "1m", "action": "Rollback"}]
    bench.sync(a_run(a_check(rules=sustained), traffic_at=START))
    assert (await bench.next(30)).outcome is Outcome.HOLD
    assert (await bench.next(30)).outcome is Outcome.BREACH
    assert bench.metrics.ranges[0][:2] == (START + ahead, START + timedelta(minutes=1) + ahead)


async def test_the_longest_span_is_asked_once_for_all_rules(bench: Bench) -> None:
    bench.metrics.value = 0.5
    rules = [
        {"when": "> 0.3", "for": "1m", "action": "Rollback"},
        {"when": "> 0.1", "for": "5m", "action": "PlannedRollback"},
    ]
    bench.sync(a_run(a_check(rules=rules), traffic_at=START - timedelta(hours=1)))
    assert (await bench.sampled(1)).rule == 0
    assert [end - start for start, end, _ in bench.metrics.ranges] == [timedelta(minutes=5)]


async def test_a_span_is_cut_to_whole_intervals_that_end_now(bench: Bench) -> None:
    bench.metrics.value = 0.5
    sustained = [{"when": "> 0.05", "for": "100s", "action": "Rollback"}]
    bench.sync(a_run(a_check(rules=sustained), traffic_at=START - timedelta(hours=1)))
    assert (await bench.sampled(1)).outcome is Outcome.BREACH
    assert [end - start for start, end, _ in bench.metrics.ranges] == [timedelta(seconds=90)]
