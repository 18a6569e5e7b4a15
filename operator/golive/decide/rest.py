"""At rest: the target is live, or was taken back; what the routes say by then, and what sets out again."""

from dataclasses import replace

from golive.api.status import Phase, Waiting
from golive.decide import leave, weights
from golive.decide.decision import Action, Event, Reason, SaveRun
from golive.decide.fitness import newcomers
from golive.decide.leave import nobody_there, window_closed
from golive.decide.stale import once_on_record
from golive.decide.turn import Draft, Turn


def let_go(turn: Turn) -> Draft | None:
    """Let a deleted GoLive go: nothing of its own is on any route."""
    if not turn.golive.deleting:
        return None
    draft = turn.to(turn.status.phase, "deleted; traffic stays where it is")
    return replace(draft, actions=leave.release(turn))


def arrive(turn: Turn) -> Draft | None:
    """Rest where the target is live."""
    if turn.spec.target is not turn.live:
        return None
    since, run = turn.status.live_since, turn.status.run
    if since and run and run.to is turn.live and turn.now < since + turn.spec.stabilise.for_:
        whole = len(turn.spec.steps)
        step = turn.intent(whole, turn.spec.steps[-1], before=0).model_copy(update={"acknowledged_at": since})
        return turn.to(Phase.STABILISING, f"{turn.live} is live at 100 %", step=step, rollback=None)
    astray = strayed(turn)
    said = {"waiting_for": astray.status.waiting_for} if astray else {}
    message = astray.status.message if astray else f"{turn.live} is live"
    return turn.to(Phase.LIVE, message, step=None, rollback=None, **said)


def stay(turn: Turn) -> Draft:
    """Rest where the target is live; nothing is held any more. What is wrong with the spec is said: it harms nothing yet."""
    reason, note = (Reason.CONFLICT, turn.facts.conflict) if turn.facts.conflict else _noted(turn)
    if not note:
        actions: tuple[Action, ...] = (*_unremembered(turn), *leave.release(turn))
        return replace(turn.to(turn.status.phase, f"{turn.live} is live"), actions=actions)
    draft = turn.to(turn.status.phase, f"{turn.live} is live; before anything else moves, mend this: {note}")
    events = (Event(reason, note, warning=True, once=f"{turn.golive.generation} {note}"),)
    return replace(draft, actions=leave.release(turn), events=events)


def _noted(turn: Turn) -> tuple[Reason, str]:
    # What the spec names may be gone while the target serves: only what is written in it counts.
    return Reason.INVALID_SPEC, next(iter(turn.golive.problems), "")


def newcomer(turn: Turn) -> Draft | None:
    """Leave a route alone that was added at rest and does not send everything to the live colour."""
    found = next(newcomers(turn.status, turn.spec, turn.facts), "")
    return replace(turn.to(turn.status.phase, found), stalled="InvalidSpec") if found else None


def moved(turn: Turn) -> Draft | None:
    """Take the target for live where a person has sent everything to it after the last run had arrived."""
    if turn.spec.target is turn.live:
        return None
    if not all(route.all_on(turn.spec.target) and not route.gitops for _, _, route in turn.routes()):
        return None
    live = turn.spec.target
    changes = {"live": live, "live_since": turn.now, "confirmed_at": None, **window_closed()}
    return turn.to(Phase.LIVE, f"{live} is live: it had all of the traffic already", step=None, **changes)


def strayed(turn: Turn) -> Draft | None:
    """Say where a route at rest does not send everything to the live colour; it is left as somebody wrote it."""
    other = turn.live.other
    broken = [
        r for _, _, r in turn.routes() if other in r.alone or (not r.weights and not r.all_on(turn.live))
    ]
    if broken:
        return turn.wait(Waiting.ROUTE, f"{turn.live} is live, but {broken[0].problem}")
    return split(turn)


