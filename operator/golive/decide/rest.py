"""The phases in which no traffic is between the colours: Pending, Preparing, Live, RolledBack, Aborted."""

import hashlib
import json
from dataclasses import replace
from datetime import datetime, timedelta

from golive.api.spec import Colour, wire
from golive.api.status import ComponentStatus, Phase, RunStatus, StepStatus, Waiting
from golive.decide import causes, gates, leave, weights
from golive.decide.decision import Action, Event, Reason, SaveRun
from golive.decide.fitness import newcomers
from golive.decide.leave import go_back, nobody_there, window_closed
from golive.decide.turn import Draft, Turn


def let_go(turn: Turn) -> Draft | None:
    """Let a deleted GoLive go: nothing of its own is on any route."""
    if not turn.golive.deleting:
        return None
    draft = turn.to(turn.status.phase, "deleted; traffic stays where it is")
    return replace(draft, actions=leave.release(turn))


def unfit(turn: Turn) -> Draft | None:
    """Say what is wrong with the spec; traffic stays where it is."""
    if not turn.problems:
        return None
    return replace(turn.to(turn.status.phase, turn.problem), stalled="InvalidSpec")


def contested(turn: Turn) -> Draft | None:
    """Leave routes and Deployments to the GoLive that named them first."""
    if not turn.facts.conflict:
        return None
    return replace(turn.to(turn.status.phase, turn.facts.conflict), stalled="Conflict")


def discover(turn: Turn) -> Draft | None:
    """Read the live colour off the routes, once, at first sight."""
    if turn.status.live is not None:
        return None
    for colour in Colour:
        if all(route.all_on(colour) for _, _, route in turn.routes()):
            return turn.to(Phase.PENDING, f"{colour} is live", live=colour)
    draft = turn.to(Phase.PENDING, _split(turn))
    return replace(draft, stalled="InvalidSpec")


def _split(turn: Turn) -> str:
    component, _, route = next(
        found for found in turn.routes() if not found[2].all_on(turn.spec.target.other)
    )
    fresh, live = component.colour(turn.spec.target).service, component.colour(turn.spec.target.other).service
    return (
        f"HTTPRoute {route.name}: no colour has all of the traffic on every route, so none can be called live:"
        f" write weight 100 for Service {live} and 0 for Service {fresh}, or the other way round, on all routes"
    )


def remember(turn: Turn) -> Draft | None:
    """Stay rolled back where this release failed before its GoLive was deleted and applied again."""
    past = turn.facts.past
    if past is None or turn.status.run is not None or turn.spec.target is turn.live or not past.failed:
        return None
    if (past.to, past.version) != (turn.spec.target, turn.spec.version or ""):
        return None
    if not turn.revision(past.to):
        return turn.wait(Waiting.PODS, f"waits to see whether {past.to} runs what has failed before")
    if past.revision != turn.revision(past.to):
        return None
    run = RunStatus(
        number=past.number,
        from_=turn.live,
        to=past.to,
        version=past.version,
        revision=past.revision,
        started_at=turn.now,
    )
    draft = turn.to(Phase.ROLLED_BACK, leave.outcome(turn), run=run)
    return replace(draft, stalled=Phase.ROLLED_BACK.value)


def arrive(turn: Turn) -> Draft | None:
    """Rest where the target is live."""
    if turn.spec.target is not turn.live:
        return None
    return turn.to(Phase.LIVE, f"{turn.live} is live", step=None, rollback=None)


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
    return go_back(turn, causes.GoBack(causes.Ends.RETURNED, f"target was set back to {turn.spec.target}"))


def _quiet_since(turn: Turn) -> datetime:
    # Target and image may come in one commit, the target first: only `version` tells at once which release is meant.
    return (turn.facts.target_changed_at or turn.now) + timedelta(seconds=turn.facts.settle_seconds)


def _is_what_was_live(turn: Turn) -> bool:
    # Another image or another version asked for makes it a release, which needs its steps.
    if turn.revision(turn.spec.target) != turn.status.previous_revision:
        return False
    asked = turn.spec.version or ""
    deployments = [colour.deployment for _, colour in turn.colours(turn.spec.target)]
    return asked in {"", turn.run.version} or all(found and asked in found.versions for found in deployments)


