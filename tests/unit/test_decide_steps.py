"""Step arithmetic: an edit never jumps down, never repeats a weight, never skips one."""

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from golive.api.status import Phase
from tests.builders import World, seconds, spec
from tests.turns import a_turn

WEIGHTS = st.sets(st.integers(1, 99), max_size=6).map(lambda found: [*sorted(found), 100])


def steps(weights: list[int]) -> list[dict[str, Any]]:
    return [{"weight": weight} for weight in weights]


@settings(deadline=None)
@given(weights=WEIGHTS, above=st.integers(-1, 100))
def test_the_next_step_is_the_first_one_above(weights: list[int], above: int) -> None:
    found = a_turn(raw_spec=spec(steps=steps(weights))).next_step(above)
    higher = [weight for weight in weights if weight > above]
    assert (found[1].weight if found else None) == (higher[0] if higher else None)
    assert found is None or weights[found[0] - 1] == found[1].weight


@settings(deadline=None, max_examples=30)
@given(first=WEIGHTS, edits=st.lists(st.tuples(st.integers(1, 12), WEIGHTS), max_size=3))
def test_edits_midway_only_ever_climb_and_never_repeat(
    first: list[int], edits: list[tuple[int, list[int]]]
) -> None:
    world = World(spec(steps=steps(first)))
    climbs: list[int] = []
    planned = dict(edits)
    for second in range(60):
        if second in planned:
            world.edit(steps=steps(planned[second]))
        before = world.green
        world.settle()
        climbs += [world.green] if world.green != before else []
        if world.phase is Phase.STABILISING:
            break
        world.now += seconds(1)
    assert world.phase is Phase.STABILISING
    assert climbs == sorted(set(climbs))
    known = set(first).union(*planned.values())
    assert set(climbs) <= known


def test_a_step_that_waits_to_be_written_is_planned_anew_after_an_edit() -> None:
    world = World(spec(steps=[{"weight": 10, "hold": "3s"}, {"weight": 50}, {"weight": 100}]))
    world.run_to_weight(10)
    while world.status["step"]["weight"] == 10:
        world.tick()
        world.now += seconds(0.5)
    world.edit(suspend=True)
    world.run(2)
    assert (world.status["waitingFor"], world.green) == ("Paused", 10)
    world.edit(suspend=False, steps=steps([10, 25, 50, 100]))
    world.weights_seen.clear()
    world.run_until(Phase.STABILISING)
    assert sorted(set(world.weights_seen)) == [10, 25, 50, 100]


@settings(deadline=None, max_examples=30)
@given(first=WEIGHTS, later=WEIGHTS, second=st.integers(1, 12))
def test_after_an_edit_every_new_step_above_the_weight_is_taken(
    first: list[int], later: list[int], second: int
) -> None:
    world = World(spec(steps=steps(first)))
    world.run(second)
    recorded = world.status.get("step", {}).get("weight", 0)
    running = world.phase is Phase.SHIFTING
    world.edit(steps=steps(later))
    before = len(world.writes)
    world.run_until(Phase.STABILISING)
    raised = [write.weight for write in world.writes[before:]]
    if running:
        assert raised == [weight for weight in later if weight > recorded]
