"""The state machine as data, and that every phase always has an answer."""

import ast
import inspect
import textwrap
from collections.abc import Callable
from dataclasses import replace
from itertools import product
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from golive.api.spec import Colour
from golive.api.status import Phase
from golive.decide import phases
from golive.decide.decision import SetWeights
from golive.decide.transitions import TRANSITIONS, checked
from golive.facts import SourceFacts
from tests.builders import BLUE, GREEN, World, seconds, spec
from tests.turns import turn_of


def test_every_phase_can_be_reached_and_left() -> None:
    reached = {Phase.PENDING}
    for _ in Phase:
        reached |= {after for before, after in TRANSITIONS if before in reached}
    assert reached == set(Phase)
    assert {before for before, _ in TRANSITIONS} == set(Phase)


def test_from_every_phase_live_can_be_reached() -> None:
    arriving = {Phase.LIVE}
    for _ in Phase:
        arriving |= {before for before, after in TRANSITIONS if after in arriving}
    assert arriving == set(Phase)


@pytest.mark.parametrize(("before", "after"), list(product(Phase, Phase)))
def test_only_what_the_table_lists_may_follow(before: Phase, after: Phase) -> None:
    if before is after or (before, after) in TRANSITIONS:
        assert checked(before, after) is after
    else:
        with pytest.raises(AssertionError, match=f"no transition from {before} to {after}"):
            checked(before, after)


@pytest.mark.parametrize("after", [Phase.STABILISING, Phase.LIVE, Phase.PREPARING])
def test_nothing_goes_up_straight_out_of_a_rollback(after: Phase) -> None:
    assert (Phase.ROLLED_BACK, Phase.SHIFTING) not in TRANSITIONS
    assert (Phase.ROLLING_BACK, Phase.SHIFTING) not in TRANSITIONS
    assert (Phase.SHIFTING, after) not in TRANSITIONS or after is Phase.STABILISING


@pytest.mark.parametrize("phase", sorted(set(Phase) - {Phase.PENDING}))
def test_the_last_rule_of_a_phase_always_answers(phase: Phase) -> None:
    assert not _returns_none(phases.RULES[phase][-1])


@pytest.mark.parametrize("target", ["blue", "green"])
def test_the_last_two_rules_of_pending_always_answer(target: str) -> None:
    turn = turn_of(World(spec(target=target), status={"live": "blue"}))
    answers = [rule(turn) for rule in phases.RULES[Phase.PENDING][-2:]]
    assert len([draft for draft in answers if draft]) == 1


def _returns_none(rule: phases.Rule) -> bool:
    tree = ast.parse(textwrap.dedent(inspect.getsource(rule)))
    values = [node.value for node in ast.walk(tree) if isinstance(node, ast.Return)]
    return any(
        value is None
        or isinstance(value, ast.IfExp)
        or (isinstance(value, ast.Constant) and value.value is None)
        for value in values
    )


@pytest.mark.parametrize("phase", [Phase.SHIFTING, Phase.STABILISING, Phase.ROLLING_BACK])
def test_going_back_is_asked_before_anything_that_waits_or_raises(phase: Phase) -> None:
    names = [rule.__name__ for rule in phases.RULES[phase]]
    back = next(place for place, name in enumerate(names) if name in {"turn_back", "take_back"})
    later = {"unfit", "unsettled", "raise_weight", "pause", "undecided", "promote", "confirm", "settle_down"}
    assert not later & set(names[:back])


def _value(value: float | None) -> Callable[[World, int], None]:
    return lambda world, _: world.values.update({("error-rate", "web"): value})


def _edit(**fields: Any) -> Callable[[World, int], None]:
    return lambda world, _: world.edit(**fields)


def _by_hand(weight: int) -> Callable[[World, int], None]:
    return lambda world, _: world.by_hand(weight)


def _backend(colour: Colour, **fields: Any) -> Callable[[World, int], None]:
    return lambda world, _: world.backends.update(
        {("web", colour): replace(world.backends["web", colour], **fields)}
    )


def _revised(colour: Colour) -> Callable[[World, int], None]:
    return lambda world, second: _backend(colour, revision=f"r{second}")(world, second)


def _world(**fields: Any) -> Callable[[World, int], None]:
    def change(world: World, _: int) -> None:
        for name, value in fields.items():
            setattr(world, name, value)

    return change


STEPS = tuple(step["weight"] for step in spec()["steps"])
HAPPENINGS: dict[str, Callable[[World, int], None]] = {
    "breach": _value(0.9),
    "pass": _value(0.0),
    "no data": _value(None),
    "target blue": _edit(target="blue"),
    "target green": _edit(target="green"),
    "by hand 0": _by_hand(0),
    "by hand 30": _by_hand(30),
    "by hand 90": _by_hand(90),
    "git 0": lambda world, _: world.by_hand(0, writer="argocd-controller", gitops=True),
    "git 30": lambda world, _: world.by_hand(30, writer="argocd-controller", gitops=True),
    "no pod": _backend(GREEN, ready=0),
    "pods": _backend(GREEN, ready=2),
    "live gone": _backend(BLUE, ready=0),
    "live back": _backend(BLUE, ready=2),
    "new revision": _revised(GREEN),
    "live changed": _revised(BLUE),
    "no service": _backend(BLUE, service=False),
    "service": _backend(BLUE, service=True),
    "suspend": _edit(suspend=True),
    "resume": _edit(suspend=False),
    "invalid": _edit(steps=[{"weight": 0}]),
    "valid": _edit(steps=spec()["steps"]),
    "version": _edit(version="1"),
    "unreachable": _world(source=SourceFacts(reachable=False, message="gone")),
    "reachable": _world(source=SourceFacts(reachable=True)),
    "contested": _world(conflict="GoLive other owns it"),
    "alone": _world(conflict=""),
    "delete": _world(deleting=True),
    "restart": lambda world, _: world.restart(),
    "nothing": lambda *_: None,
}


@settings(deadline=None, max_examples=25)
@given(st.lists(st.tuples(st.sampled_from(sorted(HAPPENINGS)), st.integers(0, 12)), max_size=8))
def test_whatever_happens_every_tick_has_an_answer_and_nobody_is_raised_by_more_than_a_step(
    happenings: list[tuple[str, int]],
) -> None:
    world = World(spec(rollbackWindow="60s", retryOn="NewRevision"))
    for second, (what, lasts) in enumerate(happenings):
        HAPPENINGS[what](world, second)
        for _ in range(lasts + 1):
            for _ in range(4):
                stood = world.routes["web", "web"]
                decision = world.tick()
                writes = [action for action in decision.actions if isinstance(action, SetWeights)]
                for write in (one for one in writes if one.up):
                    assert write.weight == next(step for step in STEPS if step > stood.weight(write.colour))
                kinds = {condition.type for condition in decision.status.conditions}
                assert "Ready" in kinds
                assert not {"Reconciling", "Stalled"} <= kinds
            world.now += seconds(1)
