"""At rest the routes are the user's: what they say is told truthfully, and nothing is moved that nobody asked for."""

from dataclasses import replace
from typing import Any

import pytest

from golive.api.golive import GoLive
from golive.api.status import Phase
from golive.facts import RouteFacts
from tests.builders import BLUE, GREEN, START, Backend, World, check, component, seconds, spec

WINDOW_OVER = spec(rollbackWindow="5s")


def live_on_green(raw: dict[str, object] | None = None) -> World:
    world = World(raw or spec())
    world.run_until(Phase.LIVE)
    world.run(10)
    return world


def ready(world: World) -> tuple[str, str]:
    found = world.condition("Ready")
    assert found
    return found["status"], found["reason"]


def add_component(world: World, name: str, green: int) -> None:
    """Add a component at rest whose route stands as somebody wrote it."""
    for colour in (BLUE, GREEN):
        world.backends[name, colour] = Backend(f"{name}-{colour}")
    world.routes[name, name] = RouteFacts(
        name, found=True, weights={GREEN: (green,), BLUE: (100 - green,)}, written_at=START - seconds(60)
    )
    world.edit(components=[component(), component(name, routes=(name,))])


def test_the_live_colour_without_its_traffic_is_not_ready_and_says_whose_hand_it_was() -> None:
    world = live_on_green(WINDOW_OVER)
    writes = len(world.writes)
    world.by_hand(0, writer="argocd-controller", gitops=True)
    world.run(3)
    assert ready(world) == ("False", "TrafficConflict")
    assert "argocd-controller sends traffic to blue on HTTPRoute web" in world.status["message"]
    assert (world.condition("TrafficConflict") or {})["status"] == "True"
    assert len(world.writes) == writes
    world.by_hand(100)
    world.run(3)
    assert ready(world) == ("True", "Live")
    assert world.condition("TrafficConflict") is None


def test_a_colour_that_got_everything_by_hand_at_rest_is_live_once_it_is_the_target() -> None:
    world = live_on_green(WINDOW_OVER)
    writes = len(world.writes)
    world.by_hand(0)
    world.edit(target="blue")
    world.run(5)
    assert (world.status["live"], world.phase, ready(world)[0]) == ("blue", Phase.LIVE, "True")
    assert len(world.writes) == writes


def test_what_somebody_has_split_is_not_joined_by_another_release() -> None:
    world = live_on_green()
    writes = len(world.writes)
    world.backends["web", BLUE].revision = "r2"
    world.values["error-rate", "web"] = 0.03
    world.by_hand(40, writer="argocd-controller", gitops=True)
    world.edit(target="blue")
    world.run(30)
    assert (world.green, len(world.writes)) == (40, writes)
    assert "write all weight back to green, from where the release of blue climbs" in world.status["message"]
    world.by_hand(100)
    world.run(15)
    assert world.green == 90


@pytest.mark.parametrize("green", [0, 40])
def test_a_component_added_at_rest_is_left_alone_until_it_is_on_the_live_colour(green: int) -> None:
    world = live_on_green()
    writes = len(world.writes)
    add_component(world, "api", green)
    world.run(3)
    assert ready(world) == ("False", "InvalidSpec")
    assert "write weight 100 for Service api-green and 0 for Service api-blue" in world.status["message"]
    world.edit(target="blue", version="2")
    world.run(30)
    assert len(world.writes) == writes
    assert world.routes["api", "api"].weight(GREEN) == green


def test_a_component_added_at_rest_goes_along_once_it_is_on_the_live_colour() -> None:
    world = live_on_green()
    add_component(world, "api", 100)
    world.run(3)
    assert ready(world) == ("True", "Live")
    world.backends["web", BLUE].revision = "r2"
    world.edit(target="blue")
    world.run_until(Phase.LIVE)
    assert world.routes["api", "api"].all_on(BLUE)


def test_a_component_added_while_stabilising_is_not_moved() -> None:
    world = World()
    world.run_until(Phase.STABILISING)
    add_component(world, "api", 0)
    world.run(10)
    assert world.routes["api", "api"].all_on(BLUE)
    assert "HTTPRoute api is new here" in world.status["message"]


def test_a_target_set_to_a_colour_that_is_gone_is_not_ready_and_says_why() -> None:
    world = live_on_green()
    world.backends["web", BLUE].found = False
    world.edit(target="blue")
    world.run(5)
    assert ready(world) == ("False", "InvalidSpec")
    assert "Deployment web-blue does not exist" in world.status["message"]
    world.backends["web", BLUE].found = True
    world.run(5)
    assert (world.status["live"], ready(world)) == ("blue", ("True", "Returned"))


