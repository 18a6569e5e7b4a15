"""How many ready pods each backend has had of late: what a rule such as `unready for 10 s` looks back on."""

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from golive.facts import ReadyPoint
from golive.observe.references import Backend

LOOK_BACK: Final = timedelta(seconds=30)
_MOST: Final = 256
Place = tuple[str, Backend]
"""Namespace and backend."""


@dataclass(slots=True)
class ReadyHistory:
    """The changes of each backend's ready pods over the last 30 s."""

    _points: dict[Place, deque[ReadyPoint]] = field(default_factory=dict)

    def note(self, place: Place, ready: int, now: datetime) -> None:
        """Take down a count; only a change is kept."""
        points = self._points.setdefault(place, deque(maxlen=_MOST))
        if not points or points[-1].ready != ready:
            points.append(ReadyPoint(now, ready))
        # The newest point before the look-back says what was true when it began.
        while len(points) > 1 and points[1].at <= now - LOOK_BACK:
            points.popleft()

    def points(self, place: Place) -> tuple[ReadyPoint, ...]:
        """Return the changes, oldest first."""
        return tuple(self._points.get(place, ()))

    def forget(self, places: Iterable[Place]) -> None:
        """Drop what nobody looks at any more."""
        for place in places:
            self._points.pop(place, None)
