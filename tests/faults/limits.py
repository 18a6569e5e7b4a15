"""How long the way back may take, from the moment at which the test brought trouble about."""

from typing import Final

UNDISTURBED: Final = 6.0
"""Seconds where no fault lies on the way: a scrape and an interval, and a slow machine."""
LASTS: Final = {
    "kills": 20.0,
    "drops": 10.0,
    "cuts": 10.0,
    "answers": 10.0,
    "delays": 10.0,
    "events": 10.0,
    "expiries": 10.0,
    "stale": 20.0,
    "storms": 60.0,
    "takeovers": 20.0,
    "processes": 25.0,
    "defaults": 40.0,
    "holds": 20.0,
    "leases": 30.0,
    "outages": 90.0,
    "metrics": 6.0,
    "clocks": 20.0,
    "recreations": 20.0,
    "reverts": 20.0,
}
"""Seconds for which the faults of a kind may keep an operator from what it would do: restarts, retries, their own length."""


def longest_way_back(kind: str) -> float:
    """Return the seconds within which a trial's traffic has to be back."""
    return UNDISTURBED + LASTS.get(kind, 0.0)
