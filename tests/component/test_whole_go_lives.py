"""Whole go-lives of `decide`, on a scripted clock in a small world."""

from dataclasses import replace

import pytest

from golive.api.status import Phase
from golive.facts import SourceFacts
from tests.builders import BLUE, GREEN, World, check, component, seconds, spec


def climbs(weights: list[int]) -> list[int]:
    return [after for before, after in zip([0, *weights], weights, strict=False) if after != before]


def test_a_good_release_climbs_step_by_step_and_ends_live_and_stable() -> None:
    world = World()
    world.run_until(Phase.STABILISING)
    assert climbs(world.weights_seen) == [10, 50, 100]
    world.run_until(Phase.LIVE)
    assert world.status["live"] == "green"
    assert world.condition("Stable")["status"] == "True"  # type: ignore[index]  # it is there
    assert world.reasons() == ["Started", "WeightReached", "WeightReached", "Live", "Stable"]
    assert world.finalizers == ()


def test_a_breach_takes_everything_back_and_stays_back() -> None:
    world = World()
    world.run_to_weight(50)
    world.values["error-rate", "web"] = 0.2
    world.now += seconds(1)
    world.settle()
    assert world.phase is Phase.ROLLED_BACK
    assert world.green == 0
    assert world.status["rollback"]["rule"] == "error-rate > 0.05"
    assert world.condition("Stalled")["reason"] == "RolledBack"  # type: ignore[index]  # it is there
    world.values["error-rate", "web"] = 0.0
    world.run(120)
    assert world.green == 0


def test_the_first_write_after_a_breach_is_live_100() -> None:
    world = World()
    world.run_to_weight(10)
    world.values["error-rate", "web"] = 0.2
    world.now += seconds(1)
    action = world.tick().actions[0]
    assert (action.colour, action.weight, action.up) == (BLUE, 100, False)  # type: ignore[union-attr]


@pytest.mark.parametrize("value", [None, float("nan"), float("inf")])
def test_no_data_holds_and_never_reverts_by_itself(value: float | None) -> None:
    world = World()
    world.run_to_weight(10)
    world.values["error-rate", "web"] = value
    world.run(60)
    assert world.green == 10
    assert world.status["waitingFor"] in {"Metrics", "Hold"}
    world.values["error-rate", "web"] = 0.0
    world.run_until(Phase.STABILISING)


def test_missing_data_asks_a_person_after_its_time() -> None:
    world = World(spec(onNoData={"after": "30s"}))
    world.run_to_weight(10)
    world.values["error-rate", "web"] = None
    world.run(40)
    assert world.status["waitingFor"] == "Decision"
    assert "DecisionNeeded" in world.reasons()


def test_missing_data_reverts_only_where_the_spec_says_so() -> None:
    world = World(spec(onNoData={"after": "30s", "action": "Rollback"}))
    world.run_to_weight(10)
    world.values["error-rate", "web"] = None
    world.run_until(Phase.ROLLED_BACK, within=40)


def test_a_value_between_pass_and_breach_holds() -> None:
    world = World()
    world.run_to_weight(10)
    world.values["error-rate", "web"] = 0.03
    world.run(60)
    assert world.green == 10
    assert world.status["waitingFor"] == "Metrics"


def test_target_set_back_midway_returns() -> None:
    world = World()
    world.run_to_weight(50)
    world.edit(target="blue")
    world.settle()
    assert (world.green, world.phase, world.status["live"]) == (0, Phase.LIVE, "blue")
    assert world.condition("Ready")["reason"] == "Returned"  # type: ignore[index]  # it is there
    assert world.status["weight"] == 100


@pytest.mark.parametrize("phase", [Phase.STABILISING, Phase.LIVE])
def test_target_set_back_after_100_is_one_write(phase: Phase) -> None:
    world = World(spec(version="1"))
    world.run_until(phase)
    writes = len(world.writes)
    world.edit(target="blue")
    world.settle()
    assert (world.green, world.status["live"], world.phase) == (0, "blue", Phase.LIVE)
    assert len(world.writes) == writes + 1


def test_target_set_back_without_a_version_waits_to_see_whether_an_image_follows() -> None:
    world = World()
    world.run_until(Phase.LIVE)
    writes = len(world.writes)
    world.edit(target="blue")
    world.run(9)
    assert (world.green, world.status["waitingFor"]) == (100, "Settle")
    world.run(2)
    assert (world.green, world.status["live"], world.phase) == (0, "blue", Phase.LIVE)
    assert len(world.writes) == writes + 1


