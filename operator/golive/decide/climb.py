"""The phases on the way: Shifting, step by step, and Stabilising at 100 %."""

from dataclasses import replace
from datetime import datetime

from golive.api.spec import Action, Component, LateAction
from golive.api.status import ComponentStatus, Outcome, Phase, StepStatus, Waiting
from golive.decide import causes, gates, leave, readiness, weights
from golive.decide.decision import Event, Reason, SaveRun
from golive.decide.stale import once_on_record
from golive.decide.turn import Draft, Turn, share
from golive.facts import PastRun, Reading, RouteFacts


def acknowledge(turn: Turn) -> Draft | None:
    """Take a step for done once every route was read back at its weight: the hold counts from here."""
    step = turn.status.step
    if step is None or step.acknowledged_at is not None or not weights.stand_at(turn, step.weight):
        return None
    changes: dict[str, object] = {
        "step": step.model_copy(update={"acknowledged_at": turn.now}),
        "components": _based(turn),
    }
    if step.weight == weights.WHOLE and turn.status.phase is Phase.SHIFTING:
        return _flip(turn, changes)
    if step.weight == weights.WHOLE:
        changes |= {"live_since": turn.now, "confirmed_at": None}
    return turn.to(turn.status.phase, f"{step.weight} % read back", **changes)


def _flip(turn: Turn, changes: dict[str, object]) -> Draft:
    run = turn.run
    changes |= {
        "live": run.to,
        "live_since": turn.now,
        "previous": run.from_,
        "previous_revision": run.live_revision,
        "rollback_until": turn.now + turn.spec.rollback_window,
        "history": leave.remembered(turn, "Live", f"{run.to} is live"),
    }
    draft = turn.to(Phase.STABILISING, f"{run.to} is live at 100 %", **changes)
    return replace(draft, actions=_unremembered(turn))


def _unremembered(turn: Turn) -> tuple[SaveRun, ...]:
    past, run = turn.facts.past, turn.run
    if past is not None and (past.number, past.outcome) == (run.number, "Live"):
        return ()
    return (SaveRun(PastRun(run.number, run.to, run.version, run.revision, "Live", f"{run.to} is live")),)


def _based(turn: Turn) -> tuple[ComponentStatus, ...]:
    wanted = {
        component.name: colour.deployment.replicas if colour.deployment else 0
        for component, colour in turn.colours(turn.fresh)
    }
    return tuple(
        entry.model_copy(update={"base": wanted.get(entry.name, 0)}) for entry in turn.status.components
    )


def repair(turn: Turn) -> Draft | None:
    """Put down at once what carries more than is on record, whoever wrote it."""
    actions = weights.put_down(turn)
    if not actions or leave.nobody_there(turn, turn.run.from_):
        return None
    written = {action.route for action in actions}
    who = ", ".join(sorted({route.writer for _, _, route in turn.routes() if route.name in written}))
    most = max(action.weight for action in actions)
    message = f"{who or 'somebody'} raised {turn.fresh} above {most} %: put back"
    events = (Event(Reason.ROUTE_REPAIRED, message, warning=True, once=_versions(turn)),)
    return once_on_record(turn, replace(turn.wait(Waiting.ROUTE, message), actions=actions, events=events))


def fallen(turn: Turn) -> Draft | None:
    """Go back to the step that a route was lowered to, from what had been read back; it climbs from there as always."""
    step = turn.status.step
    if step is None:
        return None
    pairs = [(component, route) for component, _, route in turn.routes() if route.weights]
    low = [(part, route) for part, route in pairs if route.least(turn.fresh) < _had(turn, step, part)]
    least = min((route.least(turn.fresh) for _, route in low), default=0)
    floor = turn.next_step(least - 1)
    if not low or floor is None:
        return None
    kept = max((pair[1].weight(turn.fresh) for pair in pairs if pair not in low), default=0)
    lowered = tuple(sorted({*step.lowered, *(share(part, route) for part, route in low)}))
    marks = {"lowered_at": turn.now, "allowed": min(kept, max(step.weight, step.allowed)), "lowered": lowered}
    again = turn.intent(*floor, before=least).model_copy(update=marks)
    message = (
        f"{_who([route for _, route in low])} lowered {turn.fresh} to {least} %: it rises again step by step"
    )
    return turn.wait(Waiting.ROUTE, message, step=again)


def _had(turn: Turn, step: StepStatus, component: Component) -> int:
    """Return what had been read back of a component's routes at the least."""
    if step.acknowledged_at:
        return step.weight
    return max(step.before, min(readiness.recorded(turn, component).weight, step.weight))


def replan(turn: Turn) -> Draft | None:
    """Put the step on record that an edited spec asks for instead of one that waits and that no route carries yet."""
    step = turn.status.step
    if step is None or step.acknowledged_at is not None or step.weight <= step.before or _carried(turn, step):
        return None
    asked = turn.next_step(step.before)
    if asked is None or asked[1].weight == step.weight:
        return None
    # Since when its write may have been tried, and what it waits for, stay as they are: see causes.
    intent = turn.intent(*asked, before=step.before).model_copy(update={"intended_at": step.intended_at})
    return turn.wait(turn.status.waiting_for, f"raises to {intent.weight} %", step=intent)


def _carried(turn: Turn, step: StepStatus) -> bool:
    rising = [
        route for part, _, route in turn.routes() if not step.lowered or share(part, route) in step.lowered
    ]
    return any(route.weight(turn.fresh) > step.before for route in rising)


def unsettled(turn: Turn) -> Draft | None:
    """Hold a run whose spec has become invalid or contested; what takes traffic back stays armed."""
    if not turn.problems and not turn.facts.conflict:
        return None
    # What it waited for before says whether the first write may have been tried: see causes.
    draft = turn.wait(turn.status.waiting_for, turn.problem or turn.facts.conflict)
    return replace(draft, stalled="InvalidSpec" if turn.problems else "Conflict")


