from collections.abc import Callable
from typing import Any

import pytest

from golive.observe.cache import Cache
from golive.observe.prune import Kind
from golive.observe.references import Backend
from tests.raw import (
    START,
    FakeClock,
    a_component,
    a_deployment,
    a_golive,
    a_pair,
    a_replica_set,
    a_route,
    a_rule,
    a_service,
    an_object,
    ready_slice,
    stamped,
)

SHOP = ("shop", "shop")
GREEN = Backend("web-green", "web-green")


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def cache(clock: FakeClock) -> Cache:
    held = Cache(clock)
    held.put("GoLive", a_golive())
    return held


@pytest.mark.parametrize(
    ("kind", "make"),
    [
        ("GoLive", a_golive),
        ("HTTPRoute", a_route),
        ("Deployment", a_deployment),
        ("ReplicaSet", a_replica_set),
        ("EndpointSlice", ready_slice),
        ("Service", a_service),
        ("ConfigMap", lambda: an_object("shop-runs")),
    ],
)
def test_each_kind_concerns_the_golive_that_names_it(kind: str, make: Callable[[], dict[str, Any]]) -> None:
    cache = Cache(FakeClock())
    cache.put("GoLive", a_golive(target="blue"))
    raw = make()
    assert cache.put(kind, raw) == {SHOP}
    assert cache.drop(kind, stamped(raw)) == {SHOP}


@pytest.mark.parametrize(
    ("kind", "raw"),
    [
        ("Deployment", a_deployment("other")),
        ("ReplicaSet", a_replica_set("other")),
        ("EndpointSlice", ready_slice("other")),
        ("HTTPRoute", {**a_route(), "metadata": {**a_route()["metadata"], "namespace": "elsewhere"}}),
        ("ConfigMap", an_object("other-runs")),
    ],
)
def test_others_concern_nobody(cache: Cache, kind: str, raw: dict[str, Any]) -> None:
    assert cache.put(kind, raw) == set()


def test_the_echo_of_a_write_is_no_news(cache: Cache) -> None:
    written = a_route(a_rule(*a_pair(90, 10)))
    assert cache.put("HTTPRoute", written) == {SHOP}
    assert cache.put("HTTPRoute", written) == set()


def test_a_late_echo_does_not_undo_a_newer_write(cache: Cache) -> None:
    older, newer = a_route(a_rule(*a_pair(90, 10))), a_route(a_rule(*a_pair(75, 25)))
    cache.put("HTTPRoute", newer)
    assert cache.put("HTTPRoute", older) == set()
    route = cache.route("shop", "web")
    assert route is not None
    assert route["spec"]["rules"][0]["backendRefs"][1]["weight"] == 25


def test_a_route_whose_status_alone_changed_is_no_news(cache: Cache) -> None:
    route = a_route()
    cache.put("HTTPRoute", route)
    assert cache.put("HTTPRoute", stamped({**route, "status": {"parents": []}})) == set()


def test_a_golive_is_fenced_by_its_newest_version_also_when_nothing_changed(cache: Cache) -> None:
    again = stamped(a_golive())
    assert cache.put("GoLive", again) == set()
    held = cache.golive(SHOP)
    assert held is not None
    assert held["metadata"]["resourceVersion"] == again["metadata"]["resourceVersion"]


def test_an_answer_after_the_deletion_brings_nothing_back(cache: Cache) -> None:
    answer = a_route()
    cache.drop("HTTPRoute", stamped(answer))
    assert cache.put("HTTPRoute", answer) == set()
    assert cache.route("shop", "web") is None


def test_what_was_found_gone_is_not_brought_back_by_its_own_echo(cache: Cache) -> None:
    route = a_route()
    cache.put("HTTPRoute", route)
    assert cache.drop("HTTPRoute", route) == {SHOP}
    assert cache.put("HTTPRoute", route) == set()


def test_what_is_created_again_is_there_again(cache: Cache) -> None:
    cache.put("HTTPRoute", a_route())
    cache.drop("HTTPRoute", a_route())
    assert cache.put("HTTPRoute", a_route()) == {SHOP}


def test_a_late_deletion_takes_nothing_newer_away(cache: Cache) -> None:
    before = a_route()
    cache.put("HTTPRoute", a_route())
    assert cache.drop("HTTPRoute", before) == set()
    assert cache.route("shop", "web") is not None


def test_ready_counts_move_with_slices_and_leave_points(cache: Cache, clock: FakeClock) -> None:
    for kind, raw in (("Deployment", a_deployment()), ("ReplicaSet", a_replica_set())):
        cache.put(kind, raw)
    clock.advance(5)
    cache.put("EndpointSlice", ready_slice(pods=2))
    clock.advance(5)
    cache.put("EndpointSlice", ready_slice(pods=0))
    points = [
        (int((point.at - START).total_seconds()), point.ready) for point in cache.ready_points("shop", GREEN)
    ]
    assert points == [(0, 0), (5, 2), (10, 0)]
    assert cache.ready("shop", GREEN) == 0


