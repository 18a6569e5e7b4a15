"""Going back in unkind circumstances: it happens, only once, only where it should, and ends."""

from dataclasses import replace

import pytest

from golive.api.spec import Colour
from golive.api.status import Phase
from tests.builders import BLUE, GREEN, Backend, World, check, component, seconds, spec


def two_components() -> World:
    return World(spec(components=[component("api", ("api",)), component("web", ("web",))]))


def started() -> World:
    """Return a world whose first step is on record and not yet written."""
    world = World()
    while not world.status.get("run"):
        world.tick()
    return world


def test_a_new_revision_is_no_reason_to_send_everybody_to_a_dead_live_colour() -> None:
    world = World()
    world.run_to_weight(50)
    world.backends["web", BLUE].ready = 0
    world.backends["web", GREEN].revision = "r2"
    world.run(3)
    assert (world.green, world.status["waitingFor"]) == (50, "Decision")
    world.backends["web", BLUE].ready = 2
    world.settle()
    assert world.green == 0


def test_a_lost_record_is_no_reason_either() -> None:
    world = two_components()
    world.run_to_weight(50)
    web = world.routes["web", "web"]
    world.routes["web", "web"] = replace(web, weights={BLUE: (100,), GREEN: (0,)}, ours=True)
    for name in ("api", "web"):
        world.backends[name, BLUE].ready = 0
    world.run(3)
    assert world.routes["api", "api"].weight(GREEN) == 50
    assert world.status["waitingFor"] == "Decision"


@pytest.mark.parametrize(
    "rules",
    [
        [{"when": "> 0.9", "action": "Rollback"}],
        [{"when": "> 0.5", "action": "Rollback"}, {"when": "> 0.02", "action": "Hold"}],
    ],
)
def test_rules_that_are_edited_judge_values_that_they_have_seen(rules: list[dict[str, str]]) -> None:
    world = World(spec(checks=[check(rules=[{"when": "> 0.02", "action": "Hold"}])]))
    world.run_to_weight(10)
    world.values["error-rate", "web"] = 0.03
    world.run(3)
    world.sampling = False
    world.edit(checks=[check(rules=rules)])
    world.settle()
    assert world.phase is Phase.SHIFTING
    assert world.status["waitingFor"] in {"Hold", "Metrics"}


def test_components_in_another_order_keep_their_way_back() -> None:
    raw = spec(components=[component("api", ("api",)), component("web", ("web",))], version="1")
    world = World(raw)
    world.backends["api", BLUE].revision = "a1"
    world.run_until(Phase.LIVE)
    writes = len(world.writes)
    world.edit(components=raw["components"][::-1], target="blue")
    world.settle()
    assert (world.status["live"], world.phase) == ("blue", Phase.LIVE)
    assert len(world.writes) == writes + 2


def test_a_person_who_takes_it_back_at_rest_is_obeyed_as_long_as_the_way_back_is_open() -> None:
    world = World()
    world.run_until(Phase.LIVE)
    writes = len(world.writes)
    world.by_hand(0)
    world.run(5)
    assert (world.phase, world.status["live"]) == (Phase.ABORTED, "blue")
    assert world.status["rollback"]["by"] == "kubectl-edit"
    world.run(30)
    assert len(world.writes) == writes


def test_one_of_two_routes_taken_back_at_rest_takes_the_other_along() -> None:
    world = two_components()
    world.run_until(Phase.LIVE)
    world.by_hand(0, route="api")
    world.run(5)
    assert world.phase is Phase.ABORTED
    assert world.routes["web", "web"].all_on(BLUE)


def test_a_finalizer_that_somebody_drops_midway_is_put_back() -> None:
    world = World()
    world.run_to_weight(50)
    world.finalizers = ()
    world.settle()
    assert list(world.finalizers) == ["golive.dev/traffic"]


def test_a_route_without_the_new_colour_is_back_whatever_else_it_lacks() -> None:
    world = World()
    world.run_to_weight(50)
    world.routes["web", "web"] = replace(
        world.routes["web", "web"],
        weights={},
        problem="HTTPRoute web: no rule names both",
        alone=frozenset({BLUE}),
    )
    world.deleting = True
    world.run(2)
    assert world.finalizers == ()


def test_a_rule_that_names_the_new_colour_alone_is_not_called_back() -> None:
    world = World()
    world.run_to_weight(50)
    problem = "HTTPRoute web: rule 2 of its spec.rules names web-green but not web-blue"
    world.routes["web", "web"] = replace(
        world.routes["web", "web"], problem=problem, alone=frozenset({Colour.GREEN})
    )
    world.values["error-rate", "web"] = 0.9
    world.run(3)
    assert world.routes["web", "web"].weight(GREEN) == 0
    assert (world.phase, world.status["waitingFor"]) == (Phase.ROLLING_BACK, "Route")
    assert problem in world.status["message"]


def test_a_filter_added_while_the_first_step_waits_is_no_take_back() -> None:
    world = started()
    world.backends["web", GREEN].ready = 0
    world.run(3)
    assert (world.green, world.status["waitingFor"]) == (0, "Pods")
    world.by_hand(0)
    world.run(3)
    assert world.phase is Phase.SHIFTING
    world.backends["web", GREEN].ready = 2
    world.run_to_weight(10)


