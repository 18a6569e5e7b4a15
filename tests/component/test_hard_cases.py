"""Cases in which traffic would have been lost, or a verdict: each was seen to fail before it was mended."""

from dataclasses import replace

from golive.api.status import Outcome, Phase
from golive.facts import SourceFacts
from tests.builders import BLUE, GREEN, World, component, seconds, spec


def two_routes() -> World:
    return World(spec(components=[component(routes=("web", "shop"))]))


def test_traffic_by_hand_is_never_pushed_back_onto_a_dead_live_colour() -> None:
    world = World(spec(rollbackWindow="5s"))
    world.run_until(Phase.LIVE)
    world.run(10)
    world.backends["web", GREEN].ready = 0
    world.edit(target="blue")
    world.backends["web", BLUE].current = False
    world.run(3)
    assert world.phase is Phase.PREPARING
    world.by_hand(40)
    world.run(5)
    assert world.green == 40
    assert world.status["waitingFor"] == "Decision"


def test_a_repair_never_sends_traffic_to_a_dead_live_colour() -> None:
    world = World()
    world.run_to_weight(50)
    world.backends["web", BLUE].ready = 0
    world.by_hand(100)
    world.settle()
    assert world.green == 100


def test_rules_are_armed_from_the_first_weight_on_any_route() -> None:
    world = two_routes()
    world.settle()
    while not world.writes:
        world.tick()
    world.by_hand(0, writer="kubectl", route="shop")
    world.routes["web", "shop"] = replace(world.routes["web", "shop"], written_at=None)
    world.tick()
    assert world.status["run"]["trafficAt"]


def test_two_routes_of_one_component_climb_and_go_back_together() -> None:
    world = two_routes()
    world.run_to_weight(50)
    assert {route.weight(GREEN) for route in world.routes.values()} == {50}
    world.values["error-rate", "web"] = 1.0
    world.run(1)
    assert {route.weight(GREEN) for route in world.routes.values()} == {0}


def test_a_breach_while_the_previous_colour_is_unknown_still_goes_back() -> None:
    world = World()
    world.run_until(Phase.STABILISING)
    world.backends["web", BLUE].current = False
    world.edit(target="blue")
    world.values["error-rate", "web"] = 1.0
    world.run(2)
    assert world.routes["web", "web"].all_on(BLUE)


def test_a_run_waits_to_know_its_way_back() -> None:
    world = World()
    world.backends["web", BLUE].current = False
    world.run(20)
    assert (world.phase, world.status["waitingFor"]) == (Phase.PREPARING, "Pods")
    world.backends["web", BLUE].current = True
    world.run_until(Phase.STABILISING)
    assert world.status["previousRevision"] == "r1"


def test_a_failed_release_applied_again_waits_to_know_its_revision() -> None:
    world = World()
    world.run_to_weight(50)
    world.values["error-rate", "web"] = 1.0
    world.run_until(Phase.ROLLED_BACK)
    again = World(past=world.past)
    again.backends["web", GREEN].current = False
    again.run(5)
    again.backends["web", GREEN].current = True
    again.run(60)
    assert (again.green, again.phase) == (0, Phase.ROLLED_BACK)


def test_another_golives_write_of_the_same_route_is_no_revert_of_ours() -> None:
    world = World()
    world.edit(suspend=False)
    while world.status.get("phase") != "Shifting":
        world.tick()
        world.now += seconds(1)
    route = world.routes["web", "web"]
    world.routes["web", "web"] = replace(route, writer="golive", ours=True, written_at=world.now)
    world.run_to_weight(10)


def test_the_cause_of_a_rollback_outlives_a_lost_record() -> None:
    world = World()
    world.run_to_weight(50)
    world.values["error-rate", "web"] = 1.0
    world.now += seconds(1)
    record = dict(world.status)
    world.tick()
    world.status = record
    world.settle()
    assert world.status["rollback"]["rule"] == "error-rate > 0.05"


def test_what_was_lowered_by_hand_rises_again_step_by_step() -> None:
    world = World()
    world.run_to_weight(50)
    world.by_hand(1)
    world.settle()
    assert world.green == 1
    world.run(1)
    assert world.green == 10


