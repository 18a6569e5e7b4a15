"""Turn what was seen and the load's own log into figures: pure, in seconds of one monotonic clock.

Which response is whose comes from the log alone; the watches only say when something was asked for.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from dev.demo.objects import GoLive, Rollback
from dev.demo.timeline import Seen, Weights
from dev.load import figures
from dev.load.log import Entry

Pair = tuple[int, int]
"""The weights of the new and of the live colour."""

HEARD = 1.0
"""Seconds for a gateway to hear of the way back once it is written; later failures are counted by themselves."""


@dataclass(frozen=True)
class Act:
    """The moments the demo itself marked in one act, and the colour that was to go live in it."""

    start: float
    end: float
    new: str
    live: str
    fault: float | None = None
    """When the fault was asked for."""
    visible: float | None = None
    """The last moment at which the breach could not be seen yet, or at which the API server knew."""
    late: str = ""
    """What did not happen in time, where the act ended early."""


@dataclass(frozen=True)
class Step:
    """The responses while one step's weight was acknowledged."""

    weight: int
    observed_share: float | None
    """In percent; None when the weight was never acknowledged."""
    seconds: float = 0.0
    """How long the route carried it."""


@dataclass(frozen=True)
class Shift:
    """A go-live that goes well."""

    requests: int
    failed: int
    steps: tuple[Step, ...]
    seconds: float
    """From the first weight above 0 to 100 %."""
    lasted: float
    """Seconds of the whole act, to which the requests belong."""
    asked: tuple[Pair, ...]
    """Every (new, live) pair of weights that the route had, in order."""


@dataclass(frozen=True)
class Revert:
    """A go-live that is taken back; None wherever the thing measured did not happen."""

    requests: int
    breach_visible_to_verdict_s: float | None
    verdict_to_written_ms: float | None
    written_to_last_bad_response_ms: float | None
    first_to_last_bad_s: float | None
    failed_after_revert: int | None
    """Failures of requests sent more than HEARD after the route was written."""
    visible_to_last_bad_s: float | None
    failed: int
    first_bad: float | None
    last_bad: float | None
    asked: tuple[Pair, ...]
    rule: str
    """What fired, by status.rollback; empty where nothing is on record."""


def shift(
    act: Act, log: Sequence[Entry], weights: Sequence[Seen[Weights]], golives: Sequence[Seen[GoLive]]
) -> Shift:
    """Measure a good go-live."""
    mine = figures.between(log, act.start, act.end)
    pairs = asked(act, weights)
    climbed = [at for at, pair in pairs if pair[0] > 0]
    whole = [at for at, pair in pairs if pair[0] == 100]  # noqa: PLR2004 - percent
    return Shift(
        requests=len(mine),
        failed=len(figures.failures(mine)),
        steps=tuple(_step(act, seen, mine, weights, golives) for seen in pairs if seen[1][0] > 0),
        seconds=whole[0] - climbed[0] if whole else act.end - act.start,
        lasted=act.end - act.start,
        asked=tuple(pair for _, pair in pairs),
    )


def asked(act: Act, weights: Sequence[Seen[Weights]]) -> list[tuple[float, Pair]]:
    """Give the (new, live) pairs that the route took on in the act, each with its moment."""
    seen = [(one.at, (one.what.get(act.new, 0), one.what.get(act.live, 0))) for one in weights]
    return [(at, pair) for at, pair in seen if act.start <= at < act.end]


def _step(
    act: Act,
    seen: tuple[float, Pair],
    mine: Sequence[Entry],
    weights: Sequence[Seen[Weights]],
    golives: Sequence[Seen[GoLive]],
) -> Step:
    """Measure the share from the acknowledgement of a weight to the next weight."""
    written, (weight, _) = seen
    known = [one.at for one in golives if act.start <= one.at and _acknowledged(one.what, weight)]
    end = min(min((one.at for one in weights if one.at > written), default=act.end), act.end)
    if not known:
        return Step(weight, None, end - written)
    # Two watches, two streams: the acknowledgement may arrive before the weight that it acknowledges.
    share = figures.share(figures.between(mine, max(written, known[0]), end), act.new)
    return Step(weight, None if share is None else round(share, 2), end - written)


def _acknowledged(golive: GoLive, weight: int) -> bool:
    return golive.acknowledged and golive.weight == weight


def revert(
    act: Act, log: Sequence[Entry], weights: Sequence[Seen[Weights]], rollback: Rollback | None
) -> Revert:
    """Measure a go-live that was taken back."""
    mine = figures.between(log, act.start, act.end)
    first, last = figures.first_bad(mine), figures.last_bad(mine)
    written = way_back(act, weights)
    verdict = _verdict_to_written(rollback)
    return Revert(
        requests=len(mine),
        breach_visible_to_verdict_s=_known_to_verdict(act, written, verdict),
        verdict_to_written_ms=_thousandfold(verdict),
        written_to_last_bad_response_ms=_thousandfold(_less(last, written)),
        first_to_last_bad_s=_less(last, first),
        failed_after_revert=_failed_after(mine, written),
        visible_to_last_bad_s=_less(last, act.visible),
        failed=len(figures.failures(mine)),
        first_bad=first,
        last_bad=last,
        asked=tuple(pair for _, pair in asked(act, weights)),
        rule=rollback.rule if rollback else "",
    )


def way_back(act: Act, weights: Sequence[Seen[Weights]]) -> float | None:
    """Give the moment at which the demo's watch saw the new colour at 0 again; None if it never did."""
    if act.fault is None:
        return None
    return next((at for at, pair in asked(act, weights) if at > act.fault and pair[0] == 0), None)


def _verdict_to_written(rollback: Rollback | None) -> float | None:
    """Take the seconds from the verdict to the read-back, both by the operator's one clock."""
    if rollback is None or rollback.at is None or rollback.reverted_at is None:
        return None
    return (rollback.reverted_at - rollback.at).total_seconds()


def _known_to_verdict(act: Act, written: float | None, verdict: float | None) -> float | None:
    """Take the verdict to be as long before the route's change as the operator says.

    Never below 0: the operator may hear of an unready pod some milliseconds before the demo's own watch does.
    """
    seconds = _less(_less(written, act.visible), verdict)
    return None if seconds is None else max(seconds, 0.0)


def _failed_after(mine: Sequence[Entry], written: float | None) -> int | None:
    if written is None:
        return None
    return len(figures.failures(entry for entry in mine if entry.sent > written + HEARD))


def _less(later: float | None, earlier: float | None) -> float | None:
    return None if later is None or earlier is None else later - earlier


def _thousandfold(seconds: float | None) -> float | None:
    return None if seconds is None else seconds * 1000
