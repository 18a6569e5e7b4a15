"""A record that was read may be older than the routes: what we wrote ourselves is put down only once that is on record."""

from dataclasses import replace

from golive.api.status import Phase
from tests.builders import BLUE, GREEN, START, World, seconds


def ours_at(world: World, green: int) -> None:
    """Let the route carry what we have written, of which the record says nothing."""
    for name, route in world.routes.items():
        world.routes[name] = replace(
            route,
            weights={BLUE: (100 - green,), GREEN: (green,)},
            writer="golive",
            ours=True,
            written_at=world.now.replace(microsecond=0),
        )


def a_preparing_world() -> World:
    world = World(target_changed_at=START)
    world.settle()
    assert world.phase == "Preparing"
    return world


def test_a_raise_of_ours_before_the_first_step_is_put_down_only_once_that_is_on_record() -> None:
    world = a_preparing_world()
    ours_at(world, 10)
    world.tick()
    assert (world.writes, world.green) == ([], 10)
    assert "without a step" in world.status["message"]
    world.tick()
    assert world.green == 0


def test_one_by_somebody_else_is_put_down_at_once() -> None:
    world = a_preparing_world()
    world.by_hand(10)
    world.tick()
    assert world.green == 0


def test_a_raise_of_ours_above_the_record_is_put_down_only_once_that_is_on_record() -> None:
    world = World()
    world.run_to_weight(10)
    before = len(world.writes)
    world.now += seconds(1)
    ours_at(world, 50)
    world.tick()
    assert len(world.writes) == before
    world.tick()
    assert world.green == 10


def test_a_deletion_on_record_of_a_golive_that_nobody_deletes_does_not_hold_it_for_ever() -> None:
    world = World()
    world.run_to_weight(10)
    world.deleting = True
    world.tick()
    assert world.status["rollback"]["ends"] == "Deleted"
    world.deleting = False
    world.run_until(Phase.LIVE)
    assert world.status["live"] == "green"


def test_a_first_step_is_put_on_record_anew_where_we_have_written_the_route_since() -> None:
    world = a_preparing_world()
    while world.phase != "Shifting":
        world.now += seconds(1)
        world.tick()
    assert (world.status["waitingFor"], world.green) == ("", 0)
    ours_at(world, 0)
    world.now += seconds(3)
    before = world.status["step"]["intendedAt"]
    world.tick()
    assert world.writes == []
    assert world.status["step"]["intendedAt"] > before
    world.tick()
    assert world.green == 10
