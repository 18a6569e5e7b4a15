import asyncio
import json
import math
import time
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest

from dev.controlplane import PrometheusServer
from golive.adapters.prometheus import PrometheusMetrics
from golive.errors import BadQuery, Unavailable
from tests.contract.hostile import Handler, breaks_off, drips, hangs, hostile, says

QUICK = timedelta(seconds=0.4)


def success(**data: Any) -> str:
    return json.dumps({"status": "success", "data": data})


@pytest.fixture
async def metrics(prometheus: PrometheusServer) -> AsyncIterator[PrometheusMetrics]:
    source = PrometheusMetrics(prometheus.url, timedelta(seconds=5))
    await scraped(source)
    yield source
    await source.close()


async def scraped(source: PrometheusMetrics, samples: int = 4) -> None:
    """Wait until the source has scraped itself a few times."""
    async with asyncio.timeout(30):
        while value(await source.instant("sum(count_over_time(up[1m])) or vector(0)")) < samples:  # noqa: ASYNC110  # another process scrapes
            await asyncio.sleep(0.1)


def value(series: Any) -> float:
    (one,) = series
    (point,) = one.points
    return float(point.value)


async def test_an_instant_query_gives_labels_value_and_prometheuss_time(metrics: PrometheusMetrics) -> None:
    (one,) = await metrics.instant("up")
    assert one.labels["job"] == "itself"
    assert one.points[0].value == 1
    assert abs(one.points[0].at.timestamp() - time.time()) < 5  # noqa: TID251  # Prometheus runs by this machine's clock


@pytest.mark.parametrize(
    ("query", "expected"), [("1.5", 1.5), ("vector(2)", 2.0), ("1/0", math.inf), ("-1/0", -math.inf)]
)
async def test_a_scalar_and_a_vector_are_one_series(
    metrics: PrometheusMetrics, query: str, expected: float
) -> None:
    assert value(await metrics.instant(query)) == expected


async def test_nan_comes_through_as_nan(metrics: PrometheusMetrics) -> None:
    assert math.isnan(value(await metrics.instant("0/0")))


async def test_nothing_is_no_series(metrics: PrometheusMetrics) -> None:
    assert await metrics.instant("there_is_no_such_metric") == ()


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("sum(", "parse error"),
        ("up[5m]", "gives a range of values"),
        ('"text"', "gives a string, not a number"),
        ('label_replace(up, "a", "$1", "b", "(")', "invalid regular expression"),
    ],
)
async def test_a_query_that_is_wrong_is_refused_in_words_that_help(
    metrics: PrometheusMetrics, query: str, sentence: str
) -> None:
    with pytest.raises(BadQuery, match=sentence):
        await metrics.instant(query)


async def test_a_span_has_its_ends_to_the_millisecond(metrics: PrometheusMetrics) -> None:
    (newest,) = (await metrics.instant("up"))[0].points
    end = newest.at
    start, step = end - timedelta(seconds=2), timedelta(seconds=1)
    (series,) = await metrics.range("vector(1)", start, end, step)
    assert [point.at for point in series.points] == [start, start + step, end]


async def test_a_span_that_is_asked_wrongly_is_refused(metrics: PrometheusMetrics) -> None:
    (newest,) = (await metrics.instant("1"))[0].points
    with pytest.raises(BadQuery, match="exceeded maximum resolution"):
        await metrics.range("up", newest.at - timedelta(days=1), newest.at, timedelta(seconds=1))


async def test_the_age_of_the_last_scrape_can_be_asked(metrics: PrometheusMetrics) -> None:
    assert 0 <= value(await metrics.instant("time() - max(timestamp(up))")) < 3


async def test_a_source_that_is_ready_has_no_trouble(metrics: PrometheusMetrics) -> None:
    assert await metrics.diagnose() == ""


async def test_a_source_that_stops_is_unavailable_and_comes_back(
    prometheus: PrometheusServer, metrics: PrometheusMetrics
) -> None:
    prometheus.stop()
    with pytest.raises(Unavailable, match=r"cannot be reached: .*refused"):
        await metrics.instant("up")
    assert "cannot be reached" in await metrics.diagnose()
    prometheus.start()
    await scraped(metrics, samples=1)


