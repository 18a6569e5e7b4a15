import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from golive.api.golive import parse
from golive.api.status import Outcome
from golive.errors import BadQuery, Unavailable
from golive.facts import SourceFacts
from tests.raw import START, a_golive
from tests.sampling import ERRORS, SHOP, Bench, a_check, a_run


@pytest.fixture
async def bench() -> AsyncIterator[Bench]:
    made = Bench()
    yield made
    await made.samplers.close()


async def test_a_new_sampler_asks_at_once_with_its_names_filled_in(bench: Bench) -> None:
    bench.sync(a_run(a_check()))
    reading = await bench.sampled(1)
    assert bench.metrics.questions() == ['errors{service="web-green"}']
    assert (reading.outcome, reading.value, reading.query) == (
        Outcome.PASS,
        0.0,
        'errors{service="web-green"}',
    )
    assert (reading.taken_at, reading.value_at) == (START, START)
    assert bench.samplers.source(SHOP) == SourceFacts(reachable=True)


async def test_it_asks_again_after_each_interval_and_remembers_the_stretch(bench: Bench) -> None:
    bench.sync(a_run(a_check()))
    first = await bench.sampled(1)
    assert (first.since, first.lately) == (START, (START,))
    await bench.next(30)
    third = await bench.next(30)
    assert (third.since, third.lately) == (START, tuple(START + timedelta(seconds=s) for s in (0, 30, 60)))
    fourth = await bench.next(30)
    assert fourth.lately == tuple(START + timedelta(seconds=s) for s in (30, 60, 90))
    bench.metrics.value = 0.03
    broken = await bench.next(30)
    now = bench.clock.now()
    assert (broken.outcome, broken.since, broken.lately) == (Outcome.HOLD, now, (now,))


async def test_a_gap_breaks_the_stretch(bench: Bench) -> None:
    bench.sync(a_run(a_check()))
    await bench.sampled(1)
    assert (await bench.next(90)).since == START + timedelta(seconds=90)


async def test_a_breach_that_takes_traffic_back_is_urgent(bench: Bench) -> None:
    bench.metrics.value = 0.5
    bench.sync(a_run(a_check()))
    reading = await bench.sampled(1)
    assert (reading.outcome, reading.rule, bench.due) == (Outcome.BREACH, 0, [True])


async def test_a_breach_that_only_holds_is_not_urgent(bench: Bench) -> None:
    bench.metrics.value = 0.5
    bench.sync(a_run(a_check(rules=[{"when": "> 0.05", "action": "Hold"}])))
    assert (await bench.sampled(1)).outcome is Outcome.BREACH
    assert bench.due == [False]


async def test_an_unchanged_check_goes_on_through_a_step(bench: Bench) -> None:
    check = a_check(prometheus={"query": "errors * $(weight)"})
    bench.sync(a_run(check, weight=10))
    await bench.sampled(1)
    bench.sync(a_run(check, weight=50))
    reading = await bench.next(30)
    assert bench.metrics.questions() == ["errors * 10", "errors * 50"]
    assert reading.since == START


async def test_a_changed_check_is_asked_at_once_and_starts_anew(bench: Bench) -> None:
    bench.sync(a_run(a_check()))
    await bench.sampled(1)
    bench.clock.advance(1)
    bench.sync(a_run(a_check(prometheus={"query": "other"})))
    assert bench.samplers.readings(SHOP) == {}
    reading = await bench.sampled(2)
    assert (reading.query, reading.since) == ("other", START + timedelta(seconds=1))


async def test_the_other_colour_starts_anew(bench: Bench) -> None:
    bench.sync(parse({**a_golive(checks=[a_check()]), "status": {"phase": "Preparing"}}))
    await bench.sampled(1)
    bench.sync(parse({**a_golive(checks=[a_check()], target="blue"), "status": {"phase": "Preparing"}}))
    await bench.sampled(2)
    assert bench.metrics.questions() == ['errors{service="web-green"}', 'errors{service="web-blue"}']


async def test_a_finished_run_has_no_tasks(bench: Bench) -> None:
    before = asyncio.all_tasks()
    bench.sync(a_run(a_check()))
    await bench.sampled(1)
    bench.sync(a_run(a_check()), wanted=False)
    await bench.until(lambda: asyncio.all_tasks() <= before)
    assert bench.samplers.readings(SHOP) == {}


