"""Follow the load's log while it grows, for the screen; the figures at the end come from the whole file."""

from collections import deque
from pathlib import Path

from dev.load.figures import failures, share
from dev.load.log import Entry, parse
from dev.new_lines import NewLines

WINDOW = 3.0
"""Seconds that the screen looks back."""


class Tail:
    """The requests of the last seconds."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._new_lines = NewLines(path)
        self._recent: deque[Entry] = deque()

    def recent(self, now: float) -> list[Entry]:
        """Read what is new, and give the requests sent in the last WINDOW seconds."""
        # The load may not have begun to write it yet.
        for line in self._new_lines if self._path.exists() else ():
            self._recent.append(parse(line))
        while self._recent and self._recent[0].sent < now - WINDOW:
            self._recent.popleft()
        return list(self._recent)


def observed(entries: list[Entry], colour: str) -> tuple[float | None, float, float]:
    """Give the share in percent, the responses and the failures per second of one colour."""
    mine = [entry for entry in entries if entry.colour == colour]
    return share(entries, colour), len(mine) / WINDOW, len(failures(mine)) / WINDOW
