"""A route that somebody lowered rises again as it rose before: a step at a time, each with all that a step needs."""

from dataclasses import replace

import pytest

from golive.api.status import Phase, status_wire
from golive.decide import decide
from golive.decide.decision import SetWeights
from golive.facts import SourceFacts
from tests.builders import BLUE, GREEN, World, component, seconds, spec

GIT = "argocd-controller"


def climb_after(world: World, since: int) -> list[int]:
    return [write.weight for write in world.writes[since:]]


def waiting_for_pods() -> World:
    """Return a world at 10 % whose next step is on record and short of pods."""
    world = World()
    world.run_to_weight(10)
    world.run(9)
    world.now += seconds(1)
    while world.status["step"]["weight"] == 10:
        world.tick()
    world.backends["web", GREEN].ready = 1
    return world


def stabilising() -> World:
    world = World()
    world.run_until(Phase.STABILISING)
    world.run(3)
    return world


def test_after_100_percent_a_reset_by_git_is_not_answered_while_a_check_fails() -> None:
    world = stabilising()
    world.values["error-rate", "web"] = 0.03
    world.by_hand(0, writer=GIT, gitops=True)
    world.run(30)
    assert world.green == 0
    assert (world.condition("Ready") or {})["status"] == "False"


def test_after_100_percent_a_reset_by_git_is_regained_step_by_step_and_is_not_ready_meanwhile() -> None:
    world = stabilising()
    writes = len(world.writes)
    world.by_hand(0, writer=GIT, gitops=True)
    ready = []
    for _ in range(60):
        world.settle()
        ready.append((world.green, (world.condition("Ready") or {})["status"]))
        world.now += seconds(1)
    assert climb_after(world, writes) == [10, 50, 100]
    assert all(weight == 100 for weight, status in ready if status == "True")
    assert world.phase is Phase.LIVE


def test_what_has_regained_100_percent_is_judged_there_anew() -> None:
    world = stabilising()
    world.by_hand(0, writer=GIT, gitops=True)
    world.settle()
    while world.green < 100:
        world.now += seconds(1)
        world.settle()
    assert (world.phase, (world.condition("Ready") or {})["status"]) == (Phase.STABILISING, "False")
    world.values["error-rate", "web"] = 0.9
    world.run(3)
    assert (world.green, world.phase) == (0, Phase.ROLLED_BACK)


def test_the_other_routes_keep_what_they_have_while_one_is_regained() -> None:
    world = World(spec(components=[component(routes=("web", "shop"))]))
    world.run_until(Phase.STABILISING)
    world.run(3)
    world.backends["web", BLUE].revision = "r2"
    world.by_hand(0, writer=GIT, gitops=True, route="shop")
    world.run(5)
    assert world.routes["web", "web"].weight(GREEN) == 100
    assert "RouteRepaired" not in world.reasons()
    world.backends["web", BLUE].revision = "r1"
    world.run(40)
    assert world.routes["web", "shop"].weight(GREEN) == 100
    assert {write.route for write in world.writes if write.weight == 10 and write.up} >= {"shop"}
    assert world.phase in {Phase.STABILISING, Phase.LIVE}


def test_midway_too_the_other_routes_keep_what_they_have_and_no_more() -> None:
    world = World(spec(components=[component(routes=("web", "shop"))]))
    world.run_to_weight(50)
    world.by_hand(0, writer=GIT, gitops=True, route="shop")
    world.run(3)
    assert world.routes["web", "web"].weight(GREEN) == 50
    world.by_hand(80, route="web")
    world.settle()
    assert world.routes["web", "web"].weight(GREEN) == 50
    world.run(60)
    assert world.phase in {Phase.STABILISING, Phase.LIVE}


def test_lowered_by_hand_while_another_route_cannot_be_raised_it_is_not_raised_at_once() -> None:
    world = World(spec(components=[component(routes=("web", "shop"))]))
    world.run_to_weight(10)
    world.run(9)
    world.now += seconds(1)
    while world.status["step"]["weight"] == 10:
        world.tick()
    world.by_hand(50, writer="golive", route="shop")
    world.routes["web", "shop"] = replace(world.routes["web", "shop"], ours=True)
    world.backends["web", GREEN].ready = 1
    world.settle()
    world.now += seconds(2)
    world.by_hand(20, route="shop")
    writes = len(world.writes)
    world.values["error-rate", "web"] = 0.03
    world.backends["web", GREEN].ready = 2
    world.run(5)
    assert world.routes["web", "shop"].weight(GREEN) == 20
    assert [write for write in world.writes[writes:] if write.up] == []


