"""The deadline of the climb, and a question that nobody has answered: both end in what the spec says, and say so."""

import pytest

from golive.api.status import Phase
from tests.builders import BLUE, GREEN, World, spec


def late(action: str) -> World:
    world = World(spec(deadline={"after": "15s", "action": action}))
    world.run_to_weight(50)
    world.values["error-rate", "web"] = 0.03
    return world


def test_a_climb_past_its_deadline_goes_back_where_the_spec_says_so() -> None:
    world = late("Rollback")
    world.run(10)
    assert world.phase is Phase.ROLLED_BACK
    assert world.status["rollback"]["rule"] == "the climb has passed its deadline"


def test_it_does_not_go_back_to_a_dead_live_colour() -> None:
    world = late("Rollback")
    world.backends["web", BLUE].ready = 0
    world.run(10)
    assert (world.green, world.status["waitingFor"]) == (50, "Decision")


def test_it_asks_a_person_where_the_spec_says_that_and_goes_on_once_the_deadline_is_raised() -> None:
    world = late("Decide")
    world.run(10)
    assert (world.green, world.status["waitingFor"]) == (50, "Decision")
    assert "raise spec.deadline.after" in world.status["message"]
    assert "DecisionNeeded" in world.reasons()
    world.values["error-rate", "web"] = 0.0
    world.edit(deadline={"after": "10m", "action": "Decide"})
    world.run(30)
    assert world.green == 100


def test_the_deadline_wakes_a_golive_that_nothing_else_does() -> None:
    world = late("Rollback")
    world.sampling = False
    world.settle()
    wake = world.decide().next_tick
    assert wake is not None
    assert (wake - world.now).total_seconds() <= 15


def test_it_does_not_end_what_has_arrived() -> None:
    world = World(spec(deadline={"after": "25s", "action": "Rollback"}, stabilise={"for": "60s"}))
    world.run_until(Phase.STABILISING)
    world.run(30)
    assert world.phase is Phase.STABILISING


@pytest.mark.parametrize("fields", [{"onNoData": {"after": "5s"}}, {"deadline": {"after": "25s"}}])
def test_a_person_is_asked_also_while_a_step_waits_to_be_carried_out(fields: dict[str, object]) -> None:
    world = World(spec(**fields))
    world.run_to_weight(50)
    world.by_hand(30)
    world.values["error-rate", "web"] = None
    world.backends["web", GREEN].ready = 1
    world.run(20)
    assert world.status["waitingFor"] == "Decision"
    assert "DecisionNeeded" in world.reasons()
