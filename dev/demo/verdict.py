"""From the acts that were played to promises and figures: pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from dev.demo import promises
from dev.demo.measure import Act, Revert, Shift, revert, shift
from dev.demo.objects import Rollback
from dev.demo.promises import Promise
from dev.demo.timeline import Timeline
from dev.load.log import Entry

GOOD = "good release"
NAMES = (GOOD, promises.ERRORS.name, promises.UNREADY.name)
BAD_AT = 25
"""The weight, in percent, at which a bad release turns bad."""

_TAKEN_BACK = {known.name: known for known in (promises.ERRORS, promises.UNREADY)}


@dataclass(frozen=True)
class Verdict:
    """What one act came to."""

    promises: list[Promise]
    figures: Shift | Revert | None = None

    @property
    def kept(self) -> bool:
        """Tell whether every promise was kept."""
        return all(one.ok for one in self.promises)


NOT_PLAYED = "not played: an act before it broke a promise"


def judge(
    name: str, act: Act, log: Sequence[Entry], timeline: Timeline, holds: Mapping[int, float]
) -> Verdict:
    """Measure an act against the steps' holds, seconds by weight; one that ended early breaks a promise by that."""
    early = [promises.missing(name, act.late)] if act.late else []
    if name == GOOD:
        risen = shift(act, log, timeline.weights, timeline.golives)
        return Verdict([*early, *promises.of_shift(risen, holds)], risen)
    known = _TAKEN_BACK[name]
    back = revert(act, log, timeline.weights, rollback(act, timeline))
    return Verdict([*early, *promises.of_revert(act, back, log, climbed(tuple(holds)), known)], back)


def all_of(played: Mapping[str, Verdict]) -> list[Promise]:
    """Give the promises of all acts; one that was not played breaks a promise."""
    unplayed = {name: Verdict([promises.missing(name, NOT_PLAYED)]) for name in NAMES}
    return [one for verdict in {**unplayed, **played}.values() for one in verdict.promises]


def climbed(steps: Sequence[int]) -> list[int]:
    """Give the steps up to the one at which a bad release turns bad."""
    return [step for step in steps if step <= BAD_AT]


def rollback(act: Act, timeline: Timeline) -> Rollback | None:
    """Give the status.rollback that belongs to an act: the last one told after its fault."""
    told = [seen.what.rollback for seen in timeline.golives if act.fault and act.fault < seen.at < act.end]
    return next((one for one in reversed(told) if one and one.reverted_at), None)
