"""The time from trouble to live = 100, asked of a history."""

import math
from collections.abc import Iterator

from tests.faults.history import History, green
from tests.faults.verdicts import is_back


def ways_back(history: History) -> list[float]:
    """Return the seconds from each known trouble of a route with traffic to live = 100; infinite where it never came."""
    routes = history.of("httproutes")
    found = []
    for moment in _troubles(history):
        for name in sorted({write.name for write in routes}):
            of = [write for write in routes if write.name == name]
            met = [write for write in of if write.at <= moment and not write.is_deletion]
            if met and green(met[-1].after):
                back = (write.at - moment for write in of if write.at > moment and is_back(write))
                found.append(next(back, math.inf))
    return found


def in_time(history: History) -> Iterator[str]:
    """I2: traffic is back soon after trouble is there to be seen."""
    limit = history.known.back_within
    for seconds in ways_back(history):
        if seconds > limit:
            how = f"only after {seconds:.1f} s" if seconds < math.inf else "never"
            yield f"traffic came back {how}, {limit:g} s are enough"


def _troubles(history: History) -> Iterator[float]:
    yield from (_seen_from(history, begun) for begun, _ in history.known.breaches)
    yield from (at for at, pods in history.known.ready if pods == 0)


def _seen_from(history: History, begun: float) -> float:
    """Return from when on a breach was there to be seen: not while Prometheus was away, or just before it went."""
    for blackout in history.known.blackouts:
        if blackout.hides(begun):
            return blackout.ended
    return begun
