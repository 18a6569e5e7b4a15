"""How long checks have to pass before the next step: three intervals on end, which may have begun at the step before."""

from tests.builders import START, World, check, seconds, spec


def climb(hold: str = "20s") -> dict[int, float]:
    """Return when each weight was first seen, in seconds from the start, with a check every 10 s."""
    steps = [{"weight": weight, "hold": hold} for weight in (10, 25, 50)] + [{"weight": 100}]
    world = World(raw_spec=spec(steps=steps, checks=[check(interval="10s")]))
    reached: dict[int, float] = {}
    while 100 not in reached and world.now < START + seconds(300):
        world.tick()
        weight = int(world.status.get("weight", 0))
        reached.setdefault(weight, (world.now - START).total_seconds())
        world.now += seconds(1)
    return reached


def test_the_first_step_lasts_three_intervals_from_the_first_traffic_and_the_next_only_their_holds() -> None:
    reached = climb()
    assert reached[25] - reached[10] >= 30
    assert 20 <= reached[50] - reached[25] <= 23
    assert 20 <= reached[100] - reached[50] <= 23


def test_a_step_without_a_hold_is_still_measured_once() -> None:
    reached = climb(hold="0s")
    assert reached[50] - reached[25] >= 9
    assert reached[100] - reached[50] >= 9


def a_split_world() -> World:
    """Stand at 25 %, with a check that has passed ever since the start."""
    steps = [{"weight": 10}, {"weight": 25}, {"weight": 100}]
    world = World(raw_spec=spec(steps=steps, checks=[check(interval="10s")]))
    while world.status.get("weight") != 25:
        world.tick()
        world.now += seconds(1)
    return world


def test_another_result_begins_the_stretch_anew() -> None:
    world = a_split_world()
    world.values["error-rate", "web"] = 0.03
    for _ in range(11):
        world.tick()
        world.now += seconds(1)
    world.values["error-rate", "web"] = 0.0
    mended = world.now
    while world.status["weight"] != 100:
        world.tick()
        world.now += seconds(1)
    assert world.now - mended >= seconds(30)