def stay(turn: Turn) -> Draft:
    """Rest where the target is live; nothing is held any more. What is wrong with the spec is said: it harms nothing yet."""
    reason, note = (Reason.CONFLICT, turn.facts.conflict) if turn.facts.conflict else _noted(turn)
    if not note:
        return replace(turn.to(turn.status.phase, f"{turn.live} is live"), actions=leave.release(turn))
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
    """Take the target for live where somebody has sent everything to it while nothing was going on."""
    if turn.spec.target is turn.live or not all(
        route.all_on(turn.spec.target) for _, _, route in turn.routes()
    ):
        return None
    live = turn.spec.target
    changes = {"live": live, "live_since": turn.now, "confirmed_at": None, **window_closed()}
    return turn.to(Phase.LIVE, f"{live} is live: it had all of the traffic already", step=None, **changes)


def strayed(turn: Turn) -> Draft | None:
    """Say where a route at rest does not send everything to the live colour; it is left as somebody wrote it."""
    away = [route for _, _, route in turn.routes() if route.weights and not route.all_on(turn.live)]
    if not away:
        return None
    names, other = ", ".join(route.name for route in away), turn.live.other
    return turn.wait(
        Waiting.ROUTE,
        f"{turn.live} is live, but {away[0].writer or 'somebody'} sends traffic to {other} on HTTPRoute {names}:"
        f" write all weight back to {turn.live}, or set target to {other}",
    )


def late_raise(turn: Turn) -> Draft | None:
    """Put down what a raise of ours, given up but carried out late, has left behind."""
    late = [
        route for _, _, route in turn.routes() if route.ours and route.weights and not route.all_on(turn.live)
    ]
    if not late or turn.facts.conflict or nobody_there(turn, turn.live):
        return None
    draft = turn.to(turn.status.phase, f"{turn.live} is live")
    return replace(draft, actions=weights.give_back(turn, turn.live))


def close_window(turn: Turn) -> Draft | None:
    """Forget the way back once the rollback window is over."""
    until = turn.status.rollback_until
    if until is None or turn.now < until:
        return None
    return turn.to(turn.status.phase, f"{turn.live} is live", **window_closed())


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
    return replace(draft, actions=actions, stalled=turn.status.phase.value if ended else "")


def set_out(turn: Turn) -> Draft | None:
    """Leave Live for the other colour."""
    if turn.spec.target is turn.live:
        return None
    return turn.to(Phase.PREPARING, f"prepares {turn.spec.target}", step=None, rollback=None)


def retry(turn: Turn) -> Draft | None:
    """After a rollback only a new version, or a new revision where retryOn says so, starts a run."""
    revision = turn.revision(turn.run.to)
    renewed = bool(revision) and revision != turn.run.revision
    if (turn.spec.version or "") != turn.run.version or (renewed and turn.spec.retry_on == "NewRevision"):
        return turn.to(Phase.PREPARING, f"prepares {turn.spec.target} once more", step=None, rollback=None)
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


def start(turn: Turn) -> Draft:
    """Put the first step of a new run on record; the routes are written once it stands there."""
    block = gates.before_start(turn)
    if block:
        return turn.wait(block.waiting, block.message, block.wake)
    run = RunStatus(
        number=_last_number(turn) + 1,
        from_=turn.live,
        to=turn.spec.target,
        version=turn.spec.version or "",
        revision=turn.revision(turn.spec.target),
        live_revision=turn.revision(turn.live),
        plan_hash=_plan_hash(turn),
        started_at=turn.now,
    )
    first = turn.spec.steps[0]
    step = StepStatus(
        index=1,
        count=len(turn.spec.steps),
        text=f"1/{len(turn.spec.steps)}",
        weight=first.weight,
        intended_at=turn.now,
    )
    ready = tuple(
        ComponentStatus(name=component.name, live_ready=colour.ready)
        for component, colour in turn.colours(turn.live)
    )
    return turn.to(
        Phase.SHIFTING,
        f"raises to {first.weight} %",
        run=run,
        step=step,
        components=ready,
        rollback=None,
        confirmed_at=None,
    )


def _last_number(turn: Turn) -> int:
    past = turn.facts.past.number if turn.facts.past else 0
    return max(past, turn.status.run.number if turn.status.run else 0)


def _plan_hash(turn: Turn) -> str:
    plan = wire(turn.spec) | {"revision": turn.revision(turn.spec.target)}
    plan.pop("suspend", None)
    return hashlib.sha256(json.dumps(plan, sort_keys=True).encode()).hexdigest()[:16]
