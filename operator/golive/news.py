"""What the watches bring: into the cache, and on to the GoLives that it concerns, those first whose traffic may go back."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from typing_extensions import override

from golive.act.upward import Upward
from golive.api.status import SPLIT, Phase
from golive.observe.cache import Cache
from golive.ports import Seen
from golive.schedule import Schedule

Key = tuple[str, str]
_MAY_CALL_BACK: Final = frozenset({"GoLive", "EndpointSlice", "Deployment", "ReplicaSet", "HTTPRoute"})
"""Pods may be gone, the target set back, the revision replaced, the route taken back or raised by somebody."""
_AT_REST: Final = frozenset({"GoLive", "HTTPRoute"})
"""Those of them that may call back what is at rest: the target set back after the end, a failed colour raised by hand."""
_AWAY: Final = SPLIT | {Phase.ROLLING_BACK}


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
        """Make a GoLive due at once; an urgent one has a lane of its own, and a raise in flight ends where it goes back."""
        if urgent and self.upward.flies(key) and self.schedule.goes_down(key):
            self.upward.cancel(key)
        self.schedule.mark(key, urgent=urgent)

    async def tick(self) -> None:
        """Do ticks from now on, those first whose traffic is split."""
        self._ticks = True
        for key in self.cache.golives():
            self.due(key, urgent=self._is_split(key))
        await self.schedule.run()

    async def drain(self) -> None:
        """Begin no more ticks and no more raises, and wait for what is on its way to end."""
        self.upward.close()
        await self.schedule.drain()

    def _tell(self, kind: str, concerned: Iterable[Key]) -> None:
        # A standby only looks on.
        if not self._ticks:
            return
        for key in concerned:
            self.due(key, urgent=kind in _MAY_CALL_BACK and self._may_go_back(kind, key))

    def _may_go_back(self, kind: str, key: Key) -> bool:
        # Where a worker is free there is nothing to gain by looking ahead.
        waits = kind in _AT_REST and self.schedule.is_full()
        return self._is_split(key) or (waits and self.schedule.goes_down(key))

    def _is_split(self, key: Key) -> bool:
        return ((self.cache.golive(key) or {}).get("status") or {}).get("phase") in _AWAY


@dataclass(frozen=True, slots=True)
class Echo(Seen):
    """What our own writes are answered with: seen at once, and of a route that others share their news too."""

    cache: Cache
    news: News

    @override
    def route(self, namespace: str, name: str) -> Mapping[str, Any] | None:
        """Return the newest state of a route."""
        return self.cache.route(namespace, name)

    @override
    def past_runs(self, namespace: str, golive: str) -> Mapping[str, Any] | None:
        """Return the ConfigMap of a GoLive's past runs."""
        return self.cache.past_runs(namespace, golive)

    @override
    def put(self, kind: str, raw: Mapping[str, Any]) -> object:
        """Take in a newer state of an object."""
        if kind != "HTTPRoute":
            return self.cache.put(kind, raw)
        self.news.put(kind, raw)
        return None

    @override
    def drop(self, kind: str, raw: Mapping[str, Any]) -> object:
        """Forget an object that is gone."""
        self.news.drop(kind, raw)
        return None