def test_while_the_way_back_is_looked_at_the_target_is_not_ready() -> None:
    world = live_on_green()
    world.backends["web", BLUE].current = False
    world.edit(target="blue")
    world.run(2)
    assert ready(world)[0] == "False"


@pytest.mark.parametrize(
    ("pods", "revision", "expected"),
    [(2, "r1", ("True", "Ready")), (0, "r1", ("False", "PodsMissing")), (2, "r2", ("False", "Replaced"))],
)
def test_how_well_going_back_would_go_is_said_until_the_window_is_over(
    pods: int, revision: str, expected: tuple[str, str]
) -> None:
    world = live_on_green()
    world.backends["web", BLUE].ready = pods
    world.backends["web", BLUE].revision = revision
    world.settle()
    found = world.condition("RollbackReady")
    assert found
    assert (found["status"], found["reason"]) == expected
    assert live_on_green(WINDOW_OVER).condition("RollbackReady") is None


def test_a_spec_that_is_wrong_at_rest_is_said_and_does_not_make_what_serves_unready() -> None:
    world = live_on_green()
    world.edit(checks=[{"name": "errors"}])
    world.settle()
    assert ready(world) == ("True", "Live")
    assert "before anything else moves, mend this: spec.checks[0]" in world.status["message"]
    assert "InvalidSpec" in world.reasons()


def test_a_conflict_at_rest_is_said() -> None:
    world = live_on_green()
    world.conflict = (
        "GoLive first, which is older, already owns Deployment web-blue: remove it from one of the two"
    )
    world.settle()
    assert ready(world) == ("True", "Live")
    assert "GoLive first, which is older" in world.status["message"]
    assert "Conflict" in world.reasons()


def test_what_went_back_from_100_does_not_keep_the_times_of_the_other_colour() -> None:
    world = World()
    world.run_until(Phase.STABILISING)
    world.run(5)
    world.values["error-rate", "web"] = 0.9
    world.run_until(Phase.ROLLED_BACK)
    assert not {"liveSince", "confirmedAt"} & world.status.keys()


def test_a_rollback_keeps_its_values_and_its_reason() -> None:
    world = World()
    world.run_to_weight(50)
    world.values["error-rate", "web"] = 0.9
    world.run_until(Phase.ROLLED_BACK)
    [asked] = world.status["checks"]
    assert (asked["result"], asked["value"], asked["limit"]) == ("Breach", "0.9", "> 0.05")
    world.by_hand(30)
    world.tick()
    assert (world.condition("Stalled") or {})["reason"] == "RolledBack"
    world.settle()
    assert world.green == 0
    stalled = world.condition("Stalled")
    assert stalled
    assert "error-rate > 0.05 (0.9), in component web" in stalled["message"]


def test_weight_and_ready_are_of_one_colour_in_every_tick() -> None:
    world = World()
    world.run_to_weight(50)
    world.edit(target="blue")
    for _ in range(10):
        world.tick()
        if ready(world)[0] == "True":
            assert world.status["weight"] == 100


def test_a_wrong_spec_says_how_much_more_is_wrong() -> None:
    world = World()
    world.backends["web", GREEN].found = False
    world.backends["web", GREEN].service = False
    world.settle()
    assert world.status["message"].endswith("(and 1 more)")


def test_the_fight_with_git_is_seen_while_it_lasts_and_told_once() -> None:
    world = World(spec(steps=[{"weight": 10, "hold": "60s"}, {"weight": 100}]))
    world.run_to_weight(10)
    for _ in range(6):
        world.by_hand(0, writer="argocd-controller", gitops=True)
        world.run(5)
        assert (world.condition("TrafficConflict") or {})["status"] == "True"
    names = [(event.reason, event.once) for event in world.events]
    assert len(set(names)) <= 6, names


@pytest.mark.parametrize(
    "broken",
    [
        {"found": False, "weights": {}, "problem": "HTTPRoute web is missing"},
        {"weights": {}, "alone": frozenset({BLUE}), "problem": "HTTPRoute web: rule 1 names web-blue only"},
        {"alone": frozenset({BLUE}), "problem": "HTTPRoute web: rule 2 names web-blue only"},
    ],
)
def test_a_route_that_does_not_send_everything_to_the_target_makes_it_unready(broken: dict[str, Any]) -> None:
    world = live_on_green(WINDOW_OVER)
    world.routes["web", "web"] = replace(world.routes["web", "web"], **broken)
    world.run(2)
    assert ready(world) == ("False", "TrafficConflict")
    assert broken["problem"] in world.status["message"]


