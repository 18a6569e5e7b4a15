"""What a tick reads the world through: the cache, the samplers, the clock; nothing here is awaited."""

from dataclasses import dataclass, field
from datetime import datetime

from golive.api.golive import GoLive, parse
from golive.api.status import MEASURED
from golive.facts import Facts
from golive.observe.cache import Cache
from golive.observe.prune import Raw
from golive.observe.sampler import Samplers
from golive.observe.snapshot import SnapshotSettings, snapshot
from golive.ports import Clock

Key = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Observer:
    """Everything that has been seen."""

    cache: Cache
    samplers: Samplers
    clock: Clock
    settings: SnapshotSettings
    _read: dict[Key, tuple[Raw, GoLive]] = field(default_factory=dict)
    """What was read last, and of what."""

    def now(self) -> datetime:
        """Return the API server's time."""
        return self.clock.now()

    def raw(self, key: Key) -> Raw | None:
        """Return the raw GoLive, None where it is gone."""
        return self.cache.golive(key)

    def golive(self, key: Key) -> GoLive | None:
        """Return the GoLive as it stands, None where it is gone; read again only where it has changed."""
        raw = self.cache.golive(key)
        if raw is None:
            return None
        before = self._read.get(key)
        if before is None or before[0] is not raw:
            self._read[key] = (raw, parse(raw, before[1] if before else None))
        return self._read[key][1]

    def versions(self, key: Key) -> tuple[str, ...]:
        """Return what tells a GoLive and its routes as they are from what they were, but for the routes' status."""
        raw = self.cache.golive(key)
        own = (raw["metadata"]["resourceVersion"],) if raw else ()
        return (*own, *self.cache.route_generations(key))

    def facts(self, golive: GoLive) -> Facts:
        """Freeze what this tick may look at."""
        readings, source = self.samplers.readings(golive.key), self.samplers.source(golive.key)
        return snapshot(self.cache, golive, readings, source, self.now(), self.settings)

    def watch(self, key: Key) -> None:
        """Sample what the GoLive now needs, and nothing else."""
        golive = self.golive(key)
        if golive is None:
            self.forget(key)
            return
        measured = golive.status.phase in MEASURED and not golive.deleting
        self.samplers.sync(golive, wanted=measured)
        if not measured:
            # At rest it is seldom looked at, and there may be thousands.
            self._read.pop(key, None)

    def forget(self, key: Key) -> None:
        """Stop sampling for a GoLive that is gone."""
        self._read.pop(key, None)
        self.samplers.forget(key)

    async def close(self) -> None:
        """Stop all samplers."""
        await self.samplers.close()
