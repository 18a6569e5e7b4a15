"""Each thing that happened is told, each once."""

from collections import Counter
from collections.abc import Callable
from copy import deepcopy
from functools import cache

import pytest

from golive.api.status import Phase
from golive.decide.decision import Reason
from golive.facts import SourceFacts
from tests.builders import BLUE, GREEN, World, spec


def breached(world: World) -> None:
    world.values["error-rate", "web"] = 0.9


@cache
def finished() -> World:
    world = World()
    world.run_until(Phase.LIVE)
    return world


@cache
def rolled_back() -> World:
    world = World()
    world.run_to_weight(50)
    breached(world)
    world.run(30)
    return world


@cache
def returned() -> World:
    world = World()
    world.run_to_weight(50)
    world.edit(target="blue")
    world.run(30)
    return world


@cache
def superseded() -> World:
    world = World()
    world.run_to_weight(50)
    world.backends["web", GREEN].revision, world.backends["web", GREEN].changed_at = "r2", world.now
    world.run(3)
    return world


@cache
def aborted() -> World:
    world = World()
    world.run_to_weight(50)
    world.by_hand(0)
    world.run(30)
    return world


@cache
def deleted() -> World:
    world = World()
    world.run_to_weight(10)
    world.deleting = True
    world.run(5)
    return world


@cache
def new_revision() -> World:
    world = deepcopy(rolled_back())
    world.backends["web", GREEN].revision = "r2"
    world.run(10)
    return world


@cache
def paused() -> World:
    world = World()
    world.run_to_weight(10)
    world.edit(suspend=True)
    world.run(30)
    return world


@cache
def not_ready() -> World:
    world = World()
    world.backends["web", GREEN].current = False
    world.run(30)
    return world


@cache
def needs_decision() -> World:
    world = World(spec(onNoData={"after": "5s"}))
    world.run_to_weight(10)
    world.values["error-rate", "web"] = None
    world.run(60)
    return world


@cache
def unreachable() -> World:
    world = World()
    world.run_to_weight(10)
    world.source = SourceFacts(reachable=False, message="cannot be reached")
    world.run(30)
    return world


@cache
def repaired() -> World:
    world = World()
    world.run_to_weight(10)
    world.by_hand(80)
    world.run(5)
    return world


@cache
def invalid() -> World:
    world = World()
    world.backends["web", BLUE].service = False
    world.run(30)
    return world


@cache
def contested() -> World:
    world = World(conflict="GoLive other already owns it")
    world.run(30)
    return world


@cache
def live_changed() -> World:
    world = World()
    world.run_to_weight(10)
    world.backends["web", BLUE].revision = "r9"
    world.run(60)
    return world


TOLD: list[tuple[Callable[[], World], dict[Reason, int]]] = [
    (finished, {Reason.STARTED: 1, Reason.WEIGHT_REACHED: 2, Reason.LIVE: 1, Reason.STABLE: 1}),
    (rolled_back, {Reason.ROLLING_BACK: 1, Reason.ROLLED_BACK: 1, Reason.WEIGHT_REACHED: 2}),
    (returned, {Reason.ROLLING_BACK: 1, Reason.RETURNED: 1}),
    (superseded, {Reason.ROLLING_BACK: 1, Reason.SUPERSEDED: 1}),
    (aborted, {Reason.ROLLING_BACK: 1, Reason.ABORTED: 1}),
    (deleted, {Reason.ROLLING_BACK: 1, Reason.RETURNED: 1}),
    (new_revision, {Reason.NEW_REVISION: 1, Reason.ROLLED_BACK: 1}),
    (paused, {Reason.WAITING: 1}),
    (not_ready, {Reason.WAITING: 1}),
    (needs_decision, {Reason.DECISION_NEEDED: 1}),
    (unreachable, {Reason.METRICS_UNAVAILABLE: 1}),
    (repaired, {Reason.ROUTE_REPAIRED: 1}),
    (invalid, {Reason.INVALID_SPEC: 1}),
    (contested, {Reason.CONFLICT: 1}),
    (live_changed, {Reason.LIVE_CHANGED: 1}),
]


