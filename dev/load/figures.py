"""Figures of a load log: pure functions over entries, whatever their order.

An interval is [start, end) by the moment a request was sent, unless a function says otherwise.
"""

from collections import Counter
from collections.abc import Iterable, Sequence

from dev.load.log import Entry
from dev.percentile import percentile


def between(entries: Iterable[Entry], start: float, end: float) -> list[Entry]:
    """Select the requests sent in [start, end)."""
    return [entry for entry in entries if start <= entry.sent < end]


def failures(entries: Iterable[Entry]) -> list[Entry]:
    """Select the failed requests."""
    return [entry for entry in entries if entry.failed]


def requests_by_colour(entries: Iterable[Entry]) -> dict[str, int]:
    """Count requests by the colour that answered; "" where no application did."""
    return dict(Counter(entry.colour for entry in entries))


def share(entries: Sequence[Entry], colour: str) -> float | None:
    """Give the share of one colour in percent of all requests, None without any request."""
    if not entries:
        return None
    return 100 * sum(entry.colour == colour for entry in entries) / len(entries)


def first_bad(entries: Iterable[Entry]) -> float | None:
    """Give the moment at which the first failure was received."""
    return min((entry.done for entry in failures(entries)), default=None)


def last_bad(entries: Iterable[Entry]) -> float | None:
    """Give the moment at which the last failure was received."""
    return max((entry.done for entry in failures(entries)), default=None)


def outside(entries: Iterable[Entry], start: float, end: float) -> list[Entry]:
    """Select the failures that were received before `start` or after `end`."""
    return [entry for entry in failures(entries) if not start <= entry.done <= end]


def summary(entries: Sequence[Entry]) -> str:
    """Say in one line what happened."""
    if not entries:
        return "0 requests"
    latencies = [entry.ms for entry in entries]
    colours = sorted(colour for colour in requests_by_colour(entries) if colour)
    parts = [f"{len(entries):,} requests", f"{len(failures(entries)):,} failed"]
    parts += [f"{colour} {share(entries, colour):.1f} %" for colour in colours]
    parts += [f"p{percent} {percentile(latencies, percent):.1f} ms" for percent in (50, 99)]
    return ", ".join(parts)