def test_ready_pods_vanish_with_their_slice_and_with_their_deployment(cache: Cache) -> None:
    for kind, raw in (("Deployment", a_deployment()), ("ReplicaSet", a_replica_set())):
        cache.put(kind, raw)
    cache.put("EndpointSlice", ready_slice())
    cache.drop("Deployment", a_deployment())
    assert cache.ready_points("shop", GREEN)[-1].ready == 0
    cache.put("Deployment", a_deployment())
    assert cache.ready_points("shop", GREEN)[-1].ready == 2
    cache.drop("EndpointSlice", ready_slice())
    assert cache.ready_points("shop", GREEN)[-1].ready == 0


def test_a_deployments_change_is_dated_by_its_generation(cache: Cache, clock: FakeClock) -> None:
    cache.put("Deployment", a_deployment())
    clock.advance(7)
    cache.put("Deployment", a_deployment(availableReplicas=1))
    assert cache.changed_at("shop", "web-green") == START
    changed = a_deployment()
    changed["metadata"]["generation"] = 2
    cache.put("Deployment", changed)
    assert cache.changed_at("shop", "web-green") == clock.now()


def test_a_deployment_of_the_same_name_made_anew_has_changed(cache: Cache, clock: FakeClock) -> None:
    cache.put("Deployment", a_deployment())
    clock.advance(7)
    anew = a_deployment()
    anew["metadata"]["uid"] = "another"
    cache.put("Deployment", anew)
    assert cache.changed_at("shop", "web-green") == clock.now()


def test_a_change_of_target_is_dated(cache: Cache, clock: FakeClock) -> None:
    assert cache.target_changed_at(SHOP) == START
    clock.advance(7)
    cache.put("GoLive", a_golive(suspend=True))
    assert cache.target_changed_at(SHOP) == START
    cache.put("GoLive", a_golive(target="blue"))
    assert cache.target_changed_at(SHOP) == clock.now()
    cache.drop("GoLive", a_golive())
    assert cache.target_changed_at(SHOP) is None


def test_rivals_are_told_when_one_comes_changes_and_goes(cache: Cache) -> None:
    rival = ("shop", "rival")
    assert cache.put("GoLive", a_golive("rival")) == {SHOP, rival}
    assert cache.put("GoLive", a_golive("rival", suspend=True)) == {rival}
    assert [raw["metadata"]["name"] for raw in cache.sharing(rival)] == ["shop"]
    assert cache.put("GoLive", a_golive("rival", [a_component("api", route="api")])) == {SHOP, rival}
    assert cache.sharing(rival) == ()
    cache.put("GoLive", a_golive("rival"))
    assert cache.drop("GoLive", a_golive("rival")) == {SHOP, rival}
    assert cache.sharing(SHOP) == ()


def test_what_an_edit_leaves_behind_concerns_nobody(cache: Cache) -> None:
    cache.put("GoLive", a_golive(components=[a_component("api", route="api")]))
    assert cache.put("HTTPRoute", a_route()) == set()
    assert cache.put("HTTPRoute", a_route(name="api")) == {SHOP}
    assert cache.ready_points("shop", GREEN) == ()


def test_a_slice_that_moves_to_another_service_concerns_both(cache: Cache) -> None:
    cache.put("EndpointSlice", ready_slice())
    moved = ready_slice("other")
    moved["metadata"]["name"] = "web-green-x1"
    assert cache.put("EndpointSlice", moved) == {SHOP}


def test_it_keeps_no_more_than_it_needs(cache: Cache) -> None:
    deployment = a_deployment()
    deployment["spec"]["template"]["spec"]["volumes"] = ["much"]
    deployment["metadata"]["managedFields"] = ["more"]
    cache.put("Deployment", deployment)
    held = cache.get(Kind.DEPLOYMENT, "shop", "web-green")
    assert "much" not in str(held)
    assert "more" not in str(held)


def test_it_leaves_nothing_behind_once_all_is_gone() -> None:
    cache = Cache(FakeClock())
    everything: list[tuple[str, Callable[[], dict[str, Any]]]] = [
        ("GoLive", a_golive),
        ("Deployment", a_deployment),
        ("ReplicaSet", a_replica_set),
        ("EndpointSlice", ready_slice),
        ("HTTPRoute", a_route),
    ]
    for kind, make in everything:
        cache.put(kind, make())
    for kind, make in everything:
        cache.drop(kind, make())
    objects, watchers = cache._objects, cache._watchers
    assert not any((objects._held, objects._versions, objects._parts, watchers._of, watchers._by))
    assert not any((cache._changed_at, cache._target_changed_at, cache._history._points))
