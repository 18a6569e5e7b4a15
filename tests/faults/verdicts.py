"""What follows a verdict, asked of a history: nothing but live = 100, until that is what the route says."""

import math
from collections.abc import Iterator
from dataclasses import dataclass

from tests.faults.history import (
    SAME_CLOCK,
    History,
    Move,
    Raw,
    Write,
    all_on_blue,
    green,
    moment,
    weights,
)

_TAKEN_BACK = frozenset({"RolledBack", "Aborted"})


@dataclass(frozen=True, slots=True)
class Verdict:
    """From when on nothing but live = 100 was to be written, and up to which record."""

    at: float
    """By the clock of the operator whose verdict it is."""
    until: float
    """The version of the record that says that traffic was taken back."""

    def forbids(self, history: History, move: Move) -> bool:
        """Tell whether a write came after it, by every clock there is."""
        if not self.at + SAME_CLOCK < move.write.at or move.write.version > self.until:
            return False
        # An operator that has just started knows the time to a second: its own stamps are in order all the same.
        return not any(
            _acknowledges(write, green(move.write.after), self.at)
            for write in history.of("golives")
            if write.version > move.write.version
        )


def verdicts(history: History) -> Iterator[Verdict]:
    """Return every verdict on record, the moment it fell and the record of its end."""
    found: dict[str, float] = {}
    for write in history.of("golives"):
        rollback = _rollback(write) if write.agent else {}
        if "at" in rollback:
            known = found.setdefault(rollback["at"], math.inf)
            found[rollback["at"]] = min(known, write.version if rollback.get("revertedAt") else math.inf)
    return (Verdict(moment(at), until) for at, until in found.items())


def _acknowledges(write: Write, weight: int, by: float) -> bool:
    step = write.status.get("step") or {}
    return step.get("weight") == weight and "acknowledgedAt" in step and moment(step["acknowledgedAt"]) <= by


def _rollback(write: Write) -> Raw:
    return write.status.get("rollback") or {}


def taken_back_at_once(history: History) -> Iterator[str]:
    """I2: after a verdict the next write of the route is live = 100, and no run ends as taken back before it."""
    fallen = list(verdicts(history))
    for move in history.moves():
        if not move.write.agent or all_on_blue(move.write.after):
            continue
        status = history.status_before(move.write)
        if status.get("phase") == "RollingBack":
            yield f"{move}: after the verdict {status['rollback']['rule']}"
        elif any(verdict.forbids(history, move) for verdict in fallen):
            yield f"{move}: after a verdict that was put on record later"
    yield from _told_too_early(history)


def _told_too_early(history: History) -> Iterator[str]:
    for write in history.of("golives"):
        if not (write.agent and _says_taken_back(history, write)):
            continue
        for route in history.routes_before(write).values():
            if not is_back(route):
                yield f"operator {write.agent} says that traffic was taken back: {weights(route.after)}"


def _says_taken_back(history: History, write: Write) -> bool:
    status, before = write.status, history.status_before(write)
    reverted = _rollback(write).get("revertedAt")
    if reverted and reverted != (before.get("rollback") or {}).get("revertedAt"):
        return True
    return status.get("phase") in _TAKEN_BACK and before.get("phase") != status.get("phase")


def is_back(route: Write) -> bool:
    """Tell whether a write of the route left all traffic with the live colour."""
    # A route that is gone gives nobody any traffic.
    return route.is_deletion or all_on_blue(route.after)
