from dataclasses import replace
from datetime import datetime
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from golive.api.status import Phase
from golive.decide import readiness
from golive.facts import ColourFacts, ReadyPoint
from tests.builders import GREEN, START, World, component, seconds, spec
from tests.turns import turn_of


@pytest.mark.parametrize(
    ("live", "weight", "needed"),
    [
        (0, 10, 1),
        (1, 10, 1),
        (1, 100, 1),
        (2, 50, 1),
        (2, 51, 2),
        (3, 50, 2),
        (10, 25, 3),
        (20, 75, 15),
        (20, 100, 20),
    ],
)
def test_a_weight_needs_as_large_a_share_of_pods(live: int, weight: int, needed: int) -> None:
    assert readiness.needed(live, weight) == needed


@settings(deadline=None)
@given(live=st.integers(0, 5000), weight=st.integers(1, 100))
def test_the_share_of_pods_is_never_below_the_share_of_traffic_nor_a_pod_above(
    live: int, weight: int
) -> None:
    pods, share = readiness.needed(live, weight), Fraction(weight * live, 100)
    assert pods >= 1
    assert pods >= share
    assert pods == 1 or pods - 1 < share


def points(*history: tuple[float, int]) -> ColourFacts:
    seen = tuple(ReadyPoint(START + seconds(at), ready) for at, ready in history)
    return ColourFacts(
        None, service=True, selects_other=False, ready=history[-1][1] if history else 0, ready_points=seen
    )


@pytest.mark.parametrize(
    ("history", "since"),
    [
        ((), None),
        (((0, 4),), None),
        (((0, 4), (5, 2)), None),
        (((0, 4), (5, 1)), 5),
        (((0, 4), (5, 1), (8, 0)), 5),
        (((0, 4), (5, 1), (8, 2), (9, 1)), 9),
        (((0, 4), (5, 1), (8, 4)), None),
        (((0, 1),), 0),
        (((0, 0),), 0),
    ],
)
def test_since_when_fewer_than_half_are_ready(
    history: tuple[tuple[float, int], ...], since: float | None
) -> None:
    expected = None if since is None else START + seconds(since)
    assert readiness.scarce_since(points(*history), 4) == expected


@settings(deadline=None)
@given(history=st.lists(st.integers(0, 10), max_size=12), base=st.integers(0, 10))
def test_the_stretch_below_half_is_the_unbroken_last_one(history: list[int], base: int) -> None:
    found = readiness.scarce_since(points(*enumerate(history)), base)
    enough = [place for place, ready in enumerate(history) if 2 * ready >= base]
    began = enough[-1] + 1 if enough else 0
    assert found == (START + seconds(began) if began < len(history) else None)


@pytest.mark.parametrize(("base", "ready"), [(0, 0), (0, 5), (4, 2), (4, 40), (1, 1)])
def test_pods_above_the_base_never_count_against_it(base: int, ready: int) -> None:
    assert readiness.scarce_since(points((0, ready)), base) is None


def at_fifty(replicas: int = 10) -> World:
    world = World()
    for backend in world.backends.values():
        backend.replicas = backend.ready = replicas
    world.run_to_weight(50)
    return world


@pytest.mark.parametrize(
    ("ready", "weight", "says"),
    [
        (10, 100, ""),
        (9, 50, ""),
        (9, 90, ""),
        (9, 91, "web: 9 ready pods of web-green, 91 % needs 10"),
        (8, 50, "web: 8 ready pods of web-green, 50 % needs 9"),
        (30, 100, ""),
    ],
)
def test_going_up_needs_nine_tenths_of_the_base_and_the_weights_share(
    ready: int, weight: int, says: str
) -> None:
    world = at_fifty()
    world.backends["web", GREEN].ready = ready
    assert readiness.shortage(turn_of(world), weight) == says


@pytest.mark.parametrize(
    ("ready", "waited", "rule"),
    [
        (0, 0, "no ready pod"),
        (4, 0, None),
        (4, 9.9, None),
        (4, 10, "fewer than half of 10 pods ready for 10s"),
        (5, 60, None),
        (9, 60, None),
    ],
)
def test_the_two_rules_that_take_traffic_back(ready: int, waited: float, rule: str | None) -> None:
    world = at_fifty()
    world.backends["web", GREEN].ready = ready
    turn_of(world)
    world.now += seconds(waited)
    failure = readiness.failure(turn_of(world))
    assert (failure[0] if failure else None) == rule
    assert failure is None or failure[1:] == (str(ready or ""), "web")


@pytest.mark.parametrize(("replicas", "recorded"), [(6, 6), (14, 14)])
def test_the_base_is_what_was_asked_for_when_the_step_was_acknowledged(replicas: int, recorded: int) -> None:
    world = World()
    for backend in world.backends.values():
        backend.replicas = backend.ready = 10
    world.run_to_weight(10)
    world.backends["web", GREEN].replicas = replicas
    world.backends["web", GREEN].ready = max(replicas, 10)
    assert world.status["components"][0]["base"] == 10
    world.run_to_weight(50)
    assert world.status["components"][0]["base"] == recorded


def test_a_component_without_traffic_takes_nothing_back() -> None:
    world = World(spec(components=[component("web"), component("api", routes=("api",))]))
    world.run_to_weight(10)
    world.routes["api", "api"] = replace(
        world.routes["api", "api"], weights={GREEN: (0,), GREEN.other: (100,)}
    )
    world.backends["api", GREEN].ready = 0
    assert readiness.failure(turn_of(world)) is None
    world.backends["web", GREEN].ready = 0
    assert readiness.failure(turn_of(world)) == ("no ready pod", "", "web")


@pytest.mark.parametrize(("ready", "seconds_left"), [(10, None), (5, None), (4, 10)])
def test_when_time_alone_takes_traffic_back_is_known_ahead(ready: int, seconds_left: float | None) -> None:
    world = at_fifty()
    world.backends["web", GREEN].ready = ready
    expected: datetime | None = None if seconds_left is None else world.now + seconds(seconds_left)
    assert readiness.next_failure(turn_of(world)) == expected


def test_a_live_colour_without_pods_takes_nothing_back_and_stops_nothing() -> None:
    world = at_fifty()
    world.backends["web", GREEN.other].ready = 0
    world.run_until(Phase.LIVE)
    assert (world.green, "RollingBack" in world.reasons()) == (100, False)