def test_while_a_person_is_asked_what_serves_is_not_ready() -> None:
    world = World(spec(stabilise={"for": "1h"}))
    world.run_until(Phase.STABILISING)
    world.run(5)
    assert ready(world) == ("True", "Stabilising")
    world.backends["web", BLUE].ready = 0
    world.values["error-rate", "web"] = 0.9
    world.run(3)
    assert ready(world) == ("False", "AwaitingDecision")


def test_a_question_of_a_rule_is_asked_while_stabilising_too() -> None:
    rules = [{"when": "> 0.05", "action": "Decide"}]
    world = World(spec(stabilise={"for": "1h"}, checks=[check(rules=rules)]))
    world.run_until(Phase.STABILISING)
    world.values["error-rate", "web"] = 0.9
    world.run(3)
    assert world.status["waitingFor"] == "Decision"
    assert "DecisionNeeded" in world.reasons()


def test_a_component_that_has_nothing_to_give_back_disarms_no_other() -> None:
    world = World(spec(stabilise={"for": "1h"}))
    world.run_until(Phase.STABILISING)
    add_component(world, "api", 0)
    world.backends["api", BLUE].found = False
    world.backends["api", BLUE].ready = 0
    world.values["error-rate", "web"] = 0.9
    world.run(3)
    assert world.routes["web", "web"].all_on(BLUE)


def test_target_turned_away_and_back_before_it_was_stable_stabilises_on_with_its_rules_armed() -> None:
    world = World(spec(stabilise={"for": "1h"}))
    world.run_until(Phase.STABILISING)
    world.values["error-rate", "web"] = 0.03
    world.run(2)
    world.backends["web", BLUE].revision = "r2"
    world.edit(target="blue")
    world.settle()
    assert world.status["phase"] == "Preparing"
    world.edit(target="green")
    world.settle()
    assert (world.status["phase"], ready(world)[0]) == ("Stabilising", "False")
    world.values["error-rate", "web"] = 0.9
    world.run(3)
    assert world.status["phase"] == "RolledBack"


@pytest.mark.parametrize("phase", [Phase.STABILISING, Phase.LIVE])
def test_git_moving_everything_together_with_the_target_makes_no_release_of_it(phase: Phase) -> None:
    world = World(spec(stabilise={"for": "20s"}))
    world.run_until(phase)
    world.backends["web", BLUE].revision = "r2"
    world.by_hand(0, writer="argocd-controller", gitops=True)
    world.edit(target="blue", version="1")
    world.run(3)
    assert (world.status["live"], ready(world)[0]) == ("green", "False")


def test_what_was_split_while_stabilising_is_regained_before_the_next_release() -> None:
    world = World(spec(stabilise={"for": "1h"}))
    world.run_until(Phase.STABILISING)
    world.run(3)
    world.backends["web", BLUE].revision = "r2"
    world.by_hand(50, writer="argocd-controller", gitops=True)
    world.edit(target="blue")
    world.run(60)
    assert world.status["run"]["to"] == "blue"
    assert max(write.weight for write in world.writes if write.colour is GREEN) == 100


def test_the_end_of_the_window_makes_nothing_ready_that_is_not() -> None:
    world = World(spec(rollbackWindow="30s", stabilise={"for": "1s"}))
    world.run_until(Phase.LIVE)
    world.run(2)
    world.by_hand(80, writer="argocd-controller", gitops=True)
    for _ in range(60):
        world.tick()
        if world.green == 80 and world.status["weight"] == 80:
            assert ready(world)[0] == "False"
        world.now += seconds(1)
    assert "rollbackUntil" not in world.status


def test_a_next_release_asked_for_while_traffic_is_regained_waits_and_then_climbs() -> None:
    world = World(spec(stabilise={"for": "1h"}, version="1"))
    world.run_until(Phase.STABILISING)
    world.run(3)
    world.by_hand(50, writer="argocd-controller", gitops=True)
    world.backends["web", BLUE].revision, world.backends["web", BLUE].version = "r2", "2"
    world.edit(target="blue", version="2")
    world.run(80)
    assert (world.status["live"], world.status["run"]["to"]) == ("blue", "blue")


def test_a_route_that_is_gone_takes_no_traffic_of_the_others_along_when_it_is_deleted() -> None:
    world = World(spec(components=[component(), component("api", ("api",))], stabilise={"for": "1h"}))
    world.run_until(Phase.STABILISING)
    world.run(5)
    world.routes["api", "api"] = replace(
        world.routes["api", "api"], found=False, weights={}, problem="HTTPRoute api is missing"
    )
    world.deleting = True
    world.run(3)
    assert world.routes["web", "web"].all_on(GREEN)
    assert not world.finalizers


