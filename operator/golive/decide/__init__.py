"""DECIDE: pure. `decide(golive, facts)` knows no client, clock or log; the same input gives the same decision."""

from dataclasses import replace

from golive.api.golive import GoLive
from golive.api.status import SPLIT
from golive.decide import causes
from golive.decide.announce import announce
from golive.decide.conditions import conditions, conflict_ends
from golive.decide.decision import Decision, SetFinalizer
from golive.decide.fitness import problems
from golive.decide.phases import first_answer
from golive.decide.report import observed, same_but_for_words, with_newest_values
from golive.decide.transitions import checked
from golive.decide.turn import Draft, Turn
from golive.decide.unreadable import unreadable
from golive.facts import Facts


def decide(golive: GoLive, facts: Facts) -> Decision:
    """Return what one tick makes of a GoLive and the world it sees."""
    if golive.spec is None:
        return unreadable(golive, facts.now)
    turn = Turn(golive, golive.spec, facts, problems(golive, golive.spec, facts))
    draft = first_answer(turn)
    checked(golive.status.phase, draft.status.phase)
    return _finish(turn, _with_what_follows(turn, draft))


def _with_what_follows(turn: Turn, draft: Draft) -> Draft:
    """Say what it waits for where it is by now: words are not worth a write of their own."""
    if same_but_for_words(turn.status, draft.status):
        return draft
    reached = observed(turn, draft.status)
    then = first_answer(replace(turn, golive=replace(turn.golive, status=reached)))
    if then.actions or not same_but_for_words(reached, then.status):
        return draft
    return replace(then, actions=draft.actions, events=draft.events)


def _held(turn: Turn, draft: Draft) -> Draft:
    """Hold the GoLive against deletion while its traffic is split, also where somebody has dropped our finalizer."""
    if draft.status.phase not in SPLIT or turn.is_held or turn.golive.deleting:
        return draft
    others = [action for action in draft.actions if not isinstance(action, SetFinalizer)]
    return replace(draft, actions=(SetFinalizer(present=True), *others))


def _finish(turn: Turn, draft: Draft) -> Decision:
    seen = _held(turn, replace(draft, status=observed(turn, draft.status)))
    told = seen.status.model_copy(update={"conditions": conditions(turn, seen)})
    status = with_newest_values(turn, told)
    wakes = [seen.wake, status.rollback_until if status.phase == "Live" else None, conflict_ends(status)]
    if status.phase in SPLIT and turn.status.run:
        wakes.append(causes.next_cause(turn))
    upcoming = [wake for wake in wakes if wake and wake > turn.now]
    events = (*announce(turn.status, status), *seen.events)
    return Decision(status, seen.actions, events, min(upcoming, default=None))
