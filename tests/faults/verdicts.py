"""What follows a verdict, asked of a history: nothing but live = 100, until that is what the route says."""

from collections.abc import Iterator

from tests.faults.history import BLUE, GREEN, History, Write, weights

BACK = {BLUE: 100, GREEN: 0}
_TAKEN_BACK = frozenset({"RolledBack", "Aborted"})


def taken_back_at_once(history: History) -> Iterator[str]:
    """I2: after a verdict the next write of the route is live = 100, and no run ends as taken back before it."""
    for move in history.moves():
        status = history.status_before(move.write)
        if move.write.agent and status.get("phase") == "RollingBack" and weights(move.write.after) != BACK:
            yield f"{move}: after the verdict {status['rollback']['rule']}"
    yield from _told_too_early(history)


def _told_too_early(history: History) -> Iterator[str]:
    routes = history.of("httproutes")
    for write in history.of("golives"):
        earlier = [route for route in routes if route.version < write.version]
        if write.agent and _says_taken_back(history, write) and earlier and not _is_back(earlier[-1]):
            yield f"operator {write.agent} says that traffic was taken back: {weights(earlier[-1].after)}"


def _says_taken_back(history: History, write: Write) -> bool:
    status, before = write.after.get("status") or {}, history.status_before(write)
    reverted = (status.get("rollback") or {}).get("revertedAt")
    if reverted and reverted != (before.get("rollback") or {}).get("revertedAt"):
        return True
    return status.get("phase") in _TAKEN_BACK and before.get("phase") != status.get("phase")


def _is_back(route: Write) -> bool:
    # A route that is gone gives nobody any traffic.
    return route.verb == "delete" or weights(route.after) == BACK