async def test_no_proxy_of_the_environment_is_asked(
    prometheus: PrometheusServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    fresh = PrometheusMetrics(prometheus.url, timedelta(seconds=5))
    assert await fresh.diagnose() == ""
    assert value(await fresh.instant("1")) == 1
    await fresh.close()


@pytest.mark.parametrize(
    ("handler", "sentence"),
    [
        (hangs, "nothing within 0.4 s"),
        (drips, "not all of its answer within 0.4 s"),
        (breaks_off, "cannot be reached"),
        (says(503, "<html>no upstream</html>", "text/html"), "it answers 503, but not as Prometheus does"),
        (
            says(503, '{"status":"error","errorType":"timeout","error":"query timed out"}'),
            "it answers 503: query timed out",
        ),
        (says(302, Location="/login"), r"it redirects \(302\)"),
        (
            says(429, "slow down", "text/plain", **{"Retry-After": "8"}),
            "it answers 429, but not as Prometheus does",
        ),
        (says(200, "<html>log in</html>", "text/html"), "it answers 200, but not as Prometheus does"),
        (says(200, "[]"), "not as Prometheus does"),
        (says(200, '{"status":"success"}'), "not as Prometheus does"),
        (says(200, success(resultType="vector", result=[{"value": [1]}])), "not as Prometheus does"),
        (
            says(200, success(resultType="vector", result=[{"metric": {}, "value": [1, "x"]}])),
            "not as Prometheus",
        ),
        (says(200, " " * 1100 * 1024), "larger than 1024 KiB"),
        (
            says(
                200,
                '{"status":"success","warnings":["store-1 is away"],"data":{"resultType":"vector","result":[]}}',
            ),
            "partial answer: store-1 is away",
        ),
    ],
)
async def test_what_is_no_answer_is_unavailable_at_once_and_asked_once(
    handler: Handler, sentence: str
) -> None:
    async with hostile(handler) as server:
        source = PrometheusMetrics(server.url, QUICK)
        began = time.monotonic()
        with pytest.raises(Unavailable, match=sentence):
            await source.instant("up")
        assert time.monotonic() - began < 1.5
        assert server.paths == ["/api/v1/query"]
        await source.close()


async def test_advice_among_the_warnings_is_no_partial_answer() -> None:
    text = {"status": "success", "warnings": ["PromQL info: metric might not be a counter"]}
    answer = {**text, "data": {"resultType": "scalar", "result": [1, "2"]}}
    async with hostile(says(200, json.dumps(answer))) as server:
        source = PrometheusMetrics(server.url, QUICK)
        assert value(await source.instant("up")) == 2
        await source.close()


@pytest.mark.parametrize("field", ["histogram", "value"])
async def test_a_histogram_is_refused_with_what_to_write(field: str) -> None:
    entry = {"metric": {}, field: [1, "3"]}
    async with hostile(says(200, success(resultType="vector", result=[entry]))) as server:
        source = PrometheusMetrics(server.url, QUICK)
        if field == "histogram":
            with pytest.raises(BadQuery, match="histogram_quantile"):
                await source.instant("up")
        else:
            assert value(await source.instant("up")) == 3
        await source.close()


async def test_many_questions_to_a_source_that_hangs_all_end_in_time() -> None:
    async with hostile(hangs) as server:
        source = PrometheusMetrics(server.url, QUICK)
        began = time.monotonic()
        answers = await asyncio.gather(*(source.instant("up") for _ in range(80)), return_exceptions=True)
        assert {type(answer) for answer in answers} == {Unavailable}
        assert time.monotonic() - began < 2
        await source.close()


@pytest.mark.parametrize(
    ("handler", "sentence"),
    [
        (says(200), ""),
        (says(503), "answers but is not ready (503)"),
        (says(404), "answers, but not as Prometheus does (404 on /-/ready): check its address"),
        (
            says(302, Location="/login"),
            "answers, but not as Prometheus does (302 on /-/ready): check its address",
        ),
        (hangs, "cannot be reached: nothing within 1 s"),
    ],
)
async def test_why_a_source_does_not_answer(handler: Handler, sentence: str) -> None:
    async with hostile(handler) as server:
        source = PrometheusMetrics(server.url, QUICK)
        diagnosis = await source.diagnose()
        assert diagnosis == (f"Prometheus at {server.url} {sentence}" if sentence else "")
        assert server.paths == ["/-/ready"]
        await source.close()


async def test_an_address_that_is_none_is_told() -> None:
    source = PrometheusMetrics("http://no such host", QUICK)
    assert "cannot be reached" in await source.diagnose()
    with pytest.raises(Unavailable, match="cannot be reached"):
        await source.instant("up")
    await source.close()
