"""A route that somebody lowered rises again as it rose before: a step at a time, each with all that a step needs."""

from golive.api.status import Phase
from tests.builders import GREEN, World, seconds

GIT = "argocd-controller"


def climb_after(world: World, since: int) -> list[int]:
    return [write.weight for write in world.writes[since:]]


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
    for _ in range(40):
        world.settle()
        ready.append((world.green, (world.condition("Ready") or {})["status"]))
        world.now += seconds(1)
    assert climb_after(world, writes) == [10, 50, 100]
    assert all(weight == 100 for weight, status in ready if status == "True")
    assert world.phase is Phase.LIVE


def test_after_100_percent_what_was_lowered_by_hand_is_regained_from_there() -> None:
    world = stabilising()
    writes = len(world.writes)
    world.by_hand(30)
    world.run(40)
    assert climb_after(world, writes) == [50, 100]


def test_a_reset_while_the_next_step_waits_for_pods_starts_over_at_the_first() -> None:
    world = World()
    world.run_to_weight(10)
    world.run(9)
    world.now += seconds(1)
    while world.status["step"]["weight"] == 10:
        world.tick()
    world.backends["web", GREEN].ready = 1
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
