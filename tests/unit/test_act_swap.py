"""The compare-and-swap of a route's weights, applied by a JSON patch as RFC 6902 has it."""

from collections.abc import Mapping
from copy import deepcopy
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from golive.act.swap import operations
from golive.api.spec import Colour
from golive.decide.decision import SetWeights
from golive.errors import Refused
from tests.json_patch import apply_patch
from tests.raw import Raw, a_pair, a_ref, a_route, a_rule

BLUE, GREEN = Colour.BLUE, Colour.GREEN


def to_green(weight: int, blue: tuple[int, ...] = (100,), green: tuple[int, ...] = (0,)) -> SetWeights:
    return SetWeights(
        route="web",
        blue_service="web-blue",
        green_service="web-green",
        seen={BLUE: blue, GREEN: green},
        colour=GREEN,
        weight=weight,
        up=True,
    )


def weights(route: Mapping[str, Any]) -> list[list[int | None]]:
    return [[ref.get("weight") for ref in rule["backendRefs"]] for rule in route["spec"]["rules"]]


def test_every_name_and_weight_of_the_pair_is_tested_before_anything_is_replaced() -> None:
    assert operations(a_route(), to_green(10)) == [
        {"op": "test", "path": "/metadata/generation", "value": 1},
        {"op": "test", "path": "/spec/rules/0/backendRefs/0/name", "value": "web-blue"},
        {"op": "test", "path": "/spec/rules/0/backendRefs/0/weight", "value": 100},
        {"op": "test", "path": "/spec/rules/0/backendRefs/1/name", "value": "web-green"},
        {"op": "test", "path": "/spec/rules/0/backendRefs/1/weight", "value": 0},
        {"op": "replace", "path": "/spec/rules/0/backendRefs/0/weight", "value": 90},
        {"op": "replace", "path": "/spec/rules/0/backendRefs/1/weight", "value": 10},
    ]


def a_busy_route() -> Raw:
    """Two rules of the pair, in either order, among rules and backends of others."""
    header = a_ref("web-mirror", 7, filters=[{"type": "RequestHeaderModifier"}])
    return a_route(
        a_rule(a_ref("docs", 1)),
        a_rule(a_ref("web-green", 20), header, a_ref("web-blue", 80)),
        a_rule(a_ref("web-blue", 60), a_ref("web-green", 40, port=8080)),
    )


def test_only_the_two_weights_of_each_matched_rule_change() -> None:
    route = a_busy_route()
    action = to_green(50, blue=(80, 60), green=(20, 40))
    after = apply_patch(route, operations(route, action))
    assert weights(after) == [[1], [50, 7, 50], [50, 50]]
    expected = deepcopy(route)
    for rule, ref in ((1, 0), (1, 2), (2, 0), (2, 1)):
        expected["spec"]["rules"][rule]["backendRefs"][ref]["weight"] = 50
    assert after == expected


@settings(deadline=None)
@given(
    before=st.lists(st.integers(0, 100), min_size=1, max_size=3),
    weight=st.integers(0, 100),
    others=st.lists(st.integers(0, 5), max_size=2),
)
def test_the_pair_sums_to_a_hundred_and_everybody_else_stays(
    before: list[int], weight: int, others: list[int]
) -> None:
    beside = [a_ref(f"other-{place}", other) for place, other in enumerate(others)]
    route = a_route(*(a_rule(*beside, *a_pair(100 - green, green)) for green in before))
    action = to_green(weight, tuple(100 - green for green in before), tuple(before))
    after = apply_patch(route, operations(route, action))
    assert weights(after) == [[*others, 100 - weight, weight]] * len(before)


@pytest.mark.parametrize(
    "changed",
    [
        a_route(a_rule(*a_pair(90, 10))),
        a_route(a_rule(*a_pair()), a_rule(*a_pair())),
        a_route(a_rule(a_ref("web-blue", 100))),
        a_route(a_rule(a_ref("web-blue", 100), a_ref("other", 0))),
        a_route(a_rule(*a_pair(name="api"))),
        a_route(a_rule()),
    ],
)
def test_a_route_that_is_no_longer_what_the_decision_saw_is_not_written(changed: Raw) -> None:
    with pytest.raises(Refused, match="HTTPRoute web has changed since it was looked at"):
        operations(changed, to_green(10))


MEANWHILE = [
    ("a weight", [{"op": "replace", "path": "/spec/rules/0/backendRefs/1/weight", "value": 5}]),
    ("a name", [{"op": "replace", "path": "/spec/rules/0/backendRefs/1/name", "value": "other"}]),
    (
        "a backend in front",
        [{"op": "add", "path": "/spec/rules/0/backendRefs/0", "value": a_ref("other", 1)}],
    ),
    ("a rule in front", [{"op": "add", "path": "/spec/rules/0", "value": a_rule(a_ref("other", 1))}]),
    ("no rules", [{"op": "replace", "path": "/spec/rules", "value": []}]),
]


@pytest.mark.parametrize(
    "meanwhile", [change for _, change in MEANWHILE], ids=[name for name, _ in MEANWHILE]
)
def test_what_changed_on_the_way_to_the_server_fails_the_patchs_own_tests(meanwhile: list[Raw]) -> None:
    patch = operations(a_route(), to_green(10))
    with pytest.raises(Refused):
        apply_patch(apply_patch(a_route(), meanwhile), patch)


@pytest.mark.parametrize(
    "meanwhile",
    [
        [{"op": "add", "path": "/spec/hostnames", "value": ["shop.example"]}],
        [{"op": "add", "path": "/spec/rules/0/filters", "value": [{"type": "RequestMirror"}]}],
        [{"op": "add", "path": "/spec/rules/1", "value": a_rule(a_ref("other", 1))}],
        [{"op": "add", "path": "/spec/rules/0/backendRefs/2", "value": a_ref("other", 0)}],
    ],
)
def test_what_somebody_else_adds_beside_the_pair_stays_and_stops_nothing(meanwhile: list[Raw]) -> None:
    patch = operations(a_route(), to_green(10))
    changed = apply_patch(a_route(), meanwhile)
    after = apply_patch(changed, patch)
    assert weights(after)[0][:2] == [90, 10]
    unpatched = deepcopy(after)
    for ref, weight in zip(unpatched["spec"]["rules"][0]["backendRefs"], (100, 0), strict=False):
        ref["weight"] = weight
    assert unpatched == changed
