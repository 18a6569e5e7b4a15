"""What machines read of a GoLive in each state, and what kstatus makes of it."""

from collections.abc import Callable, Mapping
from copy import deepcopy
from functools import cache
from typing import Any

import pytest

from golive.api.status import Phase
from golive.decide import decide
from golive.facts import Facts, SourceFacts
from tests.builders import BLUE, GREEN, World, seconds, spec

Conditions = dict[str, Mapping[str, Any]]


def conditions(world: World) -> Conditions:
    return {entry["type"]: entry for entry in world.status["conditions"]}


def kstatus(world: World) -> str:
    """Read a GoLive as kstatus does: the generation first, then Reconciling and Stalled, whichever stands first."""
    if world.status.get("observedGeneration") != world.generation:
        return "InProgress"
    verdicts = {"Reconciling": "InProgress", "Stalled": "Failed"}
    for entry in world.status["conditions"]:
        if entry["type"] in verdicts and entry["status"] == "True":
            return verdicts[entry["type"]]
    return "Current"


@cache
def shifting() -> World:
    return at(10)


def at(weight: int) -> World:
    world = World()
    world.run_to_weight(weight)
    return world


@cache
def preparing() -> World:
    world = World()
    world.backends["web", GREEN].current = False
    world.settle()
    return world


@cache
def paused() -> World:
    world = at(10)
    world.edit(suspend=True)
    world.settle()
    return world


@cache
def no_data() -> World:
    world = at(10)
    world.values["error-rate", "web"] = None
    world.run(15)
    return world


@cache
def undecided() -> World:
    world = World(spec(onNoData={"after": "5s"}))
    world.run_to_weight(10)
    world.values["error-rate", "web"] = None
    world.run(15)
    return world


@cache
def unconfirmed() -> World:
    world = World()
    world.run_until(Phase.STABILISING)
    return world


@cache
def stabilising() -> World:
    world = deepcopy(unconfirmed())
    world.run(5)
    return world


@cache
def stable() -> World:
    world = World()
    world.run_until(Phase.LIVE)
    return world


@cache
def first_sight_of_what_is_live() -> World:
    world = World(spec(target="blue"))
    world.settle()
    return world


@cache
def returned() -> World:
    world = at(50)
    world.edit(target="blue")
    world.settle()
    return world


@cache
def going_back() -> World:
    world = at(50)
    world.frozen = True
    world.values["error-rate", "web"] = 0.9
    world.now += seconds(1)
    world.tick()
    return world


@cache
def rolled_back() -> World:
    world = at(50)
    world.values["error-rate", "web"] = 0.9
    world.run_until(Phase.ROLLED_BACK)
    return world


@cache
def aborted() -> World:
    world = at(50)
    world.by_hand(0)
    world.settle()
    return world


@cache
def invalid() -> World:
    world = World()
    world.backends["web", BLUE].service = False
    world.settle()
    return world


@cache
def invalid_midway() -> World:
    world = at(10)
    world.edit(steps=[{"weight": 0}])
    world.settle()
    return world


def unreadable() -> World:
    world = World()
    world.settle()
    broken = World(spec(), status=world.status)
    broken.raw_spec = {"target": "red"}
    return broken


@cache
def contested() -> World:
    world = World(conflict="GoLive other owns it")
    world.settle()
    return world


@cache
def split() -> World:
    world = World()
    world.by_hand(30)
    world.settle()
    return world


STATES = [
    (preparing, "False", "Progressing", "InProgress"),
    (shifting, "False", "Progressing", "InProgress"),
    (paused, "False", "Suspended", "InProgress"),
    (no_data, "False", "ChecksNotPassing", "InProgress"),
    (undecided, "False", "AwaitingDecision", "InProgress"),
    (unconfirmed, "False", "Progressing", "InProgress"),
    (stabilising, "True", "Stabilising", "Current"),
    (stable, "True", "Live", "Current"),
    (first_sight_of_what_is_live, "True", "Live", "Current"),
    (returned, "True", "Returned", "Current"),
    (going_back, "False", "Progressing", "InProgress"),
    (rolled_back, "False", "RolledBack", "Failed"),
    (aborted, "False", "Aborted", "Failed"),
    (invalid, "False", "InvalidSpec", "Failed"),
    (invalid_midway, "False", "InvalidSpec", "Failed"),
    (contested, "False", "Conflict", "Failed"),
    (split, "False", "InvalidSpec", "Failed"),
]


