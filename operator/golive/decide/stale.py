"""A record that was read may be older than the routes: each kind has a watch of its own, and one may be behind."""

from dataclasses import replace

from golive.decide.decision import SetWeights
from golive.decide.report import same_but_for_words
from golive.decide.turn import Draft, Turn


def once_on_record(turn: Turn, draft: Draft) -> Draft:
    """Put down what we have written ourselves only after that has been put on record.

    We raise nothing that is not on record: what is there all the same may be a step of which we have not read yet. The
    API server takes a status only on top of the newest one; once it has taken this one, there was no such step.
    """
    written = {action.route for action in draft.actions if isinstance(action, SetWeights)}
    ours = any(route.ours for _, _, route in turn.routes() if route.name in written)
    known = turn.status.message == draft.status.message and same_but_for_words(turn.status, draft.status)
    return draft if known or not ours else replace(draft, actions=())
