"""What the watches bring: into the cache, and on to the GoLives that it concerns, those first whose traffic may go back."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from golive.act.upward import Upward
from golive.api.status import SPLIT
from golive.observe.cache import Cache
from golive.schedule import Schedule

Key = tuple[str, str]
_MAY_CALL_BACK: Final = frozenset({"GoLive", "EndpointSlice", "Deployment"})
"""Pods may be gone, the target set back, the revision replaced."""


@dataclass(slots=True)
class News:
    """Fills the cache from the first listing on; makes GoLives due once this process ticks."""

    cache: Cache
    schedule: Schedule
    upward: Upward
    _ticks: bool = False

    def put(self, kind: str, raw: Mapping[str, Any]) -> None:
        """Take in an object's state."""
        self._tell(kind, self.cache.put(kind, raw))

    def drop(self, kind: str, raw: Mapping[str, Any]) -> None:
        """Forget a deleted object."""
        self._tell(kind, self.cache.drop(kind, raw))

    def due(self, key: Key, *, urgent: bool) -> None:
        """Make a GoLive due at once; an urgent one has a lane of its own, and a raise of it in flight is ended."""
        if urgent:
            self.upward.cancel(key)
        self.schedule.mark(key, urgent=urgent)

    async def tick(self) -> None:
        """Do ticks from now on, those first whose traffic is split."""
        self._ticks = True
        for key in self.cache.golives():
            self.due(key, urgent=self._is_split(key))
        await self.schedule.run()

    def _tell(self, kind: str, concerned: Iterable[Key]) -> None:
        # A standby only looks on.
        if not self._ticks:
            return
        for key in concerned:
            self.due(key, urgent=kind in _MAY_CALL_BACK and self._is_split(key))

    def _is_split(self, key: Key) -> bool:
        return ((self.cache.golive(key) or {}).get("status") or {}).get("phase") in SPLIT