def test_target_and_then_image_in_one_commit_without_a_version_is_a_release() -> None:
    world = World()
    world.run_until(Phase.LIVE)
    world.edit(target="blue")
    world.run(3)
    world.backends["web", BLUE].revision, world.backends["web", BLUE].changed_at = "r2", world.now
    world.run(15)
    assert world.green == 90


def test_target_set_back_with_another_image_is_a_release_of_its_own() -> None:
    world = World()
    world.run_until(Phase.LIVE)
    blue = world.backends["web", BLUE]
    blue.revision, blue.changed_at = "r2", world.now
    world.edit(target="blue")
    world.settle()
    assert world.phase is Phase.PREPARING
    world.run(11)
    assert world.green == 90


def test_a_new_revision_midway_goes_back_and_starts_again() -> None:
    world = World()
    world.run_to_weight(50)
    world.backends["web", GREEN].revision = "r2"
    world.backends["web", GREEN].changed_at = world.now
    world.settle()
    assert (world.green, world.phase) == (0, Phase.PREPARING)
    world.run_to_weight(10)
    assert world.status["run"]["number"] == 2


def test_taken_back_by_hand_is_obeyed() -> None:
    world = World()
    world.run_to_weight(50)
    world.by_hand(0)
    world.run(100)
    assert (world.green, world.phase) == (0, Phase.ABORTED)


def test_taken_back_while_the_first_step_was_on_its_way_is_obeyed() -> None:
    world = World()
    world.frozen = True
    for _ in range(4):
        world.tick()
    world.by_hand(0)
    world.frozen = False
    world.run(60)
    assert (world.green, world.phase) == (0, Phase.ABORTED)


def test_git_taking_it_back_is_no_person() -> None:
    world = World()
    world.run_to_weight(50)
    world.by_hand(0, writer="argocd-controller", gitops=True)
    world.run(20)
    assert world.green >= 50


def test_more_than_on_record_is_put_down_at_once() -> None:
    world = World()
    world.run_to_weight(10)
    world.by_hand(80)
    world.tick()
    assert world.green == 10
    assert "RouteRepaired" in world.reasons()


def test_less_than_on_record_is_regained_as_a_step_is() -> None:
    world = World()
    world.run_to_weight(50)
    world.values["error-rate", "web"] = 0.03
    world.run(1)
    world.by_hand(20)
    world.run(20)
    assert world.green == 20
    world.values["error-rate", "web"] = 0.0
    world.run(2)
    assert world.green == 50


def test_no_ready_pod_goes_back_at_once() -> None:
    world = World()
    world.run_to_weight(50)
    world.backends["web", GREEN].ready = 0
    world.settle()
    assert (world.green, world.phase) == (0, Phase.ROLLED_BACK)


def test_less_than_half_ready_goes_back_after_ten_seconds() -> None:
    world = World()
    for backend in world.backends.values():
        backend.replicas = backend.ready = 4
    world.run_to_weight(50)
    world.backends["web", GREEN].ready = 1
    world.run(9)
    assert world.green == 50
    world.run(2)
    assert world.phase is Phase.ROLLED_BACK


def test_nobody_to_go_back_to_holds_an_automatic_rollback_but_obeys_a_person() -> None:
    world = World()
    world.run_to_weight(50)
    world.backends["web", BLUE].ready = 0
    world.values["error-rate", "web"] = 1.0
    world.run(5)
    assert (world.green, world.status["waitingFor"]) == (50, "Decision")
    world.edit(target="blue")
    world.settle()
    assert world.green == 0


def test_a_revert_without_its_record_is_finished() -> None:
    world = World()
    world.run_to_weight(50)
    world.by_hand(0)
    world.routes["web", "web"] = replace(world.routes["web", "web"], ours=True, writer="golive")
    world.restart()
    world.run(60)
    assert (world.green, world.phase) == (0, Phase.ROLLED_BACK)


def test_suspend_stops_going_up_and_nothing_else() -> None:
    world = World()
    world.run_to_weight(10)
    world.edit(suspend=True)
    world.run(60)
    assert (world.green, world.status["waitingFor"]) == (10, "Paused")
    world.values["error-rate", "web"] = 0.9
    world.run(2)
    assert world.phase is Phase.ROLLED_BACK


def test_two_components_go_together_and_go_back_together() -> None:
    world = World(spec(components=[component("web"), component("api", routes=("api",))]))
    world.run_to_weight(50)
    world.values["error-rate", "api"] = 1.0
    world.now += seconds(1)
    world.settle()
    assert {route.weight(GREEN) for route in world.routes.values()} == {0}
    assert world.status["rollback"]["by"] == "api"


