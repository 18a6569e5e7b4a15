"""The promises, each asked of a history: pure functions that say in sentences where one was broken.

What the operator may not have known yet is allowed for: a breach is seen a scrape and an interval late, pods within a
second, and two operators' clocks differ by less than one.
"""

import copy
import math
from collections.abc import Callable, Iterator
from typing import Any, Final

from golive.api.types import parse_duration
from tests.faults.blackouts import no_answer_is_no_breach, no_answer_is_no_pass
from tests.faults.history import (
    CLOCKS_DIFFER,
    SAME_CLOCK,
    History,
    Move,
    Raw,
    Write,
    green,
    is_colour,
    run_number,
    weights,
)
from tests.faults.steps import no_step_twice
from tests.faults.terms import one_at_a_time
from tests.faults.verdicts import taken_back_at_once
from tests.faults.way_back import in_time

KNOWN_WITHIN: Final = 1.0
"""Seconds until an operator knows of pods."""
SEEN_WITHIN: Final = 5.0
"""Seconds until no passing value from before a breach counts any more: a scrape, two intervals, and a slow machine."""
_ON_THE_WAY: Final = frozenset({"Shifting", "Stabilising"})


def gated(history: History) -> Iterator[str]:
    """I1: a weight rises by one step, on record, after its hold, while the checks pass."""
    for move in _raises(history):
        status, spec = history.status_before(move.write), history.spec_before(move.write)
        step, at = status.get("step") or {}, f"{move}: "
        if status.get("phase") not in _ON_THE_WAY:
            yield at + f"the phase on record is {status.get('phase')}"
        if step.get("weight") != green(move.write.after) or step.get("acknowledgedAt"):
            yield at + f"its intent is not on record, but {step or 'nothing'}"
        if green(move.write.after) != _next(spec, green(move.before)):
            yield at + "that is not the next step"
        missing = _hold_missing(history, move, spec)
        if missing > 0:
            yield at + f"{missing:.1f} s before the hold was over"
        yield from (at + said for said in _out_of_step(history, move))
        if any(begun + SEEN_WITHIN < move.write.at < ended for begun, ended in history.known.breaches):
            yield at + "the check had breached for long"


def _out_of_step(history: History, move: Move) -> Iterator[str]:
    """Say which other route is neither where this one was nor where it goes."""
    step = {green(move.before), green(move.write.after)}
    for name, other in history.routes_before(move.write).items():
        if not other.is_deletion and green(other.after) not in step:
            yield f"the route {name} stands at {green(other.after)}"


def never_onto_nobody(history: History) -> Iterator[str]:
    """I4: no weight rises onto a colour without the pods for it, and nothing is scaled."""
    for move in _raises(history):
        least = max(1, math.ceil(green(move.write.after) * history.known.live_ready / 100))
        ready = history.known.most_ready(move.write.at - KNOWN_WITHIN, move.write.at)
        if ready < least:
            yield f"{move}: {ready} ready pods, it needs {least}"
    for write in history.writes:
        if write.agent and write.kind in {"deployments", "replicasets"}:
            yield f"operator {write.agent} wrote {write.kind} {write.name}"


def only_weights(history: History) -> Iterator[str]:
    """I7: of the user's route nothing but the two weights is written, and their sum stays."""
    for write in history.of("httproutes"):
        if write.agent and (write.verb != "patch" or not isinstance(write.request, list)):
            how = "otherwise than by a JSON patch" if write.verb == "patch" else f"by {write.verb}"
            yield f"operator {write.agent} wrote the route {write.name} {how}"
    for move in history.moves():
        if move.write.agent:
            yield from _more_than_weights(move)


def _more_than_weights(move: Move) -> Iterator[str]:
    if _without_weights(move.write.after) != _without_weights(move.before):
        yield f"{move}: something else in the route has changed"
    if sum(weights(move.write.after).values()) != sum(weights(move.before).values()):
        yield f"{move}: the weights sum to {sum(weights(move.write.after).values())}"
    operations = move.write.request if isinstance(move.write.request, list) else []
    others = [one["path"] for one in operations if one["op"] != "test" and not _is_weight(one)]
    if others:
        yield f"{move}: it writes {', '.join(others)}"


