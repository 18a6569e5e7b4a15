"""What stands between a GoLive and a higher weight: an ordered chain of blocks. Nothing here is asked on the way down."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from golive.api.spec import Check
from golive.api.status import Outcome, Phase, Waiting
from golive.decide import readiness
from golive.decide.turn import Turn
from golive.facts import IN_A_ROW, Deployment, Reading

_STAMPS: Final = timedelta(seconds=2)
"""managedFields carry whole seconds, and are compared with a second to spare."""
AT_A_WEIGHT: Final = 2
"""How many of a check's passes in a row have to be of the weight that stands."""


@dataclass(frozen=True, slots=True)
class Block:
    """Why a weight may not rise, and when time alone may lift it."""

    waiting: Waiting
    message: str
    wake: datetime | None = None


def before_start(turn: Turn) -> Block | None:
    """Return what keeps a run from starting."""
    return next(
        filter(
            None, (ask(turn) for ask in (paused, _pods, _way_back, _version, _settle, unwritten, _queries))
        ),
        None,
    )


def before_raise(turn: Turn, weight: int) -> Block | None:
    """Return what keeps the weight from rising, whoever lowered it and whatever was decided before."""
    asks: tuple[Callable[[Turn], Block | None], ...] = (paused, _live_changed, _revision, _version)
    short = readiness.shortage(turn, weight)
    return next(filter(None, (ask(turn) for ask in asks)), None) or (
        Block(Waiting.PODS, short) if short else last_samples_pass(turn)
    )


def before_promotion(turn: Turn) -> Block | None:
    """Return what keeps a step from being over: its hold, and enough passes in a row of every check."""
    held, missing = _hold(turn), list(_missing(turn))
    holds = held is not None and turn.now < held
    trouble = last_samples_pass(turn)
    if trouble and not holds:
        return trouble
    if not missing and not holds:
        return None
    until = max(moment for moment in (held, *missing) if moment)
    return Block(
        Waiting.HOLD, f"holds {turn.recorded} %" + (f"; {trouble.message}" if trouble else ""), until
    )


def paused(turn: Turn) -> Block | None:
    """Return the pause that spec.suspend asks for."""
    if not turn.spec.suspend:
        return None
    return Block(Waiting.PAUSED, "paused by spec.suspend: set it to false to go on; going back stays armed")


def _live_changed(turn: Turn) -> Block | None:
    # After 100 % it is no baseline any more, and what runs there by now has been judged by nobody.
    if turn.status.phase is not Phase.SHIFTING or not live_changed(turn):
        return None
    return Block(
        Waiting.PODS,
        f"the live colour {turn.run.from_} changed mid-way: it is the baseline and the way back;"
        " set its template back, or set target back and start again",
    )


def live_changed(turn: Turn) -> bool:
    """Tell whether the live colour's template is another than when the run started."""
    known = bool(turn.revision(turn.run.from_) and turn.run.live_revision)
    return known and not turn.runs_still(turn.run.from_, turn.run.live_revision)


def _pods(turn: Turn) -> Block | None:
    for component, colour in turn.colours(turn.fresh):
        deployment = colour.deployment
        if deployment is None or not deployment.current or not deployment.revision:
            return Block(Waiting.PODS, _not_rolled_out(component.colour(turn.fresh).deployment, deployment))
        if colour.ready < 1:
            service = component.colour(turn.fresh).service
            return Block(Waiting.PODS, f"Service {service} has no ready pod of Deployment {deployment.name}")
    return None


def _revision(turn: Turn) -> Block | None:
    # Mid-way what counts is enough ready pods: one that is away, or one more for the load, is no rollout.
    if turn.revision(turn.fresh):
        return None
    return Block(Waiting.PODS, f"waits to see what {turn.fresh} runs")


def _way_back(turn: Turn) -> Block | None:
    if turn.revision(turn.live):
        return None
    return Block(Waiting.PODS, f"waits to see what {turn.live} runs: it is the way back")


def _not_rolled_out(name: str, seen: Deployment | None) -> str:
    sentence = f"Deployment {name} is not yet rolled out"
    if seen is None:
        return sentence
    if not seen.observed or not seen.revision:
        return f"{sentence}: its controller has not seen its latest change"
    old = f", and {seen.pods - seen.updated} old ones are left" if seen.pods > seen.updated else ""
    return f"{sentence}: {seen.updated} updated and {seen.available} available of {seen.replicas} pods{old}"