def test_git_resetting_to_nothing_midway_starts_over_at_the_first_step() -> None:
    world = World()
    world.run_to_weight(50)
    world.by_hand(0, writer="argocd-controller", gitops=True)
    world.values["error-rate", "web"] = None
    world.run(1)
    assert world.green == 10


def test_git_resetting_to_nothing_is_not_answered_while_a_check_says_that_it_was_bad() -> None:
    world = World()
    world.run_to_weight(50)
    world.values["error-rate", "web"] = 0.03
    world.by_hand(0, writer="argocd-controller", gitops=True)
    world.run(5)
    assert world.green == 0
    assert world.status["waitingFor"] == "Metrics"


def test_an_error_is_not_missing_data() -> None:
    world = World(spec(onNoData={"after": "10s", "action": "Rollback"}))
    world.run_to_weight(10)
    key = ("error-rate", "web")
    for _ in range(40):
        world.readings[key] = replace(
            world.readings[key], outcome=Outcome.ERROR, taken_at=world.now, since=world.now - seconds(30)
        )
        world.tick()
        world.now += seconds(0.5)
    assert world.phase is Phase.SHIFTING


def test_a_reading_that_is_not_renewed_counts_as_missing() -> None:
    world = World(spec(onNoData={"after": "10s"}))
    world.run_to_weight(10)
    stuck = world.readings["error-rate", "web"]
    for _ in range(20):
        world.now += seconds(1)
        world.readings["error-rate", "web"] = replace(stuck, taken_at=stuck.taken_at)
        world.sampling = False
        world.tick()
    assert world.status["waitingFor"] == "Decision"


def test_the_loser_of_a_conflict_writes_no_route() -> None:
    world = World()
    world.backends["web", GREEN].current = False
    world.settle()
    assert world.phase is Phase.PREPARING
    world.conflict = "GoLive older already owns it"
    world.by_hand(50)
    world.run(5)
    assert world.green == 50


def test_the_finalizer_is_held_until_the_release_is_stable() -> None:
    world = World()
    world.run_until(Phase.STABILISING)
    assert world.finalizers
    world.run_until(Phase.LIVE)
    world.settle()
    assert world.finalizers == ()


def test_a_raise_that_lands_late_is_put_down() -> None:
    world = World()
    world.run_to_weight(10)
    world.edit(target="blue")
    world.settle()
    route = world.routes["web", "web"]
    world.routes["web", "web"] = replace(route, weights={GREEN: (50,), BLUE: (50,)})
    world.settle()
    assert (world.green, world.phase) == (0, Phase.LIVE)


def test_a_release_below_100_is_not_ready() -> None:
    world = World()
    world.run_until(Phase.STABILISING)
    world.run(3)
    assert world.condition("Ready")["status"] == "True"  # type: ignore[index]  # it is there
    world.values["error-rate", "web"] = 0.03
    world.run(1)
    world.by_hand(40)
    world.run(1)
    assert world.condition("Ready")["status"] == "False"  # type: ignore[index]  # it is there


def test_an_old_deployment_that_is_gone_does_not_stall_what_is_live() -> None:
    world = World()
    world.run_until(Phase.LIVE)
    world.backends["web", BLUE].found = False
    world.settle()
    assert world.condition("Stalled") is None


def test_a_span_that_prometheus_cannot_answer_is_refused_before_it_is_needed() -> None:
    world = World()
    rules = [{"when": "> 0.05", "for": "4h", "action": "Rollback"}]
    world.edit(checks=[{**world.raw_spec["checks"][0], "rules": rules}])
    world.settle()
    assert "write an interval of 2s or more" in world.status["message"]


def test_a_run_does_not_start_on_values_that_are_too_old() -> None:
    world = World(source=SourceFacts(reachable=True, message="Prometheus scrapes nothing"))
    world.run(30)
    assert (world.green, world.status["waitingFor"]) == (0, "Metrics")
    assert world.condition("MetricsAvailable")["reason"] == "Stale"  # type: ignore[index]  # it is there
