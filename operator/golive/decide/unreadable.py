"""The decision for a stored spec too broken to know its target or components: say so, touch nothing."""

from datetime import datetime

from golive.api.golive import FINALIZER, GoLive
from golive.api.status import LONGEST_TEXT, Condition, Waiting, cut
from golive.decide.announce import announce
from golive.decide.conditions import since
from golive.decide.decision import Decision, SetFinalizer


def unreadable(golive: GoLive, now: datetime) -> Decision:
    """Report InvalidSpec and leave traffic where it is; a deleted one is let go, for nobody can tell its routes."""
    message = golive.problems[0] if golive.problems else "the spec cannot be read"
    both = tuple(
        Condition(
            type=kind,
            status=state,
            reason="InvalidSpec",
            message=cut(message, LONGEST_TEXT),
            last_transition_time=since(golive.status, kind, state, now),
            observed_generation=golive.generation,
        )
        for kind, state in (("Ready", "False"), ("Stalled", "True"))
    )
    status = golive.status.model_copy(
        update={
            "observed_generation": golive.generation,
            "message": message,
            "waiting_for": Waiting.NOTHING,
            "next": "",
            "conditions": both,
        }
    )
    release = (SetFinalizer(present=False),) if golive.deleting and FINALIZER in golive.finalizers else ()
    return Decision(status, release, announce(golive.status, status))
