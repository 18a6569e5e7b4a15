"""From answers and writes to figures of how breaches were met: pure. Moments are seconds since 1970."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from dev.bench.audit import Request, goes_back
from dev.bench.figures import spread
from dev.percentile import WHOLE, percentile

GRACE: Final = 0.25
"""Seconds within which Prometheus has kept what it was handed: an answer within may not have shown the breach yet."""


@dataclass(frozen=True, slots=True)
class Revert:
    """A breach and what followed it."""

    visible: float | None
    """When the breached value was handed to Prometheus; None where it never was."""
    answered: float | None
    """When Prometheus first answered its question after that; None where it was not asked before the write."""
    write: Request | None
    """The first write of live = 100; None where there was none."""

    @property
    def answer_to_written(self) -> float | None:
        """Seconds from the answer that showed the breach to the API server's answer to the write."""
        if self.answered is None or self.write is None:
            return None
        return self.write.answered - self.answered

    @property
    def visible_to_written(self) -> float | None:
        """Seconds from the breach's being visible to the API server's answer to the write."""
        if self.visible is None or self.write is None:
            return None
        return self.write.answered - self.visible


def revert(
    asked: Sequence[float], visible: float | None, requests: Iterable[Request], services: tuple[str, str]
) -> Revert:
    """Match one breach with its verdict and its write.

    `asked` are the moments at which Prometheus answered the GoLive's question, `requests` the writes of its route in
    their order, `services` the one that is live and the other. The verdict is the first answer at or after the breach
    was visible, however late the write follows it; a write before that answer answers another breach.
    """
    write = next((one for one in requests if goes_back(one.body, *services)), None)
    answered = None if visible is None else min((at for at in asked if at >= visible), default=None)
    if answered is not None and write is not None and write.received < answered:
        answered = None
    return Revert(visible, answered, write)


def figures(reverts: Sequence[Revert]) -> dict[str, Any]:
    """Return what the breaches of a round came to; what could not be matched is counted, and no figure hides it."""
    verdicts = [one.answer_to_written for one in reverts]
    matched = [seconds for seconds in verdicts if seconds is not None]
    seen = [seconds for one in reverts if (seconds := one.visible_to_written) is not None]
    writes = [one.write for one in reverts if one.write is not None]
    return {
        "breaches": len(reverts),
        "breaches_matched": len(matched),
        "breaches_unmatched": len(reverts) - len(matched),
        "answers_maybe_before_kept": sum(_is_early(one) for one in reverts),
        "verdict_to_written_ms": spread([1000 * seconds for seconds in matched]),
        "last_verdict_to_written_s": _rounded(percentile(matched, WHOLE)),
        "visible_to_written_s": spread(seen, 2),
        "api_server_route_patch_ms": spread([1000 * (one.answered - one.received) for one in writes]),
        "first_visible_to_last_written_s": _rounded(_whole_round(reverts, writes)),
    }


def _is_early(one: Revert) -> bool:
    return one.answered is not None and one.visible is not None and one.answered < one.visible + GRACE


def _whole_round(reverts: Sequence[Revert], writes: Sequence[Request]) -> float | None:
    visible = [one.visible for one in reverts if one.visible is not None]
    if not reverts or len(writes) < len(reverts) or not visible:
        return None
    return max(one.answered for one in writes) - min(visible)


def _rounded(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds, 3)


def by_route(requests: Iterable[Request]) -> Mapping[str, list[Request]]:
    """Sort requests by the name of what they are about, each in order."""
    found: dict[str, list[Request]] = {}
    for one in sorted(requests, key=lambda one: one.answered):
        found.setdefault(one.key[1], []).append(one)
    return found
