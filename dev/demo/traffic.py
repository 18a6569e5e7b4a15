"""Follow the load's log while it grows, for the screen; the figures at the end come from the whole file."""

from collections import deque
from pathlib import Path

from dev.load.figures import failures, share
from dev.load.log import Entry, parse

WINDOW = 3.0
"""Seconds that the screen looks back."""


class Tail:
    """The requests of the last seconds."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._offset = 0
        self._recent: deque[Entry] = deque()

    def recent(self, now: float) -> list[Entry]:
        """Read what is new, and give the requests sent in the last WINDOW seconds."""
        for line in self._new_lines():
            self._recent.append(parse(line))
        while self._recent and self._recent[0].sent < now - WINDOW:
            self._recent.popleft()
        return list(self._recent)

    def _new_lines(self) -> list[str]:
        """Read whole lines only: the last one may still be on its way."""
        try:
            with self._path.open("rb") as file:
                file.seek(self._offset)
                new = file.read()
        except FileNotFoundError:
            return []
        whole = new[: new.rfind(b"\n") + 1]
        self._offset += len(whole)
        return whole.decode().splitlines()


def observed(entries: list[Entry], colour: str) -> tuple[float | None, float, float]:
    """Give the share in percent, the responses and the failures per second of one colour."""
    mine = [entry for entry in entries if entry.colour == colour]
    return share(entries, colour), len(mine) / WINDOW, len(failures(mine)) / WINDOW