def test_a_first_step_taken_back_in_the_moment_it_was_written_is_obeyed_though_it_had_waited() -> None:
    world = started()
    world.backends["web", GREEN].ready = 0
    world.run(3)
    world.backends["web", GREEN].ready = 2
    while not world.writes:
        # The write arrives, and before it is on record the process is gone.
        before = world.status
        world.tick()
        world.status = before if world.writes else world.status
    world.by_hand(0)
    world.run(5)
    assert (world.green, world.phase) == (0, Phase.ABORTED)


def test_a_bad_spec_while_the_first_step_waits_is_no_take_back() -> None:
    world = started()
    world.backends["web", GREEN].ready = 0
    world.run(3)
    route = world.routes["web", "web"]
    world.by_hand(0)
    world.routes["web", "web"] = replace(world.routes["web", "web"], problem="HTTPRoute web: rule 2 is wrong")
    world.run(3)
    assert world.phase is Phase.SHIFTING
    world.routes["web", "web"] = replace(route, written_at=world.now)
    world.backends["web", GREEN].ready = 2
    world.run_to_weight(10)


def test_suspended_between_the_intent_and_its_write_nothing_rises() -> None:
    world = started()
    world.edit(suspend=True)
    world.run(5)
    assert (world.green, world.status["waitingFor"]) == (0, "Paused")


def test_while_its_revision_is_unknown_nothing_rises() -> None:
    world = World()
    world.run_to_weight(10)
    world.backends["web", GREEN].current = False
    world.run(20)
    assert (world.green, world.status["waitingFor"]) == (10, "Pods")


def test_one_pod_that_is_away_or_one_more_for_the_load_does_not_keep_it_from_rising() -> None:
    world = World()
    world.backends["web", BLUE] = Backend("web-blue", replicas=10, ready=10)
    world.backends["web", GREEN] = Backend("web-green", replicas=10, ready=10)
    world.run_to_weight(10)
    world.backends["web", GREEN].replicas = 11
    world.run_to_weight(50)


def test_a_golive_that_shares_its_route_writes_nothing_late() -> None:
    world = World(spec(rollbackWindow="1s"))
    world.run_until(Phase.LIVE)
    world.run(3)
    route = world.routes["web", "web"]
    world.routes["web", "web"] = replace(route, weights={BLUE: (40,), GREEN: (60,)}, ours=True)
    world.conflict = "GoLive first, which is older, already owns HTTPRoute web"
    writes = len(world.writes)
    world.run(3)
    assert len(world.writes) == writes


def test_a_raise_that_lands_late_is_not_put_down_onto_a_dead_live_colour() -> None:
    world = World(spec(target="blue"))
    world.settle()
    world.backends["web", BLUE].ready = 0
    route = world.routes["web", "web"]
    world.routes["web", "web"] = replace(route, weights={BLUE: (90,), GREEN: (10,)}, ours=True)
    world.run(3)
    assert world.green == 10


def test_values_from_before_this_runs_traffic_take_nothing_back() -> None:
    world = World()
    world.values["error-rate", "web"] = 0.9
    world.tick()
    world.sampling = False
    world.now += seconds(1)
    world.settle()
    assert (world.green, world.phase) == (10, Phase.SHIFTING)


def test_a_reading_of_two_intervals_ago_raises_nothing() -> None:
    world = World()
    world.run_to_weight(10)
    world.run(9)
    world.sampling = False
    world.now += seconds(2)
    world.settle()
    assert world.green == 10
    assert "has no fresh value" in world.status["message"]


def test_a_version_that_does_not_fit_any_more_midway_holds() -> None:
    world = World(spec(version="1"))
    world.run_to_weight(10)
    world.edit(version="2")
    world.run(20)
    assert (world.green, world.status["waitingFor"]) == (10, "Version")


def test_a_run_that_went_live_is_remembered_too() -> None:
    world = World()
    world.run_until(Phase.LIVE)
    assert world.past is not None
    assert (world.past.outcome, world.past.to) == ("Live", GREEN)


def test_a_run_that_went_live_and_could_not_be_remembered_is_remembered_once_it_can_be() -> None:
    world = World()
    world.run_until(Phase.STABILISING)
    world.past = None
    world.run_until(Phase.LIVE)
    assert world.past is not None
    assert world.past.outcome == "Live"


def test_a_failed_run_that_could_not_be_remembered_is_remembered_once_it_can_be() -> None:
    world = World()
    world.run_to_weight(50)
    world.values["error-rate", "web"] = 0.9
    world.run_until(Phase.ROLLED_BACK)
    world.past = None
    world.settle()
    assert world.past is not None
    assert (world.past.outcome, world.past.reason) == (
        "RolledBack",
        "error-rate > 0.05 (0.9), in component web",
    )


def test_a_returned_run_that_could_not_be_remembered_is_remembered_once_it_can_be() -> None:
    world = World()
    world.run_to_weight(50)
    world.edit(target=BLUE)
    world.run_until(Phase.LIVE)
    world.past = None
    world.settle()
    assert world.past is not None
    assert world.past.outcome == "Returned"
