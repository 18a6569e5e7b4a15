from collections.abc import AsyncIterator

import pytest

from golive.api.status import Outcome
from golive.errors import Unavailable
from tests.sampling import SHOP, UP, Bench, a_check, a_run


@pytest.fixture
async def bench() -> AsyncIterator[Bench]:
    made = Bench()
    yield made
    await made.samplers.close()


@pytest.mark.parametrize(
    ("age", "sentence"),
    [
        (31.0, "Prometheus has not scraped for 30s, twice its scrape interval: its values are too old"),
        (None, "Prometheus scrapes nothing: it has no series `up`"),
        (float("nan"), "Prometheus scrapes nothing: it has no series `up`"),
    ],
)
async def test_values_of_a_source_that_scrapes_no_more_are_no_data(
    bench: Bench, age: float | None, sentence: str
) -> None:
    bench.metrics.age = age
    bench.sync(a_run(a_check()))
    reading = await bench.sampled(1)
    assert (reading.outcome, reading.message) == (Outcome.NO_DATA, sentence)
    assert bench.samplers.source(SHOP).reachable


async def test_staleness_is_asked_once_for_all_checks_and_ages_meanwhile(bench: Bench) -> None:
    others = (a_check(name=f"check-{number}", interval="10s") for number in range(7))
    bench.sync(a_run(a_check(interval="10s"), *others))
    bench.metrics.age = 25.0
    await bench.sampled(8)
    await bench.idle()
    await bench.next(6)
    await bench.sampled(16)
    assert bench.metrics.asked.count(UP) == 1
    outcomes = {reading.outcome for reading in bench.samplers.readings(SHOP).values()}
    assert outcomes == {Outcome.NO_DATA}


async def test_a_source_that_fails_on_staleness_is_no_data(bench: Bench) -> None:
    bench.metrics.age = Unavailable("nothing within 5 s")
    bench.sync(a_run(a_check()))
    assert (await bench.sampled(1)).outcome is Outcome.NO_DATA
    bench.metrics.age = 1.0
    assert (await bench.next(30)).outcome is Outcome.PASS