def test_a_component_added_or_removed_leaves_the_others_their_way_back() -> None:
    world = live_on_green(spec(version="1"))
    add_component(world, "api", 100)
    world.run(3)
    assert (world.condition("RollbackReady") or {})["status"] == "True"
    world.edit(components=[component()], target="blue")
    writes = len(world.writes)
    world.run(1)
    assert (world.status["live"], len(world.writes)) == ("blue", writes + 1)


@pytest.mark.parametrize("version", [None, "2"])
def test_a_version_that_is_dropped_or_turned_back_does_not_try_the_failed_release_again(
    version: str | None,
) -> None:
    world = World(spec(version="1"))
    world.run_to_weight(50)
    world.values["error-rate", "web"] = 0.9
    world.run_until(Phase.ROLLED_BACK)
    world.values["error-rate", "web"] = 0.0
    if version is None:
        world.raw_spec = {key: value for key, value in world.raw_spec.items() if key != "version"}
        world.edit()
    else:
        world.edit(version=version)
        world.run(3)
        assert world.status["phase"] == "Preparing"
        world.edit(version="1")
    world.run(20)
    assert (world.green, world.status["phase"]) == (0, "RolledBack")
    assert "error-rate > 0.05" in world.status["message"]


def test_deleted_while_it_regains_its_traffic_it_gives_it_back_before_it_goes() -> None:
    world = World(spec(stabilise={"for": "1h"}))
    world.run_until(Phase.STABILISING)
    world.run(3)
    world.values["error-rate", "web"] = 0.03
    world.by_hand(50, writer="argocd-controller", gitops=True)
    world.run(3)
    world.deleting = True
    world.run(3)
    assert world.routes["web", "web"].all_on(BLUE)
    assert not world.finalizers


def test_what_was_put_back_late_is_not_called_ready_before_it_is() -> None:
    world = live_on_green(WINDOW_OVER)
    route = world.routes["web", "web"]
    world.routes["web", "web"] = replace(route, weights={BLUE: (10,), GREEN: (90,)}, ours=True)
    world.frozen = True
    world.settle()
    assert ready(world)[0] == "False"


def test_unless_every_check_passes_it_is_not_called_stable() -> None:
    world = World()
    world.run_until(Phase.STABILISING)
    world.run(5)
    world.values["error-rate", "web"] = 0.03
    world.run(40)
    assert (world.phase, world.status["waitingFor"]) == (Phase.STABILISING, "Metrics")


def test_after_an_abort_nobody_gives_it_traffic_without_a_step() -> None:
    world = World()
    world.run_to_weight(50)
    world.by_hand(0)
    world.run_until(Phase.ABORTED)
    world.by_hand(40)
    world.run(2)
    assert world.green == 0


def test_without_its_memory_of_known_routes_a_run_still_goes_back() -> None:
    world = World()
    world.run_to_weight(10)
    del world.status["known"]
    world.values["error-rate", "web"] = 0.9
    world.now += seconds(1)
    world.tick()
    assert world.green == 0


def test_components_renamed_again_and_again_leave_a_status_that_can_be_read() -> None:
    names = [f"c{number}" for number in range(16)]
    world = World(spec(components=[component(name, (name,)) for name in names], stabilise={"for": "1h"}))
    world.run_until(Phase.STABILISING)
    parts = world.raw_spec["components"]
    for part in parts:
        new = {**part, "name": f"{part['name']}x"}
        for colour in (BLUE, GREEN):
            world.backends[new["name"], colour] = world.backends[part["name"], colour]
        world.routes[new["name"], part["name"]] = world.routes[part["name"], part["name"]]
    world.edit(
        components=[{**part, "name": f"{part['name']}x"} for part in parts],
    )
    world.run(2)
    assert len(world.status["run"]["carried"]) == 16


def test_each_new_revision_after_a_rollback_is_told() -> None:
    world = World()
    world.run_to_weight(50)
    world.values["error-rate", "web"] = 0.9
    world.run_until(Phase.ROLLED_BACK)
    for revision in ("r2", "r3"):
        world.backends["web", GREEN].revision = revision
        world.run(2)
    assert world.reasons().count("NewRevision") == 2


def test_the_same_mistake_a_day_later_is_told_again() -> None:
    world = World()
    for _ in range(2):
        world.backends["web", GREEN].found = False
        world.settle()
        world.now += seconds(86_400)
        world.backends["web", GREEN].found = True
        world.settle()
        world.now += seconds(1)
    told = [event.once for event in world.events if event.reason.value == "InvalidSpec"]
    assert len(set(told)) == 2


def test_parsed_again_the_known_routes_are_the_same() -> None:
    golive: GoLive = live_on_green().golive()
    assert golive.status.known == ("web/web",)
