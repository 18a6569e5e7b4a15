"""One tick's view, for tests of a single rule: the small world's, with what the test says differs."""

from typing import Any

from golive.decide.fitness import problems
from golive.decide.turn import Turn
from tests.builders import World


def turn_of(world: World) -> Turn:
    """Return what the next tick of a world would look at."""
    golive, facts = world.golive(), world.facts()
    assert golive.spec is not None
    return Turn(golive, golive.spec, facts, problems(golive, golive.spec, facts))


def a_turn(**fields: Any) -> Turn:
    """Return the view of a world at first sight."""
    return turn_of(World(**fields))
