"""What is seen, as the status reports it: weights, components and check results, written anew every tick."""

from datetime import timedelta
from typing import Final

from golive.api.spec import Check
from golive.api.status import (
    LONGEST_OF_A_CHECK,
    LONGEST_TEXT,
    MEASURED,
    SPLIT,
    CheckStatus,
    ComponentStatus,
    GoLiveStatus,
    Phase,
    RunStatus,
    Waiting,
    cut,
)
from golive.decide import readiness
from golive.decide.turn import Turn, share
from golive.facts import Reading

FRESHEN: Final = timedelta(minutes=1)
"""How old a written value may get while the result stays the same."""
_WORDS: Final = {"waiting_for", "message", "next"}
_SHARED = SPLIT | {Phase.ROLLING_BACK}


def observed(turn: Turn, status: GoLiveStatus) -> GoLiveStatus:
    """Return a status with everything that was seen this tick filled in."""
    return status.model_copy(
        update={
            "run": _with_traffic(turn, status),
            "known": _known(turn, status),
            "observed_generation": turn.golive.generation,
            "message": cut(status.message, LONGEST_TEXT),
            "weight": turn.weight_of(turn.fresh_of(status)),
            "components": _components(turn, status),
            "checks": _checks(turn, status, FRESHEN) if _is_judged(turn, status) else status.checks,
        }
    )


def _is_judged(turn: Turn, status: GoLiveStatus) -> bool:
    # The tick that goes back still shows the values it goes back for. Before the start only what is waited for matters.
    waited_for = status.phase is Phase.PREPARING and status.waiting_for is Waiting.METRICS
    return bool({turn.status.phase, status.phase} & SPLIT) or waited_for


def with_newest_values(turn: Turn, status: GoLiveStatus) -> GoLiveStatus:
    """Return a status that is written anyway, with every value as it is by now."""
    measured = {turn.status.phase, status.phase} & MEASURED
    if not measured or status == turn.status:
        return status
    return status.model_copy(update={"checks": _checks(turn, status, timedelta(0))})


def same_but_for_words(one: GoLiveStatus, other: GoLiveStatus) -> bool:
    """Tell whether two statuses say the same but for what is waited for, and how that is said."""
    fields = GoLiveStatus.model_fields.keys() - _WORDS
    return all(getattr(one, field) == getattr(other, field) for field in fields)


def _with_traffic(turn: Turn, status: GoLiveStatus) -> RunStatus | None:
    run = status.run
    if run is None or status.phase not in _SHARED:
        return run
    carried = tuple(
        share(component, route) for component, _, route in turn.routes() if route.weight(run.to) > 0
    )
    if set(carried) <= set(run.carried):
        return run
    named = {share(component, route) for component, seen in turn.components() for route in seen.routes}
    both = tuple(sorted({*run.carried, *carried} & named))
    return run.model_copy(update={"carried": both, "traffic_at": run.traffic_at or turn.now})


def _known(turn: Turn, status: GoLiveStatus) -> tuple[str, ...]:
    live, before = status.live, {*turn.status.known, *(turn.status.run.carried if turn.status.run else ())}
    named = ((share(component, route), route) for component, _, route in turn.routes())
    return tuple(name for name, route in named if live and (name in before or route.all_on(live)))


def _components(turn: Turn, status: GoLiveStatus) -> tuple[ComponentStatus, ...]:
    kept = {entry.name: entry for entry in status.components}
    fresh = turn.fresh_of(status)
    asked = status.step.weight if status.step else None
    entries = []
    for component, seen in turn.components():
        colour = seen.colours[fresh]
        deployment = colour.deployment
        entry = kept.get(component.name, readiness.recorded(turn, component))
        entries.append(
            entry.model_copy(
                update={
                    "weight": min((route.weight(fresh) for route in seen.routes), default=0),
                    "acknowledged": asked is not None and all(r.stands_at(fresh, asked) for r in seen.routes),
                    "ready": f"{colour.ready}/{deployment.replicas if deployment else 0}",
                    "revision": deployment.revision if deployment else "",
                }
            )
        )
    return tuple(entries)


def _checks(turn: Turn, status: GoLiveStatus, freshen: timedelta) -> tuple[CheckStatus, ...]:
    written = {(entry.name, entry.component): entry for entry in status.checks}
    entries = []
    for check, component, reading in turn.asked():
        before = written.get((check.name, component.name))
        if reading is None:
            entries += [before] if before else []
            continue
        now = _check(check, component.name, reading)
        entries.append(before if before and _is_same(before, now, freshen) else now)
    return tuple(entries)


def _check(check: Check, component: str, reading: Reading) -> CheckStatus:
    limit = check.pass_ if reading.rule is None else check.rules[reading.rule].when
    return CheckStatus(
        name=check.name,
        component=component,
        result=reading.outcome,
        value="" if reading.value is None else f"{reading.value:.4g}",
        limit=str(limit),
        query=cut(reading.query, LONGEST_OF_A_CHECK),
        message=cut(reading.message, LONGEST_OF_A_CHECK),
        at=reading.value_at or reading.taken_at,
    )


def _is_same(before: CheckStatus, now: CheckStatus, freshen: timedelta) -> bool:
    # A value that moves within the same result is worth a write only now and then.
    if (before.result, before.limit, before.query) != (now.result, now.limit, now.query):
        return False
    return before.at is not None and now.at is not None and now.at - before.at < freshen
