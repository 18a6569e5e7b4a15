"""What a trace is made of: one trace per run, a span per step, gate, query, write and way back.

Ids follow from the run and the step alone, so that a run stays one trace over restarts and changes of the leader. A span
is told when it ends: the run's own comes last.
"""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from golive.api.golive import GoLive
from golive.api.status import GoLiveStatus, Phase, Waiting, format_time
from golive.ports import Call
from golive.subject import Subject, about, on_run, on_step

_TRACE_BYTES: Final = 16
_SPAN_BYTES: Final = 8
Key = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Span:
    """Something that took a while."""

    name: str
    trace_id: int
    start: datetime
    end: datetime
    parent_id: int | None = None
    """None for the run itself."""
    span_id: int | None = None
    """None where nothing is ever below it: any id will do."""
    attributes: Mapping[str, str | int] = field(default_factory=dict)
    error: str = ""
    """What went wrong; empty where nothing did."""


def trace_id(subject: Subject) -> int:
    """Return the id of a run's trace."""
    return _id(subject.run, _TRACE_BYTES)


def called(call: Call) -> Span | None:
    """Return the span of a query or a request; None between runs."""
    subject = call.subject
    if subject is None or not subject.run:
        return None
    attributes = {**_of(subject), "outcome": call.outcome}
    if call.resource:
        attributes["resource"] = call.resource
    return Span(
        f"{call.verb} {call.resource}" if call.resource else f"query {call.verb}",
        trace_id(subject),
        call.began_at,
        call.began_at + timedelta(seconds=call.seconds),
        _parent(subject),
        attributes=attributes,
        error="" if call.outcome in {"Ok", "Cancelled"} else call.outcome,
    )


@dataclass(slots=True)
class Trail:
    """What this process has to remember between two statuses of a GoLive to tell the spans between them."""

    _waits: dict[Key, tuple[Waiting, datetime]] = field(default_factory=dict)
    """What is waited for, and since when that is known."""
    _from_rest: set[Key] = field(default_factory=set)
    """Who is on the way back of a run that was over, and has been told."""

    def ended(self, golive: GoLive, after: GoLiveStatus, now: datetime) -> Iterator[Span]:
        """List the spans that are over since this status: the gate, the step, the way back, the run."""
        before, subject = golive.status, about(golive, golive.status)
        yield from self._gate(golive.key, subject, after, now)
        yield from _step(subject, before, after, now)
        yield from _way_back(about(golive, after), before, after)
        if on_run(before) is None and after.phase is Phase.ROLLING_BACK:
            self._from_rest.add(golive.key)
        elif golive.key not in self._from_rest:
            yield from _run(subject, before, after, now)
        elif on_run(after) is None:
            self._from_rest.discard(golive.key)

    def _gate(self, key: Key, subject: Subject, after: GoLiveStatus, now: datetime) -> Iterator[Span]:
        held = self._waits.get(key)
        waiting = after.waiting_for if on_run(after) else Waiting.NOTHING
        if held and held[0] is waiting:
            return
        self._waits.pop(key, None)
        if waiting is not Waiting.NOTHING:
            self._waits[key] = waiting, now
        if held and subject.run:
            attributes = {**_of(subject), "waiting_for": held[0].value}
            parent = _parent(subject)
            yield Span(f"gate {held[0]}", trace_id(subject), held[1], now, parent, attributes=attributes)


def _step(subject: Subject, before: GoLiveStatus, after: GoLiveStatus, now: datetime) -> Iterator[Span]:
    step, following = on_step(before), on_step(after)
    if step is None or step.intended_at is None:
        return
    if following and following.intended_at == step.intended_at:
        return
    end = following.intended_at if following and following.intended_at else now
    attributes = {**_of(subject), "weight": step.weight}
    yield Span(
        f"step {step.text}",
        trace_id(subject),
        step.intended_at,
        max(end, step.intended_at),
        _root_id(subject),
        _step_id(subject),
        attributes,
        error=_failure(after),
    )


def _way_back(subject: Subject, before: GoLiveStatus, after: GoLiveStatus) -> Iterator[Span]:
    record = after.rollback
    over = record is not None and record.reverted_at and not (before.rollback and before.rollback.reverted_at)
    if record is None or record.reverted_at is None or not over or not subject.run:
        return
    attributes = {**_of(subject), "rule": record.rule, "ends": record.ends}
    yield Span(
        "way back", trace_id(subject), record.at, record.reverted_at, _root_id(subject), attributes=attributes
    )


def _run(subject: Subject, before: GoLiveStatus, after: GoLiveStatus, now: datetime) -> Iterator[Span]:
    run, following = on_run(before), on_run(after)
    if run is None or (following and following.number == run.number):
        return
    outcome = after.rollback.ends if after.rollback else after.phase.value
    whole = Subject(subject.namespace, subject.golive, subject.uid, subject.number)
    attributes = {**_of(whole), "from": run.from_.value, "to": run.to.value, "outcome": outcome}
    yield Span(
        f"run {run.number}",
        trace_id(subject),
        run.started_at,
        now,
        None,
        _root_id(subject),
        attributes,
        error=_failure(after),
    )


def _failure(after: GoLiveStatus) -> str:
    ends = after.rollback.ends if after.rollback else ""
    return ends if ends in {"RolledBack", "Aborted"} else ""


def _of(subject: Subject) -> dict[str, str | int]:
    named = {
        "golive": subject.golive,
        "namespace": subject.namespace,
        "run": subject.run,
        "step": subject.step,
        "check": subject.check,
        "component": subject.component,
    }
    return {key: value for key, value in named.items() if value}


def _parent(subject: Subject) -> int:
    return _step_id(subject) if subject.step else _root_id(subject)


def _root_id(subject: Subject) -> int:
    return _id(f"run {subject.run}", _SPAN_BYTES)


def _step_id(subject: Subject) -> int:
    at = format_time(subject.intended_at) if subject.intended_at else ""
    return _id(f"step {subject.step} {at}", _SPAN_BYTES)


def _id(text: str, size: int) -> int:
    # An id of only zeros would be none; no hash of ours will be.
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:size], "big")
