"""What an operator does while Prometheus is away, asked of a history: no answer is no pass, and no breach."""

from collections.abc import Iterator
from typing import Final

from golive.api.types import parse_duration
from tests.faults.history import CLOCKS_DIFFER, History, Raw, green, moment
from tests.faults.terms import ON_ITS_WAY

ANSWERS: Final = 2
"""Intervals for which an answer counts."""


def no_answer_is_no_pass(history: History) -> Iterator[str]:
    """I1: what has traffic rises only on answers younger than two intervals; without Prometheus there are none."""
    for move in history.moves():
        if not (move.raises and green(move.before)):
            continue
        counts_for = ANSWERS * _longest_interval(history.spec_before(move.write)) + ON_ITS_WAY
        for away in history.known.blackouts:
            if away.begun + counts_for < move.write.at < away.ended:
                yield f"{move}: Prometheus had been away for {move.write.at - away.begun:.1f} s"


def no_answer_is_no_breach(history: History) -> Iterator[str]:
    """Error is not breach: no verdict of a check falls that had not breached by then."""
    told: set[str] = set()
    for write in history.of("golives"):
        rollback = write.status.get("rollback") or {} if write.agent else {}
        if "at" not in rollback or rollback["at"] in told or not _is_of_a_check(rollback, write.after):
            continue
        told.add(rollback["at"])
        fell = moment(rollback["at"]) + CLOCKS_DIFFER
        if not any(begun < fell for begun, _ in history.known.breaches):
            yield f"operator {write.agent} says {rollback['rule']}, and nothing had breached"


def _is_of_a_check(rollback: Raw, golive: Raw) -> bool:
    names = (check["name"] for check in golive["spec"].get("checks", ()))
    return any(rollback.get("rule", "").startswith(f"{name} ") for name in names)


def _longest_interval(spec: Raw) -> float:
    return max(parse_duration(check["interval"]).total_seconds() for check in spec["checks"])
