"""Read what the demo needs from objects of the API server: pure, and content with what is not there yet."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from dev.demo.state import Check

Object = dict[str, Any]


@dataclass(frozen=True)
class Rollback:
    """status.rollback: why a run was taken back, and when."""

    rule: str
    value: str
    by: str
    at: datetime | None
    reverted_at: datetime | None


@dataclass(frozen=True)
class GoLive:
    """What the status of a GoLive says, and of its spec what the screen shows."""

    target: str
    version: str = ""
    live: str = ""
    phase: str = ""
    waiting_for: str = ""
    message: str = ""
    step: str = ""
    weight: int = 0
    """The new colour's weight as the operator last read it back."""
    acknowledged: bool = False
    """The present step's weight is in force, says the operator."""
    hold: float = 0
    """Seconds the present step holds."""
    run: int = 0
    ready: bool = False
    """Condition Ready=True, for this generation of the spec."""
    stalled: bool = False
    """Condition Stalled=True, for this generation of the spec."""
    checks: tuple[Check, ...] = ()
    rollback: Rollback | None = None
    rollback_until: datetime | None = None


def golive(item: Object) -> GoLive:
    """Read a GoLive."""
    spec, status = item["spec"], item.get("status") or {}
    step = status.get("step") or {}
    current = status.get("observedGeneration") == item["metadata"].get("generation")
    return GoLive(
        target=spec["target"],
        version=spec.get("version", ""),
        live=status.get("live") or "",
        phase=status.get("phase") or "",
        waiting_for=status.get("waitingFor") or "",
        message=status.get("message") or "",
        step=step.get("text") or "",
        weight=status.get("weight") or 0,
        acknowledged=bool(step.get("acknowledgedAt")),
        hold=_hold(spec, step.get("index") or 0),
        run=(status.get("run") or {}).get("number") or 0,
        ready=current and _condition(status, "Ready"),
        stalled=current and _condition(status, "Stalled"),
        checks=tuple(_check(check, spec) for check in status.get("checks") or []),
        rollback=_rollback(status.get("rollback")),
        rollback_until=_time(status.get("rollbackUntil")),
    )


def _hold(spec: Object, index: int) -> float:
    steps = spec.get("steps") or []
    return seconds(steps[index - 1].get("hold") or "0s") if 0 < index <= len(steps) else 0


def _condition(status: Object, kind: str) -> bool:
    return any(one["type"] == kind and one["status"] == "True" for one in status.get("conditions") or [])


def _check(check: Object, spec: Object) -> Check:
    passes = {one["name"]: one.get("pass", "") for one in spec.get("checks") or []}
    return Check(
        name=check["name"],
        value=_short(check.get("value") or ""),
        limit=check.get("limit") or passes.get(check["name"], ""),
        result=check.get("result") or "",
    )


def _short(value: object) -> str:
    """Cut a number's digits to what a person reads."""
    try:
        return f"{float(str(value)):.4g}"
    except ValueError:
        return str(value)


def _rollback(said: Object | None) -> Rollback | None:
    if not said:
        return None
    return Rollback(
        rule=said.get("rule") or "",
        value=str(said.get("value") or ""),
        by=said.get("by") or "",
        at=_time(said.get("at")),
        reverted_at=_time(said.get("revertedAt")),
    )


def _time(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def seconds(duration: str) -> float:
    """Read a duration such as 1m30s or 500ms; ValueError for anything else."""
    units = {
        "h": timedelta(hours=1),
        "m": timedelta(minutes=1),
        "s": timedelta(seconds=1),
        "ms": timedelta(milliseconds=1),
    }
    total, rest = timedelta(), duration
    while rest:
        number = rest[: len(rest) - len(rest.lstrip("0123456789."))]
        tail = rest[len(number) :]
        unit = tail[: len(tail) - len(tail.lstrip("hms"))]
        if not number or unit not in units:
            raise ValueError(f"{duration!r} is not a duration: write it as 5s, 500ms or 1m30s")
        total += float(number) * units[unit]
        rest = tail[len(unit) :]
    return total.total_seconds()


def weights(route: Object) -> dict[str, int]:
    """Give the weight of each Service that a route names, from its first rule."""
    rules = route["spec"].get("rules") or [{}]
    return {ref["name"]: ref.get("weight", 1) for ref in rules[0].get("backendRefs") or []}


def ready_endpoints(slices: list[Object]) -> dict[str, int]:
    """Count the ready endpoints of each Service over all its EndpointSlices."""
    counts: dict[str, int] = {}
    for item in slices:
        service = item["metadata"].get("labels", {}).get("kubernetes.io/service-name", "")
        # By the API's definition an endpoint that does not say is ready.
        ready = [
            one for one in item.get("endpoints") or [] if (one.get("conditions") or {}).get("ready", True)
        ]
        counts[service] = counts.get(service, 0) + len(ready)
    return counts


def note(event: Object) -> str:
    """Give an event as one line: reason and note."""
    return f"{event.get('reason', '')}: {event.get('note', '')}"