def _version(turn: Turn) -> Block | None:
    # The version is the target's: what serves while another release is asked for is not held against it.
    wanted = turn.spec.version if turn.spec.target is turn.fresh else None
    for _, colour in turn.colours(turn.fresh):
        deployment = colour.deployment
        if wanted and deployment and wanted not in deployment.versions:
            runs = ", ".join(sorted(deployment.versions)) or "no version that can be told"
            return Block(
                Waiting.VERSION, f"Deployment {deployment.name} runs {runs}, spec.version is {wanted}"
            )
    return None


def _settle(turn: Turn) -> Block | None:
    changes = [colour.deployment.changed_at for _, colour in turn.colours(turn.fresh) if colour.deployment]
    changes += [turn.facts.target_changed_at] if turn.facts.target_changed_at else []
    until = max(changes, default=turn.now) + timedelta(seconds=turn.facts.settle_seconds)
    if turn.now >= until:
        return None
    return Block(Waiting.SETTLE, "waits for target and Deployments to stay unchanged for a moment", until)


def unwritten(turn: Turn) -> Block | None:
    """Return what keeps the first weight from being written: a write just before it would look as if it took it back."""
    until = max(
        (route.written_at + _STAMPS for _, _, route in turn.routes() if route.written_at), default=turn.now
    )
    if turn.now >= until:
        return None
    return Block(Waiting.SETTLE, "waits for the routes to stay unchanged for a moment", until)


def _queries(turn: Turn) -> Block | None:
    # A query is tried before traffic moves; its value does not matter yet, that Prometheus can answer it does (S3-08).
    if turn.facts.source.message:
        return Block(Waiting.METRICS, turn.facts.source.message)
    for check, component, reading in turn.asked():
        if reading is None:
            return Block(Waiting.METRICS, f"check {check.name} of {component.name} has not been asked yet")
    return None


def last_samples_pass(turn: Turn) -> Block | None:
    """Return the first check whose last sample is no pass or too old; none is asked before there is traffic."""
    # The first step needs readiness only: nothing can be measured.
    if turn.run.traffic_at is None:
        return None
    return next(filter(None, (_passes(turn, *asked) for asked in _asked(turn))), None)


def _asked(turn: Turn) -> list[tuple[Check, str, Reading | None]]:
    return [(check, component.name, reading) for check, component, reading in turn.asked()]


def _passes(turn: Turn, check: Check, component: str, reading: Reading | None) -> Block | None:
    if reading is None or turn.now - reading.taken_at >= 2 * check.interval:
        return Block(Waiting.METRICS, f"check {check.name} of {component} has no fresh value")
    lowered_at = turn.status.step.lowered_at if turn.status.step else None
    if lowered_at and reading.taken_at <= lowered_at:
        return Block(Waiting.METRICS, f"check {check.name} of {component} has not been asked since")
    # Without any traffic a check need not have a value: what was reset to nothing starts over (decision 6).
    blank = (
        not turn.carries(component) and reading.outcome is Outcome.NO_DATA and not turn.facts.source.message
    )
    if reading.outcome is Outcome.PASS or blank:
        return None
    return Block(Waiting.METRICS, _without_value(check, component, reading))


def _without_value(check: Check, component: str, reading: Reading) -> str:
    # The message of a status is written when it changes: values stand in status.checks.
    if reading.outcome in {Outcome.NO_DATA, Outcome.ERROR}:
        return f"check {check.name} of {component}: {reading.message}"
    return f"check {check.name} of {component} is not {check.pass_}"


def _hold(turn: Turn) -> datetime | None:
    """Return when the hold is over; None where the step is not one of the spec, or not yet read back."""
    step = turn.status.step
    asked = turn.next_step(turn.recorded - 1)
    if step is None or step.acknowledged_at is None or asked is None or asked[1].weight != turn.recorded:
        return None
    return step.acknowledged_at + asked[1].hold


def _missing(turn: Turn) -> Iterator[datetime]:
    """Return when each check that has not passed often enough will have, if it goes on so."""
    step = turn.status.step
    lowered_at, reached_at = (step.lowered_at, step.acknowledged_at) if step else (None, None)
    for check, _, reading in turn.asked():
        # A row may have begun at the step before; what passed before the weight was lowered is no proof.
        in_a_row, here = (reading.times(lowered_at), reading.times(reached_at)) if reading else (0, 0)
        left = max(IN_A_ROW - in_a_row, AT_A_WEIGHT - here)
        if left > 0:
            yield (reading.taken_at if reading else turn.now) + left * check.interval
