from datetime import timedelta
from typing import Any

import pytest

from golive.api.golive import parse
from golive.api.spec import Colour
from golive.facts import Facts, PastRun, SourceFacts
from golive.observe.cache import Cache
from golive.observe.snapshot import SnapshotSettings, snapshot
from golive.runs import past_run, runs_data
from tests.raw import (
    FakeClock,
    a_deployment,
    a_golive,
    a_pair,
    a_replica_set,
    a_route,
    a_rule,
    a_service,
    an_object,
    ready_slice,
)

BLUE, GREEN = Colour.BLUE, Colour.GREEN
RUN = PastRun(3, GREEN, "1.4.0", "5d8f9", "RolledBack", "error-rate > 0.05")


def seen(*objects: tuple[str, dict[str, Any]], golive: dict[str, Any] | None = None) -> Facts:
    clock = FakeClock()
    cache = Cache(clock)
    raw = golive or a_golive()
    for kind, one in (("GoLive", raw), *objects):
        cache.put(kind, one)
    settings = SnapshotSettings(timedelta(seconds=3), frozenset({"argocd-controller"}))
    return snapshot(cache, parse(raw), {}, SourceFacts(reachable=True), clock.now(), settings)


def test_an_empty_cluster_is_seen_as_one() -> None:
    (component,) = seen().components
    assert component.colours[GREEN].deployment is None
    assert not component.colours[GREEN].service
    assert component.colours[GREEN].ready == 0
    assert not component.routes[0].found


def test_a_whole_component_is_seen() -> None:
    objects = [
        (kind, make(f"web-{colour}"))
        for colour in Colour
        for kind, make in (
            ("Deployment", a_deployment),
            ("ReplicaSet", a_replica_set),
            ("Service", a_service),
            ("EndpointSlice", ready_slice),
        )
    ]
    facts = seen(*objects, ("HTTPRoute", a_route(a_rule(*a_pair(90, 10)))))
    (component,) = facts.components
    for colour in Colour:
        side = component.colours[colour]
        assert side.deployment is not None
        assert (side.deployment.name, side.deployment.revision) == (f"web-{colour}", "5d8f9")
        assert (side.service, side.selects_other, side.ready) == (True, False, 2)
        assert side.ready_points[-1].ready == 2
    assert component.routes[0].weights == {BLUE: (90,), GREEN: (10,)}
    assert facts.settle_seconds == 3
    assert facts.target_changed_at == facts.now


def test_a_service_that_selects_the_other_colour_is_told() -> None:
    facts = seen(
        ("Service", a_service("web-blue", {"app": "web-green"})), ("Deployment", a_deployment("web-green"))
    )
    assert facts.components[0].colours[BLUE].selects_other
    assert not facts.components[0].colours[GREEN].selects_other


def test_a_conflict_is_told() -> None:
    facts = seen(("GoLive", a_golive("older", created="2025-01-01T00:00:00Z")))
    assert facts.conflict.startswith("GoLive older")


def test_the_past_run_is_read_back_as_it_was_written() -> None:
    facts = seen(("ConfigMap", {**an_object("shop-runs"), "data": runs_data(RUN)}))
    assert facts.past == RUN


@pytest.mark.parametrize(
    "data", [None, {}, {"last": "no json"}, {"last": "[]"}, {"last": '{"number": 1}'}, {"last": "null"}]
)
def test_a_past_run_that_cannot_be_read_is_none(data: dict[str, str] | None) -> None:
    assert past_run({"data": data}) is None


def test_a_spec_that_cannot_be_read_has_no_components() -> None:
    facts = seen(golive=a_golive(components=[{"name": "web"}]))
    assert facts.components == ()