@pytest.mark.parametrize(("state", "ready", "reason", "computed"), STATES)
def test_what_machines_read_in_each_state(
    state: Callable[[], World], ready: str, reason: str, computed: str
) -> None:
    world = state()
    found = conditions(world)
    assert (found["Ready"]["status"], found["Ready"]["reason"]) == (ready, reason)
    assert kstatus(world) == computed
    assert not {"Reconciling", "Stalled"} <= set(found)
    for kind in ("Reconciling", "Stalled"):
        assert kind not in found or (found[kind]["status"], found[kind]["reason"]) == ("True", reason)


@pytest.mark.parametrize("state", [row[0] for row in STATES])
def test_every_condition_has_all_that_it_must_have(state: Callable[[], World]) -> None:
    world = state()
    for entry in world.status["conditions"]:
        assert entry["status"] in {"True", "False", "Unknown"}
        assert entry["reason"].isalpha()
        assert entry["reason"][0].isupper()
        assert entry["message"]
        assert entry["observedGeneration"] == world.generation
        assert len(entry["lastTransitionTime"]) == len("2026-01-01T12:00:00Z")
    assert world.status["observedGeneration"] == world.generation


def test_what_cannot_be_read_is_told_of_the_generation_it_was_said_of() -> None:
    world = unreadable()
    world.generation = 7
    status = world.golive().status
    assert world.golive().spec is None
    from_before = status.observed_generation
    decision = decide(world.golive(), Facts(now=world.now, components=()))
    assert (from_before, decision.status.observed_generation) == (1, 7)
    assert decision.actions == ()
    assert {(entry.type, entry.status, entry.reason) for entry in decision.status.conditions} == {
        ("Ready", "False", "InvalidSpec"),
        ("Stalled", "True", "InvalidSpec"),
    }


def test_a_status_that_stays_keeps_its_time_and_one_that_turns_gets_a_new_one() -> None:
    world = World()
    world.run_to_weight(10)
    began = conditions(world)["Ready"]["lastTransitionTime"]
    world.run_to_weight(50)
    assert conditions(world)["Ready"]["lastTransitionTime"] == began
    world.run_until(Phase.STABILISING)
    world.run(3)
    assert conditions(world)["Ready"]["status"] == "True"
    assert conditions(world)["Ready"]["lastTransitionTime"] > began


@pytest.mark.parametrize(
    ("state", "stable"),
    [
        (shifting, None),
        (unconfirmed, "Unknown"),
        (stabilising, "Unknown"),
        (stable, "True"),
        (returned, None),
        (rolled_back, None),
    ],
)
def test_stable_is_unknown_until_the_stabilising_time_is_over(
    state: Callable[[], World], stable: str | None
) -> None:
    assert conditions(state()).get("Stable", {}).get("status") == stable


@pytest.mark.parametrize(
    ("ready", "status", "message"),
    [
        (20, "True", "web-blue 20 of 20 ready"),
        (2, "False", "web-blue 2 of 20 ready"),
        (0, "False", "web-blue 0 of 20 ready"),
    ],
)
def test_how_well_going_back_would_go_is_said(ready: int, status: str, message: str) -> None:
    world = World()
    world.backends["web", BLUE].replicas, world.backends["web", BLUE].ready = 20, 20
    world.backends["web", GREEN].replicas, world.backends["web", GREEN].ready = 20, 20
    world.run_to_weight(10)
    world.backends["web", BLUE].ready = ready
    world.settle()
    found = conditions(world)["RollbackReady"]
    assert (found["status"], found["message"]) == (status, message)


def test_metrics_are_told_of_while_they_are_asked() -> None:
    world = at(10)
    assert conditions(world)["MetricsAvailable"]["status"] == "True"
    world.source = SourceFacts(reachable=False, message="cannot be reached at http://prometheus:9090")
    world.settle()
    found = conditions(world)["MetricsAvailable"]
    assert (found["status"], found["message"]) == ("False", "cannot be reached at http://prometheus:9090")
    assert "MetricsAvailable" not in conditions(stable())


def test_a_changed_baseline_and_a_fought_over_route_are_conditions_of_their_own() -> None:
    world = at(10)
    assert not {"LiveChanged", "TrafficConflict"} & set(conditions(world))
    world.backends["web", BLUE].revision = "r9"
    world.settle()
    assert conditions(world)["LiveChanged"]["message"] == "blue runs r9"
    world = at(10)
    world.by_hand(80)
    world.tick()
    assert conditions(world)["TrafficConflict"]["status"] == "True"
    world.settle()
    assert "TrafficConflict" not in conditions(world)