def test_deleted_midway_gives_traffic_back_before_it_goes() -> None:
    world = World()
    world.run_to_weight(50)
    world.deleting = True
    world.settle()
    assert (world.green, world.finalizers) == (0, ())


def test_deleted_and_applied_again_after_a_rollback_is_not_tried_again() -> None:
    world = World()
    world.run_to_weight(50)
    world.values["error-rate", "web"] = 1.0
    world.run_until(Phase.ROLLED_BACK)
    again = World(past=world.past)
    again.run(60)
    assert (again.green, again.phase) == (0, Phase.ROLLED_BACK)
    again.edit(version="1")
    again.run(30)
    assert again.green > 0
    assert again.status["run"]["number"] == 2


def test_a_new_revision_after_a_rollback_waits_to_be_asked_for() -> None:
    world = World()
    world.run_to_weight(50)
    world.values["error-rate", "web"] = 1.0
    world.run_until(Phase.ROLLED_BACK)
    world.values["error-rate", "web"] = 0.0
    world.backends["web", GREEN].revision = "r2"
    world.run(30)
    assert world.green == 0
    assert "NewRevision" in world.status["message"]
    world.edit(retryOn="NewRevision")
    world.run_to_weight(10)


def test_live_changed_midway_holds() -> None:
    world = World()
    world.run_to_weight(10)
    world.backends["web", BLUE].revision = "r9"
    world.run(60)
    assert world.green == 10
    assert world.condition("LiveChanged") is not None


def test_prometheus_gone_before_the_start_keeps_it_from_starting() -> None:
    world = World(source=SourceFacts(reachable=False, message="cannot be reached"))
    world.run(60)
    assert (world.green, world.status["waitingFor"]) == (0, "Metrics")
    world.source = SourceFacts(reachable=True)
    world.run_to_weight(10)


def test_a_restart_at_fifty_goes_on_at_the_same_step() -> None:
    world = World()
    world.run_to_weight(50)
    world.restart()
    world.run_until(Phase.LIVE)
    assert climbs(world.weights_seen) == [10, 50, 100]


def test_steps_edited_midway_go_on_above_the_weight() -> None:
    world = World()
    world.run_to_weight(10)
    world.edit(steps=[{"weight": 5}, {"weight": 30, "hold": "5s"}, {"weight": 100}])
    world.run_until(Phase.STABILISING)
    assert climbs(world.weights_seen) == [10, 30, 100]


def test_image_and_target_in_one_commit_target_first_waits_for_the_version() -> None:
    world = World(spec(target="blue", version="1"))
    world.settle()
    world.edit(target="green", version="2")
    world.run(30)
    assert (world.green, world.status["waitingFor"]) == (0, "Version")
    world.backends["web", GREEN].version, world.backends["web", GREEN].revision = "2", "r2"
    world.backends["web", GREEN].changed_at = world.now
    world.run(5)
    assert (world.green, world.status["waitingFor"]) == (0, "Settle")
    world.run_to_weight(10)


def test_an_invalid_spec_midway_holds_and_stays_armed() -> None:
    world = World()
    world.run_to_weight(10)
    world.edit(checks=[check(), {"name": "broken"}])
    world.run(30)
    assert world.green == 10
    assert world.condition("Stalled")["reason"] == "InvalidSpec"  # type: ignore[index]  # it is there
    world.values["error-rate", "web"] = 1.0
    world.run(2)
    assert world.phase is Phase.ROLLED_BACK


def test_weights_split_at_first_sight_are_left_alone() -> None:
    world = World()
    world.by_hand(30)
    world.run(30)
    assert world.green == 30
    assert world.condition("Stalled")["reason"] == "InvalidSpec"  # type: ignore[index]  # it is there
    assert "write weight 100 for Service web-blue and 0 for Service web-green" in world.status["message"]


def test_a_resting_go_live_writes_nothing() -> None:
    world = World()
    world.run_until(Phase.LIVE)
    world.settle()
    before = world.status
    world.run(60)
    assert world.status == before


def test_once_the_way_back_is_over_setting_target_back_is_a_go_live() -> None:
    world = World(spec(rollbackWindow="30s"))
    world.run_until(Phase.LIVE)
    world.run(60)
    world.edit(target="blue")
    world.settle()
    assert world.phase is Phase.PREPARING