def test_after_a_restart_nothing_rises_before_every_check_has_been_asked() -> None:
    world = World()
    world.run_to_weight(50)
    world.by_hand(0, writer=GIT, gitops=True)
    world.restart()
    world.sampling = False
    world.readings.clear()
    golive, facts = world.golive(), replace(world.facts(), readings={})
    for _ in range(4):
        decision = decide(golive, facts)
        assert not [action for action in decision.actions if isinstance(action, SetWeights) and action.up]
        world.status = status_wire(decision.status)
        golive = world.golive()


def test_with_the_source_gone_nothing_rises_from_nothing() -> None:
    world = World()
    world.run_to_weight(50)
    world.values["error-rate", "web"] = None
    world.source = SourceFacts(reachable=False, message="cannot be reached")
    world.by_hand(0, writer=GIT, gitops=True)
    world.run(10)
    assert world.green == 0


def test_what_was_lowered_and_raised_by_hand_again_is_put_down() -> None:
    world = World()
    world.run_to_weight(50)
    world.values["error-rate", "web"] = 0.03
    world.by_hand(0, writer=GIT, gitops=True)
    world.run(3)
    world.by_hand(50)
    world.run(2)
    assert world.green == 10
    assert "RouteRepaired" in world.reasons()


def test_a_filter_added_while_a_step_waits_lowers_nothing() -> None:
    world = waiting_for_pods()
    world.run(2)
    world.by_hand(10)
    world.run(2)
    assert world.status["step"]["weight"] == 50
    assert world.condition("TrafficConflict") is None


def test_a_route_that_is_gone_for_a_moment_was_lowered_by_nobody() -> None:
    world = World(spec(steps=[{"weight": 10, "hold": "1s"}, {"weight": 50, "hold": "60s"}, {"weight": 100}]))
    world.run_to_weight(50)
    there = world.routes["web", "web"]
    world.routes["web", "web"] = replace(
        there, found=False, weights={}, problem="HTTPRoute web is missing", writer=""
    )
    world.run(2)
    assert (world.condition("Stalled") or {})["reason"] == "InvalidSpec"
    world.routes["web", "web"] = there
    world.run(2)
    assert world.status["step"]["weight"] == 50
    assert world.condition("TrafficConflict") is None


def test_of_two_components_the_one_that_was_reset_to_nothing_climbs_again_though_it_has_no_data() -> None:
    world = World(spec(components=[component(), component("api", ("api",))]))
    world.run_to_weight(50)
    world.by_hand(0, writer=GIT, gitops=True, route="web")
    for _ in range(20):
        nothing = world.routes["web", "web"].weight(GREEN) == 0
        world.values["error-rate", "web"] = None if nothing else 0.0
        world.run(1)
    assert world.routes["web", "web"].weight(GREEN) >= 10
    assert world.routes["api", "api"].weight(GREEN) >= 50


@pytest.mark.parametrize("action", ["Decide", "Rollback"])
def test_without_traffic_no_data_is_missed_however_long_it_waits(action: str) -> None:
    world = World(spec(onNoData={"after": "20s", "action": action}))
    world.run_to_weight(50)
    world.edit(suspend=True)
    world.by_hand(0, writer=GIT, gitops=True)
    world.values["error-rate", "web"] = None
    world.run(60)
    assert (world.phase, world.status["waitingFor"]) == (Phase.SHIFTING, "Paused")
    world.edit(suspend=False)
    world.run(3)
    assert world.green == 10
    world.values["error-rate", "web"] = 0.0
    world.run(5)
    assert world.phase is Phase.SHIFTING


def test_the_fight_is_said_for_some_minutes_and_no_longer() -> None:
    world = World(spec(stabilise={"for": "1h"}))
    world.run_until(Phase.STABILISING)
    world.run(3)
    world.by_hand(50)
    world.run(60)
    assert world.green == 100
    assert world.condition("TrafficConflict") is not None
    world.run(300)
    assert world.condition("TrafficConflict") is None


def test_after_100_percent_what_was_lowered_by_hand_is_regained_from_there() -> None:
    world = stabilising()
    writes = len(world.writes)
    world.by_hand(30)
    world.run(40)
    assert climb_after(world, writes) == [50, 100]


def test_a_reset_while_the_next_step_waits_for_pods_starts_over_at_the_first() -> None:
    world = waiting_for_pods()
    world.settle()
    assert (world.status["step"]["weight"], world.green, world.status["waitingFor"]) == (50, 10, "Pods")
    writes = len(world.writes)
    world.by_hand(0, writer=GIT, gitops=True)
    world.settle()
    world.backends["web", GREEN].ready = 2
    world.run(15)
    assert climb_after(world, writes)[:2] == [10, 50]


def test_what_is_lowered_further_while_it_waits_to_rise_starts_further_below() -> None:
    world = World()
    world.run_to_weight(50)
    world.values["error-rate", "web"] = 0.03
    world.by_hand(30)
    world.settle()
    assert world.status["step"]["weight"] == 50
    world.by_hand(5)
    world.settle()
    assert world.status["step"]["weight"] == 10
