"""The decision for a stored spec too broken to know its target or components: say so, touch nothing."""

from datetime import datetime

from golive.api.golive import GoLive
from golive.api.status import Condition
from golive.decide.announce import announce
from golive.decide.decision import Decision, SetFinalizer


def unreadable(golive: GoLive, now: datetime) -> Decision:
    """Report InvalidSpec and leave traffic where it is; a deleted one is let go, for nobody can tell its routes."""
    message = golive.problems[0] if golive.problems else "the spec cannot be read"
    before = golive.status.condition("Stalled")
    since = before.last_transition_time if before else now.replace(microsecond=0)
    both = tuple(
        Condition(
            type=kind,
            status=state,
            reason="InvalidSpec",
            message=message[:1024],
            last_transition_time=since,
            observed_generation=golive.generation,
        )
        for kind, state in (("Ready", "False"), ("Stalled", "True"))
    )
    status = golive.status.model_copy(
        update={"observed_generation": golive.generation, "message": message, "conditions": both}
    )
    release = (SetFinalizer(present=False),) if golive.deleting and golive.finalizers else ()
    return Decision(status, release, announce(golive.status, status))