PROMISES: Final[dict[str, Callable[[History], Iterator[str]]]] = {
    "I1": gated,
    "no pass": no_answer_is_no_pass,
    "no breach": no_answer_is_no_breach,
    "I2": taken_back_at_once,
    "I2 in time": in_time,
    "I4": never_onto_nobody,
    "I5": no_step_twice,
    "I6": one_at_a_time,
    "I7": only_weights,
}


def violations(history: History) -> list[str]:
    """Return everything that broke a promise, the promise's number first."""
    return [f"{name}: {said}" for name, ask in PROMISES.items() for said in ask(history)]


def _raises(history: History) -> Iterator[Move]:
    return (move for move in history.moves() if move.raises)


def _next(spec: Raw, weight: int) -> int:
    return min((int(step["weight"]) for step in spec["steps"] if step["weight"] > weight), default=0)


def _hold_missing(history: History, move: Move, spec: Raw) -> float:
    """Return the seconds by which a rise came too early for the step's hold, or for two samples of every check at its weight."""
    held = next((step for step in spec["steps"] if step["weight"] == green(move.before)), None)
    if held is None:
        return 0.0
    earlier = [write for write in history.writes if write.version < move.write.version]
    run = run_number(history.status_before(move.write))
    told = [write for write in earlier if write.kind == "golives" and run_number(write.status) == run]
    acknowledged = _acknowledged(told, held["weight"])
    if acknowledged is None:
        # A weight that was never read back was never held.
        return math.inf
    longest = max(
        _seconds(held.get("hold", "0s")), *(_seconds(check["interval"]) for check in spec["checks"])
    )
    tolerance = SAME_CLOCK if acknowledged.agent == move.write.agent else CLOCKS_DIFFER
    return _read_back(history, acknowledged, held["weight"]) + longest - tolerance - move.write.at


def _acknowledged(told: list[Write], weight: int) -> Write | None:
    """Return the record with which a step was acknowledged last; later ones only repeat it."""
    found = [(write, step) for write in told if _stands_at(step := (write.status.get("step") or {}), weight)]
    marks = ("intendedAt", "acknowledgedAt")
    same = (
        write
        for write, step in found
        if [step.get(mark) for mark in marks] == [found[-1][1].get(mark) for mark in marks]
    )
    return next(same, None)


def _read_back(history: History, acknowledged: Write, weight: int) -> float:
    """Return the earliest moment at which a weight that is on record as read back can have been.

    The record itself may be long on its way: it was written before, and after the route, by who led by then.
    """
    earlier = [write for write in history.writes if write.agent and write.at <= acknowledged.at]
    raised = [
        write.at
        for write in earlier
        if write.kind == "httproutes" and not write.is_deletion and green(write.after) == weight
    ]
    leads = [write.at for write in earlier if write.kind == "leases" and write.agent == acknowledged.agent]
    return max([*raised, *leads[:1]], default=acknowledged.at)


def _stands_at(step: Raw, weight: int) -> bool:
    return step.get("weight") == weight and bool(step.get("acknowledgedAt"))


def _without_weights(route: Raw) -> Any:
    kept = copy.deepcopy({"spec": route["spec"], "metadata": dict(route["metadata"])})
    for name in ("resourceVersion", "generation", "managedFields"):
        kept["metadata"].pop(name, None)
    for rule in kept["spec"].get("rules", ()):
        for ref in rule.get("backendRefs", ()):
            if is_colour(ref["name"]):
                ref.pop("weight", None)
    return kept


def _is_weight(operation: Raw) -> bool:
    return str(operation["path"]).endswith("/weight")


def _seconds(text: str) -> float:
    return parse_duration(text).total_seconds()
