"""Going back: everything to the colour that was live, first; what it ends in, after it is read back."""

from dataclasses import replace
from datetime import datetime, timedelta

from golive.api.spec import Colour
from golive.api.status import GoLiveStatus, HistoryEntry, Phase, RollbackStatus, Waiting
from golive.decide import weights
from golive.decide.causes import Ends, GoBack, cause, taken_back
from golive.decide.decision import SaveRun, SetFinalizer
from golive.decide.turn import Draft, Turn
from golive.facts import PastRun, RouteFacts

_KEPT_RUNS = 10
_BLAME = "; not possible yet: "
_PHASE = {
    Ends.ROLLED_BACK: Phase.ROLLED_BACK,
    Ends.ABORTED: Phase.ABORTED,
    Ends.RETURNED: Phase.LIVE,
    Ends.SUPERSEDED: Phase.PREPARING,
    Ends.DELETED: Phase.ROLLING_BACK,
}
TAKEN_BACK = frozenset({Phase.ROLLED_BACK, Phase.ABORTED})
"""Nothing moves before a person changes something."""


def turn_back(turn: Turn) -> Draft | None:
    """Go back for the first cause there is; an automatic one waits where nobody is there to go back to."""
    found = cause(turn)
    if found is None:
        return None
    deserted = nobody_there(turn, turn.run.from_) if found.automatic else ""
    if deserted:
        return turn.wait(
            Waiting.DECISION,
            f"{_why(found)}, but {deserted} to go back to:"
            f" set target to {turn.run.from_} to go back all the same, or bring its pods up",
        )
    return go_back(turn, found)


def obey(turn: Turn) -> Draft | None:
    """Take it for an abort where a person takes a route back at rest, while the rollback window is open."""
    found = taken_back(turn) if turn.way_back and turn.run.to is turn.live else None
    return go_back(turn, found) if found else None


def way_back(turn: Turn) -> Draft | None:
    """Take setting the target back for what it is within the rollback window: one write, no steps, no checks."""
    if turn.spec.target is turn.live or turn.spec.target is not turn.way_back:
        return None
    if not all(colour.deployment for _, colour in turn.colours(turn.spec.target)):
        return None
    if not turn.revision(turn.spec.target):
        return turn.wait(
            Waiting.PODS, f"waits to see what {turn.spec.target} runs: what was live, or another release"
        )
    if not _is_what_was_live(turn):
        return None
    quiet = _quiet_since(turn)
    if turn.spec.version is None and turn.now < quiet:
        return turn.wait(
            Waiting.SETTLE,
            f"goes back to {turn.spec.target} unless a new image follows; with spec.version it need not wait to see",
            quiet,
        )
    return go_back(turn, GoBack(Ends.RETURNED, f"target was set back to {turn.spec.target}"))


def _quiet_since(turn: Turn) -> datetime:
    # Target and image may come in one commit, the target first: only `version` tells at once which release is meant.
    return (turn.facts.target_changed_at or turn.now) + timedelta(seconds=turn.facts.settle_seconds)


def _is_what_was_live(turn: Turn) -> bool:
    # Another image or another version asked for makes it a release, which needs its steps.
    if not turn.runs_still(turn.spec.target, turn.status.previous_revision):
        return False
    asked = turn.spec.version or ""
    deployments = [colour.deployment for _, colour in turn.colours(turn.spec.target)]
    return asked in {"", turn.run.version} or all(found and asked in found.versions for found in deployments)


def nobody_there(turn: Turn, colour: Colour) -> str:
    """Say which component has traffic to give back and no ready pod of a colour: only a person may send it there."""
    served = {owner.name for owner, _, route in turn.routes() if route.serves(colour.other)}
    for component, facts in turn.colours(colour):
        if facts.ready == 0 and component.name in served:
            return f"{component.name} has no ready pod of {colour}"
    return ""


def go_back(turn: Turn, found: GoBack) -> Draft:
    """Write live = 100 on every route, and put on record why."""
    rollback = RollbackStatus(rule=found.rule, value=found.value, by=found.by, ends=found.ends, at=turn.now)
    draft = turn.to(Phase.ROLLING_BACK, f"goes back to {turn.run.from_}: {_why(found)}", rollback=rollback)
    return replace(draft, actions=weights.give_back(turn, turn.run.from_))


