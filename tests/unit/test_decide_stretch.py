"""How often checks have to pass before the next step: three times in a row, twice of them at the weight that stands."""

import pytest

from tests.builders import START, World, check, seconds, spec


def climb(hold: str = "20s", *, since: float = 0.0) -> dict[int, float]:
    """Return when each weight was first seen, in seconds from the start, with a check every 10 s.

    The check fails until `since` seconds after the first traffic.
    """
    steps = [{"weight": weight, "hold": hold} for weight in (10, 25, 50)] + [{"weight": 100}]
    world = World(raw_spec=spec(steps=steps, checks=[check(interval="10s")]))
    reached: dict[int, float] = {}
    while 100 not in reached and world.now < START + seconds(300):
        passes = 10 in reached and (world.now - START).total_seconds() >= reached[10] + since
        world.values["error-rate", "web"] = 0.0 if passes or not since else 0.03
        world.tick()
        weight = int(world.status.get("weight", 0))
        reached.setdefault(weight, (world.now - START).total_seconds())
        world.now += seconds(1)
    return reached


def test_a_check_that_has_passed_all_the_time_lets_every_step_last_its_hold() -> None:
    reached = climb()
    assert 20 <= reached[25] - reached[10] <= 23
    assert 20 <= reached[50] - reached[25] <= 23
    assert 20 <= reached[100] - reached[50] <= 23


def test_one_that_passes_only_with_traffic_has_to_do_so_three_times() -> None:
    reached = climb(since=5)
    assert 25 <= reached[25] - reached[10] <= 38
    assert 20 <= reached[50] - reached[25] <= 23


def test_a_step_without_a_hold_lasts_until_the_second_pass() -> None:
    reached = climb(hold="0s")
    assert 10 <= reached[25] - reached[10] <= 23
    assert 10 <= reached[50] - reached[25] <= 23
    assert 10 <= reached[100] - reached[50] <= 23


def a_split_world() -> World:
    """Stand at 25 %, with a check that has passed ever since the start."""
    steps = [{"weight": 10}, {"weight": 25}, {"weight": 100}]
    world = World(raw_spec=spec(steps=steps, checks=[check(interval="10s")]))
    while world.status.get("weight") != 25:
        world.tick()
        world.now += seconds(1)
    return world


def test_another_result_begins_the_row_anew() -> None:
    world = a_split_world()
    world.values["error-rate", "web"] = 0.03
    for _ in range(11):
        world.tick()
        world.now += seconds(1)
    world.values["error-rate", "web"] = 0.0
    passed: set[object] = set()
    while world.status["weight"] != 100:
        world.tick()
        reading = world.readings["error-rate", "web"]
        passed |= {reading.taken_at} if reading.value == 0.0 else set()
        world.now += seconds(1)
    assert len(passed) >= 3


def test_what_passed_before_somebody_lowered_the_weight_does_not_count() -> None:
    world = a_split_world()
    world.by_hand(10)
    asked: set[object] = set()
    lowered = world.now
    while world.green != 25:
        world.now += seconds(1)
        world.tick()
        asked |= {at for at in world.readings["error-rate", "web"].lately if at > lowered}
    assert len(asked) >= 3


@pytest.mark.parametrize(("interval", "longest"), [("10s", 11), ("30s", 31)])
def test_what_is_next_names_the_moment_of_the_last_pass_that_is_missing(interval: str, longest: int) -> None:
    steps = [{"weight": 10}, {"weight": 25}, {"weight": 100}]
    world = World(raw_spec=spec(steps=steps, checks=[check(interval=interval)]))
    while world.status.get("weight") != 10:
        world.tick()
        world.now += seconds(1)
    decision = world.tick()
    assert decision.next_tick is not None
    assert world.now < decision.next_tick <= world.now + seconds(2 * longest)
