"""Figures of a bench: pure."""

from collections.abc import Mapping, Sequence
from typing import Final

from dev.percentile import WHOLE, percentile

RISE: Final = 0.05
"""The share of its mean by which a flat value may rise in an hour."""
LEAST_SECONDS: Final = 600
"""Below this a slope is noise."""


def spread(values: Sequence[float], digits: int = 1) -> dict[str, float | None]:
    """Return p50, p99 and the largest of some values."""
    points = {"p50": percentile(values, 50), "p99": percentile(values, 99), "max": percentile(values, WHOLE)}
    return {name: None if value is None else round(value, digits) for name, value in points.items()}


def slope(points: Sequence[tuple[float, float]]) -> float:
    """Return the rise of a value per unit of x, by least squares; 0 for fewer than two different x."""
    count = len(points)
    if count == 0:
        return 0.0
    mean_x, mean_y = sum(x for x, _ in points) / count, sum(y for _, y in points) / count
    square = sum((x - mean_x) ** 2 for x, _ in points)
    if square == 0:
        return 0.0
    return sum((x - mean_x) * (y - mean_y) for x, y in points) / square


def flatness(points: Sequence[tuple[float, float]]) -> dict[str, float | bool | None]:
    """Judge a value over seconds by its last two thirds: flat where it rises by at most 5 % of its mean in an hour.

    A few minutes say nothing: None.
    """
    first, last = points[0][0], points[-1][0]
    later = [point for point in points if point[0] >= first + (last - first) / 3]
    mean = sum(value for _, value in later) / len(later)
    rise = 3600 * slope(later)
    flat = rise <= RISE * mean if last - first >= LEAST_SECONDS else None
    return {"mean": round(mean, 2), "per_hour": round(rise, 3), "flat": flat}


def quantile(buckets: Mapping[float, float], share: float) -> float | None:
    """Return the upper bound of the bucket in which a share of a cumulative histogram's values lies."""
    total = max(buckets.values(), default=0.0)
    if not total:
        return None
    return min(bound for bound, count in buckets.items() if count >= share * total)


def added(before: Mapping[float, float], after: Mapping[float, float]) -> dict[float, float]:
    """Return what came into a cumulative histogram between two looks at it; nothing where one look saw none."""
    if not before or not after:
        return {}
    return {bound: count - before.get(bound, 0.0) for bound, count in after.items()}


def buckets(text: str, name: str) -> dict[float, float]:
    """Read a histogram's cumulative buckets from what /metrics says; labels but `le` are added up."""
    found: dict[float, float] = {}
    for line in text.splitlines():
        if line.startswith(f"{name}_bucket{{"):
            bound = float(line.split('le="')[1].split('"')[0])
            found[bound] = found.get(bound, 0.0) + float(line.rsplit(" ", 1)[1])
    return found


def lag_ms(before: Mapping[float, float], after: Mapping[float, float]) -> float | None:
    """Return p99, in ms, of what came into a histogram of seconds between two looks; None where nothing is known."""
    found = quantile(added(before, after), 0.99)
    return None if found is None else found * 1000


def worst(by_round: Mapping[str, float | None]) -> float | None:
    """Return the largest figure of all rounds; None where one of them is not known."""
    known = [value for value in by_round.values() if value is not None]
    return max(known) if known and len(known) == len(by_round) else None
