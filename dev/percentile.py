"""The one percentile that every measurement here is told by."""

from collections.abc import Iterable
from typing import Final

WHOLE: Final = 100
"""Percent."""


def percentile(values: Iterable[float], percent: float) -> float | None:
    """Return what `percent` of the values do not exceed (nearest rank), itself one of them; None without any."""
    ordered = sorted(values)
    if not ordered:
        return None
    rank = -(-len(ordered) * percent // WHOLE)
    return ordered[max(int(rank), 1) - 1]
