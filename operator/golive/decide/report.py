"""What is seen, as the status reports it: weights, components and check results, written anew every tick."""

from datetime import timedelta
from typing import Final

from golive.api.spec import Check
from golive.api.status import CheckStatus, ComponentStatus, GoLiveStatus, Phase, RunStatus
from golive.decide import readiness
from golive.decide.turn import Turn, share
from golive.facts import Reading

FRESHEN: Final = timedelta(seconds=30)
"""How old a written value may get while the result stays the same."""
_SHARED = frozenset({Phase.SHIFTING, Phase.STABILISING, Phase.ROLLING_BACK})
_MEASURED = frozenset({Phase.PREPARING, Phase.SHIFTING, Phase.STABILISING})


def observed(turn: Turn, status: GoLiveStatus) -> GoLiveStatus:
    """Return a status with everything that was seen this tick filled in."""
    checks = _checks(turn, status) if status.phase in _MEASURED else status.checks
    return status.model_copy(
        update={
            "run": _with_traffic(turn, status),
            "observed_generation": turn.golive.generation,
            "weight": turn.weight,
            "components": _components(turn, status),
            "checks": checks,
        }
    )


def _with_traffic(turn: Turn, status: GoLiveStatus) -> RunStatus | None:
    run = status.run
    if run is None or status.phase not in _SHARED:
        return run
    carried = tuple(
        share(component, route) for component, _, route in turn.routes() if route.weight(run.to) > 0
    )
    if set(carried) <= set(run.carried):
        return run
    both = tuple(sorted({*run.carried, *carried}))
    return run.model_copy(update={"carried": both, "traffic_at": run.traffic_at or turn.now})


def _components(turn: Turn, status: GoLiveStatus) -> tuple[ComponentStatus, ...]:
    kept = {entry.name: entry for entry in status.components}
    asked = status.step.weight if status.step else None
    entries = []
    for component, seen in turn.components():
        colour = seen.colours[turn.fresh]
        deployment = colour.deployment
        entry = kept.get(component.name, readiness.recorded(turn, component))
        entries.append(
            entry.model_copy(
                update={
                    "weight": min((route.weight(turn.fresh) for route in seen.routes), default=0),
                    "acknowledged": asked is not None
                    and all(r.stands_at(turn.fresh, asked) for r in seen.routes),
                    "ready": f"{colour.ready}/{deployment.replicas if deployment else 0}",
                    "revision": deployment.revision if deployment else "",
                }
            )
        )
    return tuple(entries)


def _checks(turn: Turn, status: GoLiveStatus) -> tuple[CheckStatus, ...]:
    written = {(entry.name, entry.component): entry for entry in status.checks}
    entries = []
    for check, component, reading in turn.asked():
        before = written.get((check.name, component.name))
        if reading is None:
            entries += [before] if before else []
            continue
        now = _check(check, component.name, reading)
        entries.append(before if before and _is_same(before, now) else now)
    return tuple(entries)


def _check(check: Check, component: str, reading: Reading) -> CheckStatus:
    limit = (
        check.rules[reading.rule].when
        if reading.rule is not None and reading.rule < len(check.rules)
        else check.pass_
    )
    return CheckStatus(
        name=check.name,
        component=component,
        result=reading.outcome,
        value="" if reading.value is None else f"{reading.value:.4g}",
        limit=str(limit),
        query=reading.query,
        message=reading.message,
        at=reading.value_at or reading.taken_at,
    )


def _is_same(before: CheckStatus, now: CheckStatus) -> bool:
    # A value that moves within the same result is worth a write only now and then.
    if (before.result, before.limit, before.query) != (now.result, now.limit, now.query):
        return False
    return before.at is not None and now.at is not None and now.at - before.at < FRESHEN
