"""The state machine as data: which phase may follow which, and why. An unlisted transition raises.

`docs/architecture.md` draws its diagram from this table.
"""

from typing import Final

from golive.api.status import Phase

TRANSITIONS: Final[dict[tuple[Phase, Phase], str]] = {
    (Phase.PENDING, Phase.LIVE): "target is live",
    (Phase.PENDING, Phase.PREPARING): "target is not live",
    (Phase.PENDING, Phase.ROLLED_BACK): "this release failed before it was deleted",
    (Phase.PREPARING, Phase.LIVE): "target set back",
    (Phase.PREPARING, Phase.STABILISING): "target set back before it was stable",
    (Phase.PREPARING, Phase.ROLLED_BACK): "the version that failed is asked for again",
    (Phase.PREPARING, Phase.ABORTED): "the version that failed is asked for again",
    (Phase.PREPARING, Phase.SHIFTING): "pods, version and settle are fine",
    (Phase.PREPARING, Phase.ROLLING_BACK): "target is what was live, within rollbackWindow",
    (Phase.SHIFTING, Phase.STABILISING): "100 % read back",
    (Phase.SHIFTING, Phase.ROLLING_BACK): "breach, target set back, new revision, taken back, deleted",
    (Phase.STABILISING, Phase.LIVE): "stable, or moved by hand to the next target",
    (Phase.STABILISING, Phase.ROLLING_BACK): "breach, target set back, taken back",
    (Phase.STABILISING, Phase.PREPARING): "another release",
    (Phase.ROLLING_BACK, Phase.ROLLED_BACK): "breach",
    (Phase.ROLLING_BACK, Phase.ABORTED): "a person took it back",
    (Phase.ROLLING_BACK, Phase.LIVE): "target set back",
    (Phase.ROLLING_BACK, Phase.PREPARING): "new revision",
    (Phase.LIVE, Phase.PREPARING): "target changed",
    (Phase.LIVE, Phase.ROLLING_BACK): "target set back or taken back, within rollbackWindow",
    (Phase.ROLLED_BACK, Phase.LIVE): "target set back",
    (Phase.ROLLED_BACK, Phase.PREPARING): "new version, or new revision with retryOn",
    (Phase.ABORTED, Phase.LIVE): "target set back",
    (Phase.ABORTED, Phase.PREPARING): "new version, or new revision with retryOn",
}


def checked(before: Phase, after: Phase) -> Phase:
    """Return the phase that follows; a transition that the table does not list is a fault of the operator."""
    if before is not after and (before, after) not in TRANSITIONS:
        raise AssertionError(f"no transition from {before} to {after}")
    return after
