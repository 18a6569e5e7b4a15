"""The way into a run: what is live at first sight, what keeps a release from starting, and its first step."""

import hashlib
import json
from dataclasses import replace

from golive.api.spec import Colour, wire
from golive.api.status import ComponentStatus, Phase, RunStatus, Waiting
from golive.decide import gates, leave
from golive.decide.turn import Draft, Turn


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


def reconsider(turn: Turn) -> Draft | None:
    """Rest where it was taken back, if what was asked for instead is asked for no more."""
    record, run = turn.status.rollback, turn.status.run
    if (
        record is None
        or run is None
        or turn.spec.target is not run.to
        or turn.spec.version not in {None, run.version}
    ):
        return None
    if turn.revision(run.to) != run.revision or record.ends not in {
        phase.value for phase in leave.TAKEN_BACK
    }:
        return None
    return replace(turn.to(Phase(record.ends), leave.outcome(turn)), stalled=record.ends)


def begin(turn: Turn) -> Draft:
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
        components=tuple(sorted(component.name for component in turn.spec.components)),
        plan_hash=_plan_hash(turn),
        started_at=turn.now,
    )
    first = turn.spec.steps[0]
    ready = tuple(
        ComponentStatus(name=component.name, live_ready=colour.ready)
        for component, colour in turn.colours(turn.live)
    )
    return turn.to(
        Phase.SHIFTING,
        f"raises to {first.weight} %",
        run=run,
        step=turn.intent(1, first, before=0),
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
