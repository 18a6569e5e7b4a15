"""Who led when, by who wrote the Lease, and what was written out of turn."""

import math
from collections import defaultdict
from collections.abc import Iterator
from typing import Final

from tests.faults.history import History, Write

ON_ITS_WAY: Final = 2.0
"""Seconds that a write may take from a leader to the API server."""
_LED: Final = frozenset({"golives", "httproutes"})


def one_at_a_time(history: History) -> Iterator[str]:
    """I6: once another operator has written an object, no write of the one before takes effect; no Lease, no write."""
    for writes in _by_object(history).values():
        yield from _out_of_turn(history, writes)
    if history.known.renew_deadline is not None:
        yield from _without_a_lease(history, history.known.renew_deadline)


def _by_object(history: History) -> dict[tuple[str, str], list[Write]]:
    found: dict[tuple[str, str], list[Write]] = defaultdict(list)
    for write in history.writes:
        of = found[write.kind, write.name]
        # A write that changed nothing has the version of the one before it.
        if write.agent and write.version and not (of and of[-1].version == write.version):
            of.append(write)
    return found


def _out_of_turn(history: History, writes: list[Write]) -> Iterator[str]:
    terms, seen = _terms(history), [0]
    for write in writes:
        led_before = write.agent in terms and any(
            terms.get(other, -math.inf) > terms[write.agent] for other in seen
        )
        if write.agent != seen[-1] and (write.agent in seen or led_before):
            yield f"operator {write.agent} wrote {write.kind} {write.name} after operator {seen[-1]} had"
        seen.append(write.agent)


def _terms(history: History) -> dict[int, float]:
    """Return when each operator's term began: with its first write of the Lease, which ends the one before."""
    found: dict[int, float] = {}
    for write in history.of("leases"):
        if write.agent:
            found[write.agent] = min(write.at, found.get(write.agent, math.inf))
    return found


def _without_a_lease(history: History, renew_deadline: float) -> Iterator[str]:
    told: set[int] = set()
    for write in history.writes:
        # Who goes on without it writes a lot: the first says it all.
        if not write.agent or write.kind not in _LED or write.agent in told:
            continue
        of = [lease.at for lease in history.of("leases") if lease.agent == write.agent]
        renewed = [at for at in of if at <= write.at]
        late = write.at - max(renewed, default=-math.inf)
        if late > renew_deadline + ON_ITS_WAY:
            told.add(write.agent)
            how_late = f"{late:.1f} s after its last write of" if renewed else "without ever having written"
            yield f"operator {write.agent} wrote {write.kind} {write.name} {how_late} the Lease"
