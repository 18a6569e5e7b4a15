"""The page that Prometheus scrapes: every figure of the catalogue, counted from what is told, gone with its GoLive."""

from typing import Any

import pytest
from prometheus_client.metrics_core import Metric
from prometheus_client.parser import text_string_to_metric_families
from prometheus_client.samples import Sample

from golive.adapters.prometheus_figures import PrometheusFigures
from golive.api.status import Phase
from golive.record.figures import CATALOGUE
from tests.told import ToldWorld, a_call

PLAIN = "text/plain"


async def families(figures: PrometheusFigures) -> dict[str, Metric]:
    body, _ = await figures.page(PLAIN)
    return {family.name: family for family in text_string_to_metric_families(body.decode())}


async def samples(figures: PrometheusFigures) -> dict[tuple[str, tuple[tuple[str, str], ...]], float]:
    found: list[Sample] = [
        sample for family in (await families(figures)).values() for sample in family.samples
    ]
    return {(sample.name, tuple(sorted(sample.labels.items()))): sample.value for sample in found}


def raw(world: ToldWorld, name: str = "web") -> dict[str, Any]:
    return {"metadata": {"namespace": "shop", "name": name}, "status": world.status}


@pytest.fixture
def figures() -> PrometheusFigures:
    return PrometheusFigures("1.2.3")


def full(figures: PrometheusFigures) -> None:
    """Tell and show something of everything."""
    world = ToldWorld()
    world.run_to_weight(10)
    figures.called(a_call())
    figures.called(a_call("patch", "httproutes"))
    figures.ticked(0.003)
    figures.lagged(0.0004)
    figures.read(lambda: (raw(world),), lambda: True, lambda: 3, lambda: {"GoLive": 12.0})


async def test_the_page_has_every_figure_of_the_catalogue_and_its_words(figures: PrometheusFigures) -> None:
    full(figures)
    page = await families(figures)
    told = {name: family for name, family in page.items() if name.startswith("golive_")}
    assert set(told) == {figure.name.removesuffix("_total") for figure in CATALOGUE}
    for figure in CATALOGUE:
        family = told[figure.name.removesuffix("_total")]
        assert (family.type, family.documentation) == (figure.kind, figure.about)
        for sample in family.samples:
            assert set(sample.labels) - {"le"} == set(figure.labels)


async def test_the_process_itself_is_measured_and_nothing_is_told_twice(figures: PrometheusFigures) -> None:
    page = await families(figures)
    assert "process_resident_memory_bytes" in page
    assert not [name for name in page if name.endswith("_created")]


async def test_queries_and_requests_are_counted_apart(figures: PrometheusFigures) -> None:
    figures.called(a_call())
    figures.called(a_call("range", outcome="Unavailable"))
    figures.called(a_call("patch", "httproutes", "Refused"))
    found = await samples(figures)
    assert found["golive_prometheus_queries_total", (("outcome", "Ok"),)] == 1
    assert found["golive_prometheus_queries_total", (("outcome", "Unavailable"),)] == 1
    assert found["golive_prometheus_query_seconds_sum", ()] == 0.5
    labels = (("outcome", "Refused"), ("resource", "httproutes"), ("verb", "patch"))
    assert found["golive_api_requests_total", labels] == 1
    assert found["golive_api_request_seconds_count", (("resource", "httproutes"), ("verb", "patch"))] == 1


async def test_a_breach_is_counted(figures: PrometheusFigures) -> None:
    world = ToldWorld()
    world.run_to_weight(50)
    world.by_hand(80, writer="argocd-controller", gitops=True)
    world.run(2)
    world.values["error-rate", "web"] = 0.5
    world.run_until(Phase.ROLLED_BACK)
    for golive, after, _ in world.written:
        figures.recorded(golive, after)
    found = await samples(figures)
    assert found["golive_rollbacks_total", (("reason", "RolledBack"),)] == 1
    assert found["golive_time_to_revert_seconds_count", ()] == 1
    assert found["golive_route_drift_total", ()] == 1


async def test_a_deleted_golive_leaves_no_series(figures: PrometheusFigures) -> None:
    world = ToldWorld()
    world.run_to_weight(10)
    held = [raw(world, "a"), raw(world, "b")]
    figures.read(lambda: tuple(held), lambda: False, lambda: 0, dict)
    assert {"a", "b"} <= {value for (_, labels) in await samples(figures) for _, value in labels}
    del held[1]
    names = {value for (_, labels) in await samples(figures) for name, value in labels if name == "name"}
    assert names == {"a"}
    assert (await samples(figures))["golive_leader", ()] == 0


async def test_the_scraper_says_in_which_form(figures: PrometheusFigures) -> None:
    body, media_type = await figures.page("application/openmetrics-text; version=1.0.0")
    assert media_type.startswith("application/openmetrics-text")
    assert body.endswith(b"# EOF\n")
    assert (await figures.page(""))[1].startswith("text/plain")


async def test_two_processes_in_one_count_apart() -> None:
    one, other = PrometheusFigures("1"), PrometheusFigures("1")
    one.called(a_call())
    assert (await samples(one))["golive_prometheus_queries_total", (("outcome", "Ok"),)] == 1
    assert (await samples(other))["golive_prometheus_queries_total", (("outcome", "Ok"),)] == 0


async def test_what_has_not_happened_yet_is_told_as_none(figures: PrometheusFigures) -> None:
    found = await samples(figures)
    reasons = [dict(labels)["reason"] for name, labels in found if name == "golive_rollbacks_total"]
    assert sorted(reasons) == ["Aborted", "Deleted", "Returned", "RolledBack", "Superseded"]
