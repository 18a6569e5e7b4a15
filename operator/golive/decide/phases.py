"""What is asked in each phase, in order: the first rule that has an answer decides the tick.

Everywhere the same order: going back, what is more than on record, gates and readiness, going up.
"""

from collections.abc import Callable
from typing import Final

from golive.api.status import Phase
from golive.decide import climb, leave, rest, start
from golive.decide.turn import Draft, Turn

Rule = Callable[[Turn], Draft | None]

RULES: Final[dict[Phase, tuple[Rule, ...]]] = {
    Phase.PENDING: (
        rest.let_go,
        start.unfit,
        start.contested,
        start.discover,  # which colour is live
        start.remember,  # a failed release that was deleted and applied again
        rest.arrive,
        rest.set_out,
    ),
    Phase.PREPARING: (
        rest.let_go,
        start.reconsider,  # the version that had failed, asked for again
        rest.arrive,  # target set back before anything moved
        leave.way_back,
        rest.lower,  # nobody gives it traffic but by a step
        start.unfit,
        start.contested,
        start.begin,
    ),
    Phase.SHIFTING: (
        leave.turn_back,
        climb.acknowledge,
        climb.repair,
        climb.fallen,
        climb.replan,
        climb.unsettled,
        climb.undecided,
        climb.raise_weight,
        climb.pause,
        climb.promote,
    ),
    Phase.STABILISING: (
        leave.turn_back,
        rest.let_go,
        leave.way_back,
        rest.moved,
        rest.set_out,
        climb.acknowledge,
        climb.repair,
        climb.fallen,
        climb.replan,
        climb.unsettled,
        climb.undecided,
        climb.raise_weight,
        climb.regain,
        climb.confirm,
        climb.settle_down,
    ),
    Phase.ROLLING_BACK: (
        leave.let_go,
        leave.take_back,
    ),
    Phase.LIVE: (
        rest.let_go,
        leave.obey,  # a person took it back in the route
        leave.way_back,
        rest.late_raise,
        rest.newcomer,  # a route that was added
        rest.moved,  # by a person, all of it, while nothing was going on
        rest.set_out,
        rest.close_window,
        rest.strayed,
        rest.stay,
    ),
    Phase.ROLLED_BACK: (
        rest.let_go,
        rest.arrive,
        rest.lower,
        rest.retry,
    ),
    Phase.ABORTED: (
        rest.let_go,
        rest.arrive,
        rest.lower,
        rest.retry,
    ),
}


def first_answer(turn: Turn) -> Draft:
    """Return what the first rule with an answer says; each phase's last rule always has one."""
    for rule in RULES[turn.status.phase]:
        draft = rule(turn)
        if draft is not None:
            return draft
    raise AssertionError(f"no rule of phase {turn.status.phase} has an answer")