@pytest.mark.parametrize(("story", "told"), TOLD)
def test_each_thing_is_told_once(story: Callable[[], World], told: dict[Reason, int]) -> None:
    counts = Counter(event.reason for event in story().events)
    assert {reason: counts[reason] for reason in told} == told


def test_every_reason_of_the_closed_set_is_told_by_somebody() -> None:
    told_by_the_reconciler = {Reason.WRITE_FAILED}
    assert {reason for _, told in TOLD for reason in told} | told_by_the_reconciler == set(Reason)


@pytest.mark.parametrize("story", [story for story, _ in TOLD])
def test_what_tells_two_events_apart_is_never_the_same(story: Callable[[], World]) -> None:
    events = story().events
    assert all(event.message for event in events)
    assert len({(event.reason, event.once) for event in events}) == len(events)


@pytest.mark.parametrize("story", [story for story, _ in TOLD])
def test_after_a_restart_nothing_is_told_under_another_name(story: Callable[[], World]) -> None:
    world = deepcopy(story())
    before = {(event.reason, event.once) for event in world.events}
    known = {reason for reason, _ in before}
    world.restart()
    world.settle()
    assert {(event.reason, event.once) for event in world.events if event.reason in known} == before


WARNINGS = {
    Reason.ROLLING_BACK: rolled_back,
    Reason.ROLLED_BACK: rolled_back,
    Reason.ABORTED: aborted,
    Reason.DECISION_NEEDED: needs_decision,
    Reason.METRICS_UNAVAILABLE: unreachable,
    Reason.ROUTE_REPAIRED: repaired,
    Reason.INVALID_SPEC: invalid,
    Reason.CONFLICT: contested,
    Reason.LIVE_CHANGED: live_changed,
}


@pytest.mark.parametrize(("reason", "story"), WARNINGS.items())
def test_what_a_person_must_know_is_a_warning(reason: Reason, story: Callable[[], World]) -> None:
    assert all(event.warning for event in story().events if event.reason is reason)


@pytest.mark.parametrize("story", [finished, returned, superseded, paused])
def test_the_ordinary_way_warns_of_nothing(story: Callable[[], World]) -> None:
    assert [event.reason for event in story().events if event.warning] == []


def texts(world: World, reason: Reason) -> list[str]:
    return [event.message for event in world.events if event.reason is reason]


def test_events_say_what_happened() -> None:
    world = rolled_back()
    assert texts(world, Reason.STARTED) == ["run 1: from blue to green"]
    assert texts(world, Reason.WEIGHT_REACHED) == ["10 % (1/3) read back", "50 % (2/3) read back"]
    assert texts(world, Reason.ROLLING_BACK) == [
        "goes back to blue: error-rate > 0.05 (0.9), in component web"
    ]
    assert texts(world, Reason.ROLLED_BACK) == [
        "blue serves again: error-rate > 0.05 (0.9), in component web"
    ]


def test_a_second_run_is_told_as_the_first() -> None:
    world = deepcopy(superseded())
    world.run_to_weight(10)
    started = [event for event in world.events if event.reason is Reason.STARTED]
    assert [event.message.split(":")[0] for event in started] == ["run 1", "run 2"]


def test_the_same_trouble_a_second_time_is_told_a_second_time() -> None:
    world = deepcopy(unreachable())
    world.source = SourceFacts(reachable=True)
    world.run(3)
    world.source = SourceFacts(reachable=False, message="cannot be reached")
    world.run(3)
    told = [event for event in world.events if event.reason is Reason.METRICS_UNAVAILABLE]
    assert len({event.once for event in told}) == len(told) == 2


def test_a_spec_that_is_wrong_in_another_way_is_told_anew() -> None:
    world = deepcopy(invalid())
    world.backends["web", BLUE].service = True
    world.backends["web", GREEN].found = False
    world.run(3)
    assert len(texts(world, Reason.INVALID_SPEC)) == 2
