"""Examples by hypothesis: acts in any order on a go-live, each kind of act a rule."""

from collections.abc import Callable
from typing import Any, Final

import hypothesis.strategies as st
from hypothesis import HealthCheck, Phase, assume, seed, settings
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test
from typing_extensions import override

from tests.sweep.acts import ACTS
from tests.sweep.example import Example

MOST_RULES: Final = 9
_THEN: Final = ("", "", "wait:1", "wait:4", "climb:50")
"""What may follow an act: the next one at once, or after the operator has had its turn."""


class Sweep(RuleBasedStateMachine):
    """Acts in any order; a rule a kind of act."""

    begin: Callable[[], Example]
    example: Example | None = None

    @initialize(start=st.sampled_from(("", "climb:10", "climb:50", "climb:100", "wait:1")))
    def start(self, start: str) -> None:
        assume(start)  # hypothesis begins with the simplest of everything, which is not worth its time here
        self.example = type(self).begin()
        self.example.do(start)

    @override
    def teardown(self) -> None:
        if self.example:
            self.example.finish()


def _rule(name: str) -> Callable[..., Any]:
    def act(self: Sweep, argument: str, then: str) -> None:
        for written in filter(None, (f"{name}:{argument}", then)):
            if self.example:
                self.example.do(written)

    act.__name__ = name.replace("-", "_")
    return rule(argument=st.sampled_from(ACTS[name].choices), then=st.sampled_from(_THEN))(act)


for _name in ACTS:
    setattr(Sweep, _name.replace("-", "_"), _rule(_name))


def sweep(begin: Callable[[], Example], number: int, examples: int, rules: int) -> None:
    """Run some examples; the seed alone says which."""
    mine = seed(number)(type("Sweep", (Sweep,), {"begin": staticmethod(begin)}))
    run_state_machine_as_test(
        mine,
        settings=settings(
            max_examples=examples,
            stateful_step_count=rules,
            deadline=None,
            database=None,
            phases=(Phase.generate,),
            suppress_health_check=tuple(HealthCheck),
        ),
    )