def raise_weight(turn: Turn) -> Draft | None:
    """Carry out the step on record, if what it needs still stands."""
    step = turn.status.step
    if step is None or step.acknowledged_at is not None:
        return None
    # Where we wrote a route since, it may have been raised and taken back, and the record be old: see stale.
    is_old = any(route.ours and causes.rewritten(turn, route) for _, _, route in turn.routes())
    waited = is_old or (not turn.run.carried and turn.status.waiting_for is not Waiting.NOTHING)
    block = gates.before_raise(turn, step.weight) or (gates.unwritten(turn) if waited else None)
    if block:
        return turn.wait(block.waiting, block.message, block.wake)
    message = f"raises to {step.weight} %"
    if waited:
        # From when the first write may have been tried has to be on record before it is: see causes.
        return turn.to(turn.status.phase, message, step=step.model_copy(update={"intended_at": turn.now}))
    return replace(turn.to(turn.status.phase, message), actions=weights.raise_to(turn, step.weight))


def undecided(turn: Turn) -> Draft | None:
    """Wait, loudly, for a person where a rule, missing data or the deadline says so."""
    message = _open_question(turn)
    if not message:
        return None
    return turn.wait(
        Waiting.DECISION,
        f"a person must decide: {message}, and it goes on by itself; or set target to {turn.run.from_} to go back",
        _hold_ends(turn),
    )


def _open_question(turn: Turn) -> str:
    for check, component, reading in turn.asked():
        if reading and causes.fired(turn, check, reading) is Action.DECIDE:
            return f"{check.name} of {component.name} fires a rule with action Decide: mend the cause"
    missing = causes.longest_without_data(turn)
    no_data = turn.spec.on_no_data
    if missing and no_data.action is LateAction.DECIDE and turn.now - missing[2] >= no_data.after:
        return f"{missing[0].name} of {missing[1].name} has had no data for too long: bring its data back"
    deadline = turn.spec.deadline
    climbing = turn.status.phase is Phase.SHIFTING
    if (
        climbing
        and deadline
        and deadline.action is LateAction.DECIDE
        and turn.now - turn.run.started_at >= deadline.after
    ):
        return "the climb has passed its deadline: raise spec.deadline.after"
    return ""


def pause(turn: Turn) -> Draft | None:
    """Stay at the weight while suspended."""
    block = gates.paused(turn)
    return turn.wait(block.waiting, block.message) if block else None


def promote(turn: Turn) -> Draft:
    """Put the next step on record once this one's hold is over and every check has passed on end."""
    step = turn.next_step(turn.recorded)
    block = gates.before_promotion(turn) or (gates.before_raise(turn, step[1].weight) if step else None)
    if step is None:
        raise AssertionError("a climb without a next step")
    upcoming = f"{step[1].weight}%" + (f" at {block.wake:%H:%M:%SZ}" if block and block.wake else "")
    if block:
        return turn.wait(block.waiting, block.message, block.wake, next=upcoming)
    intent = turn.intent(*step, before=turn.recorded)
    return turn.to(turn.status.phase, f"raises to {intent.weight} %", step=intent)


def regain(turn: Turn) -> Draft | None:
    """Climb again, after 100 % had been reached, from where somebody lowered it to."""
    return promote(turn) if turn.recorded < weights.WHOLE else None


def confirm(turn: Turn) -> Draft | None:
    """Call it ready once every check has passed twice at 100 %."""
    since = turn.status.live_since
    if turn.status.confirmed_at is not None or since is None:
        return None
    if all(_passed_twice(reading, since) for _, _, reading in turn.asked()):
        return turn.to(Phase.STABILISING, f"{turn.live} is live, every check passes", confirmed_at=turn.now)
    failing = gates.last_samples_pass(turn)
    waiting, why = (
        (Waiting.METRICS, failing.message) if failing else (Waiting.HOLD, "every check has to pass twice")
    )
    return turn.wait(waiting, f"{turn.live} is live at 100 %; {why}")


def settle_down(turn: Turn) -> Draft:
    """Call it stable once the stabilising time is over."""
    since = turn.status.live_since or turn.now
    until = since + turn.spec.stabilise.for_
    if turn.now < until:
        draft = turn.to(
            Phase.STABILISING, f"{turn.live} is live, rules stay armed until {until:%Y-%m-%d %H:%M:%SZ}"
        )
        status = draft.status.model_copy(update={"next": f"stable at {until:%H:%M:%SZ}"})
        return replace(draft, wake=until, status=status, actions=_unremembered(turn))
    failing = gates.last_samples_pass(turn)
    if failing:
        return turn.wait(Waiting.METRICS, f"{turn.live} is live, not yet stable: {failing.message}")
    return replace(turn.to(Phase.LIVE, f"{turn.live} is live and stable"), actions=_unremembered(turn))


def _passes(reading: Reading) -> bool:
    return reading.outcome is Outcome.PASS


def _passed_twice(reading: Reading | None, since: datetime) -> bool:
    return bool(reading and _passes(reading) and reading.times(since) >= gates.AT_A_WEIGHT)


def _hold_ends(turn: Turn) -> datetime | None:
    block = gates.before_promotion(turn)
    return block.wake if block else None


def _who(routes: list[RouteFacts]) -> str:
    return ", ".join(sorted({f"{route.writer or 'somebody'} (HTTPRoute {route.name})" for route in routes}))


def _versions(turn: Turn) -> str:
    return ",".join(f"{route.name}@{route.written_at}" for _, _, route in turn.routes())