def let_go(turn: Turn) -> Draft | None:
    """Let a deleted GoLive go once its traffic has been taken back."""
    if not turn.golive.deleting or not is_over(turn.status) or _away(turn):
        return None
    draft = turn.to(Phase.ROLLING_BACK, "deleted; traffic was taken back")
    return replace(draft, actions=release(turn))


def take_back(turn: Turn) -> Draft:
    """Write until every route is read back at live = 100; then end the run."""
    away = _away(turn)
    if away:
        unwritable = next((route.problem for route in away if route.problem), "")
        waiting = Waiting.ROUTE if unwritable else Waiting.NOTHING
        message = turn.status.message.split(_BLAME)[0] + (_BLAME + unwritable if unwritable else "")
        return replace(turn.wait(waiting, message), actions=weights.give_back(turn, turn.run.from_))
    return _end(turn)


def _away(turn: Turn) -> list[RouteFacts]:
    """List the routes that still give the colour a weight that is to have none; one that is gone gives nobody any."""
    return [route for _, _, route in turn.routes() if route.found and route.serves(turn.run.to)]


def outcome(turn: Turn) -> str:
    """Say how the run on record, or the one before its GoLive was deleted, came to its end."""
    record, past = turn.status.rollback, turn.facts.past
    if record is not None:
        return f"{turn.run.from_} serves again: {_why(record)}"
    if past is not None:
        return f"{past.reason}; applied again unchanged, it is not tried again"
    return turn.status.history[0].reason if turn.status.history else "the last run was taken back"


def _end(turn: Turn) -> Draft:
    record = turn.status.rollback
    if record is None:
        raise AssertionError("a rollback without its reason on record")
    ends, message = Ends(record.ends), outcome(turn)
    changes = {
        "rollback": record.model_copy(update={"reverted_at": turn.now}),
        "live": turn.run.from_,
        "step": None,
        "history": remembered(turn, ends.value, _why(record)),
        **window_closed(),
        **({} if turn.live is turn.run.from_ else {"live_since": None, "confirmed_at": None}),
    }
    # A status may have been restored into a GoLive that nobody deletes.
    phase = Phase.LIVE if ends is Ends.DELETED and not turn.golive.deleting else _PHASE[ends]
    draft = turn.to(phase, message, **changes)
    stalled = phase.value if phase in TAKEN_BACK else ""
    return replace(draft, actions=(SaveRun(past_of(turn, record)), *release(turn)), stalled=stalled)


def past_of(turn: Turn, record: RollbackStatus) -> PastRun:
    """Say of the run on record what is remembered beyond its GoLive's life."""
    run = turn.run
    return PastRun(run.number, run.to, run.version, run.revision, record.ends, _why(record))


def release(turn: Turn) -> tuple[SetFinalizer, ...]:
    """Let the GoLive go, if it is held."""
    return (SetFinalizer(present=False),) if turn.is_held else ()


def window_closed() -> dict[str, Colour | datetime | str | None]:
    """Return the fields that forget the way back."""
    return {"previous": None, "rollback_until": None, "previous_revision": ""}


def remembered(turn: Turn, outcome: str, reason: str) -> tuple[HistoryEntry, ...]:
    """Return the history with this run's end in front."""
    run = turn.run
    entry = HistoryEntry(
        run=run.number,
        to=run.to,
        version=run.version,
        revision=run.revision,
        outcome=outcome,
        reason=reason,
        at=turn.now,
    )
    return (entry, *turn.status.history)[:_KEPT_RUNS]


def is_over(status: GoLiveStatus) -> bool:
    """Tell whether the run on record has been taken back for good."""
    return bool(status.rollback and status.rollback.reverted_at)


def _why(found: GoBack | RollbackStatus) -> str:
    value = f" ({found.value})" if found.value else ""
    whose = "in component" if found.ends == Ends.ROLLED_BACK else "by"
    return f"{found.rule}{value}" + (f", {whose} {found.by}" if found.by else "")