def split(turn: Turn) -> Draft | None:
    """Say where a route at rest is shared between the colours."""
    away = [route for _, _, route in turn.routes() if route.weights and not route.all_on(turn.live)]
    if not away:
        return None
    names, other = ", ".join(route.name for route in away), turn.live.other
    otherwise = (
        f", from where the release of {other} climbs by its steps"
        if turn.spec.target is other
        else f", or give {other} all of it and set target to {other}"
    )
    return turn.wait(
        Waiting.ROUTE,
        f"{turn.live} is live, but {away[0].writer or 'somebody'} sends traffic to {other} on HTTPRoute {names}:"
        f" write all weight back to {turn.live}{otherwise}",
    )


def late_raise(turn: Turn) -> Draft | None:
    """Put down what a raise of ours, given up but carried out late, has left behind."""
    late = [
        route for _, _, route in turn.routes() if route.ours and route.weights and not route.all_on(turn.live)
    ]
    if not late or turn.facts.conflict or nobody_there(turn, turn.live):
        return None
    draft = turn.wait(Waiting.ROUTE, f"{turn.live} is live: a raise that arrived late is put back")
    return once_on_record(turn, replace(draft, actions=weights.give_back(turn, turn.live)))


def close_window(turn: Turn) -> Draft | None:
    """Forget the way back once the rollback window is over."""
    until = turn.status.rollback_until
    if until is None or turn.now < until:
        return None
    draft = turn.to(turn.status.phase, f"{turn.live} is live", **window_closed())
    return replace(draft, actions=leave.release(turn))


def lower(turn: Turn) -> Draft | None:
    """Take away what the fresh colour was given by somebody else: up is gated."""
    actions = weights.lower_to(turn, 0)
    if not actions or turn.facts.conflict or turn.spec.target is turn.live:
        return None
    deserted = nobody_there(turn, turn.fresh.other)
    if deserted:
        return turn.wait(
            Waiting.DECISION,
            f"{turn.fresh} has traffic without a step, but {deserted}: traffic stays where it is",
        )
    names = ", ".join(action.route for action in actions)
    ended = f"{leave.outcome(turn)}; " if turn.status.phase in leave.TAKEN_BACK else ""
    draft = turn.wait(
        Waiting.ROUTE, f"{ended}HTTPRoute {names} gave {turn.fresh} traffic without a step: put back to 0 %"
    )
    stalled = turn.status.phase.value if ended else ""
    return once_on_record(turn, replace(draft, actions=actions, stalled=stalled))


def set_out(turn: Turn) -> Draft | None:
    """Leave for the other colour, once everything is on the live one: what somebody else has split, nobody knows how to join."""
    if turn.spec.target is turn.live:
        return None
    shared = split(turn)
    if shared and turn.status.phase is Phase.STABILISING:
        return None  # what was lowered is regained first
    return shared or turn.to(Phase.PREPARING, f"prepares {turn.spec.target}", step=None, rollback=None)


def retry(turn: Turn) -> Draft | None:
    """After a rollback only a new version, or a new revision where retryOn says so, starts a run."""
    revision = turn.revision(turn.run.to)
    renewed = bool(revision) and revision != turn.run.revision
    another = turn.spec.version is not None and turn.spec.version != turn.run.version
    if another or (renewed and turn.spec.retry_on == "NewRevision"):
        return turn.to(Phase.PREPARING, f"prepares {turn.spec.target} once more", step=None)
    note = (
        f"; NewRevision {revision} waits: change spec.version to try it, or set retryOn: NewRevision"
        if renewed
        else ""
    )
    draft = turn.to(turn.status.phase, leave.outcome(turn) + note)
    actions: tuple[Action, ...] = (*_unremembered(turn), *leave.release(turn))
    return replace(draft, actions=actions, stalled=turn.status.phase.value)


def _unremembered(turn: Turn) -> tuple[SaveRun, ...]:
    """Remember the run once more where that has failed; only one that a rollback has ended is told from the record."""
    past, record = turn.facts.past, turn.status.rollback
    if record is None or (past is not None and past.number >= turn.run.number):
        return ()
    return (SaveRun(leave.past_of(turn, record)),)