async def test_a_check_that_was_removed_is_asked_no_more(bench: Bench) -> None:
    bench.sync(a_run(a_check(), a_check(name="latency")))
    await bench.sampled(2)
    bench.sync(a_run(a_check()))
    assert set(bench.samplers.readings(SHOP)) == {ERRORS}


async def test_a_refused_query_is_an_error_of_the_check_alone(bench: Bench) -> None:
    bench.metrics.value = BadQuery("parse error: unexpected end of input")
    bench.sync(a_run(a_check()))
    reading = await bench.sampled(1)
    assert reading.outcome is Outcome.ERROR
    assert "parse error: unexpected end of input" in reading.message
    assert bench.samplers.source(SHOP).reachable


async def test_an_absent_source_is_no_data_says_why_and_recovers_by_itself(bench: Bench) -> None:
    bench.metrics.value = Unavailable("nothing within 5 s")
    bench.metrics.diagnosis = "Prometheus at x cannot be reached: refused"
    bench.sync(a_run(a_check()))
    reading = await bench.sampled(1)
    assert reading.outcome is Outcome.NO_DATA
    assert "nothing within 5 s" in reading.message
    assert bench.samplers.source(SHOP) == SourceFacts(reachable=False, message=bench.metrics.diagnosis)
    bench.metrics.value = 0.0
    assert (await bench.next(30)).outcome is Outcome.PASS
    assert bench.samplers.source(SHOP) == SourceFacts(reachable=True)


async def test_a_source_that_is_ready_but_does_not_answer_says_what_was_wrong(bench: Bench) -> None:
    bench.metrics.value = Unavailable("partial answer: one store is away")
    bench.sync(a_run(a_check()))
    await bench.sampled(1)
    assert bench.samplers.source(SHOP) == SourceFacts(
        reachable=False, message="partial answer: one store is away"
    )


async def test_a_source_that_answers_one_of_several_checks_is_there(bench: Bench) -> None:
    assert bench.samplers.source(SHOP) == SourceFacts(reachable=False, asked=False)
    bench.metrics.diagnosis = "busy"
    bench.metrics.fails_for = "slow"
    bench.sync(a_run(a_check(), a_check(name="slow", prometheus={"query": "slow"})))
    await bench.sampled(2)
    assert bench.samplers.source(SHOP) == SourceFacts(reachable=True)
    assert bench.samplers.source(("other", "shop")) == SourceFacts(reachable=False, asked=False)


async def test_many_checks_of_an_absent_source_look_for_the_cause_once(bench: Bench) -> None:
    bench.metrics.value = Unavailable("refused")
    bench.sync(a_run(a_check(), *(a_check(name=f"check-{number}") for number in range(7))))
    await bench.sampled(8)
    assert bench.metrics.diagnosed == 1


async def test_a_check_that_hangs_keeps_no_other_from_its_reading(bench: Bench) -> None:
    bench.metrics.hangs = asyncio.Event()
    bench.sync(a_run(a_check()))
    await bench.idle()
    bench.metrics.hangs = None
    bench.sync(a_run(a_check(), a_check(name="latency")))
    await bench.until(lambda: ("latency", "web") in bench.samplers.readings(SHOP))
    assert ERRORS not in bench.samplers.readings(SHOP)


async def test_a_fault_of_ours_is_an_error_and_the_task_lives_on(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: object) -> None:
        raise KeyError("oops")

    with monkeypatch.context() as patch:
        patch.setattr("golive.observe.sampler.judge", broken)
        bench.sync(a_run(a_check()))
        assert (await bench.sampled(1)).outcome is Outcome.ERROR
    assert "oops" in caplog.text
    assert (await bench.next(30)).outcome is Outcome.PASS


async def test_closing_ends_every_task(bench: Bench) -> None:
    before = asyncio.all_tasks()
    bench.metrics.hangs = asyncio.Event()
    bench.sync(a_run(a_check()))
    await bench.idle()
    await bench.samplers.close()
    assert asyncio.all_tasks() <= before
