"""What the operator has seen of the cluster, and which GoLives each change concerns.

Watches and our own writes fill it; a tick reads it through `snapshot`, never the cluster.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from golive.facts import ReadyPoint
from golive.observe.endpoints import ready_pods
from golive.observe.objects import Objects
from golive.observe.prune import Kind, Raw
from golive.observe.ready import ReadyHistory
from golive.observe.references import Backend, references
from golive.observe.watchers import Key, Watchers
from golive.ports import Clock
from golive.runs import runs_name

_MOVES_READY: Final = {Kind.GOLIVE, Kind.DEPLOYMENT, Kind.REPLICA_SET, Kind.ENDPOINT_SLICE}
NOBODY: Final[frozenset[Key]] = frozenset()


@dataclass(slots=True)
class Cache:
    """Objects, who looks at them, and when what a decision waits for last changed."""

    clock: Clock
    _objects: Objects = field(default_factory=Objects)
    _watchers: Watchers = field(default_factory=Watchers)
    _history: ReadyHistory = field(default_factory=ReadyHistory)
    _changed_at: dict[tuple[str, str], datetime] = field(default_factory=dict)
    """By namespace and name of the Deployment."""
    _target_changed_at: dict[Key, datetime] = field(default_factory=dict)

    def put(self, kind: str, raw: Raw) -> frozenset[Key]:
        """Take in an object as it is now; return the GoLives whom that concerns, nobody where it is no news."""
        kind = Kind(kind)
        before = self._held(kind, raw)
        if not self._objects.put(kind, raw):
            return NOBODY
        concerned = self._watchers.of(kind, raw)
        if before is not None:
            concerned |= self._watchers.of(kind, before)
        if kind is Kind.GOLIVE:
            concerned |= self._take_golive(raw, before) | {_key(raw)}
        if kind is Kind.DEPLOYMENT and (before is None or _generation(before) != _generation(raw)):
            self._changed_at[_key(raw)] = self.clock.now()
        self._note_ready(kind, concerned)
        return concerned

    def drop(self, kind: str, raw: Raw) -> frozenset[Key]:
        """Forget a deleted object; return the GoLives whom that concerns."""
        kind = Kind(kind)
        if not self._objects.drop(kind, raw):
            return NOBODY
        concerned = self._watchers.of(kind, raw)
        if kind is Kind.GOLIVE:
            concerned |= self._release_golive(_key(raw))
        if kind is Kind.DEPLOYMENT:
            self._changed_at.pop(_key(raw), None)
        self._note_ready(kind, concerned)
        return concerned

    def get(self, kind: str, namespace: str, name: str) -> Raw | None:
        """Return an object's kept part, if there is one."""
        return self._objects.get(Kind(kind), namespace, name)

    def golive(self, key: Key) -> Raw | None:
        """Return a GoLive as it stands."""
        return self.get(Kind.GOLIVE, *key)

    def golives(self) -> tuple[Key, ...]:
        """List every GoLive."""
        return self.places(Kind.GOLIVE)

    def raw_golives(self) -> tuple[Raw, ...]:
        """Return every GoLive as it stands."""
        return tuple(raw for raw in map(self.golive, self.golives()) if raw is not None)

    def places(self, kind: str) -> tuple[Key, ...]:
        """List the namespaces and names of a kind's objects."""
        return self._objects.places(Kind(kind))

    def past_runs(self, namespace: str, golive: str) -> Raw | None:
        """Return the ConfigMap of a GoLive's past runs."""
        return self.get(Kind.CONFIG_MAP, namespace, runs_name(golive))

    def route(self, namespace: str, name: str) -> Raw | None:
        """Return an HTTPRoute's rules and weights as they stand."""
        return self.get(Kind.HTTP_ROUTE, namespace, name)

    def route_generations(self, key: Key) -> tuple[str, ...]:
        """Return the generation of each route that a GoLive names, in the order of their names."""
        routes = (self.route(key[0], name) for name in sorted(self._watchers.references(key).http_routes))
        return tuple(str(route["metadata"].get("generation", 0)) if route else "" for route in routes)

    def sharing(self, key: Key) -> tuple[Raw, ...]:
        """Return the other GoLives that name one of the same Deployments or routes."""
        found = (self.golive(other) for other in self._watchers.sharing(key))
        return tuple(raw for raw in found if raw is not None)

    def replica_sets(self, namespace: str, deployment: str) -> tuple[Raw, ...]:
        """Return the ReplicaSets that name a Deployment as their owner."""
        return self._objects.parts(Kind.DEPLOYMENT, namespace, deployment)

    def ready(self, namespace: str, backend: Backend) -> int:
        """Count the ready endpoints of a Service that are pods of a Deployment."""
        return ready_pods(
            self.get(Kind.DEPLOYMENT, namespace, backend.deployment),
            self.replica_sets(namespace, backend.deployment),
            self._objects.parts(Kind.SERVICE, namespace, backend.service),
        )

    def ready_points(self, namespace: str, backend: Backend) -> tuple[ReadyPoint, ...]:
        """Return the last changes of that count, oldest first."""
        return self._history.points((namespace, backend))

    def changed_at(self, namespace: str, deployment: str) -> datetime:
        """Return when a Deployment's generation was seen to change, or when it was first seen."""
        return self._changed_at[(namespace, deployment)]

    def target_changed_at(self, key: Key) -> datetime | None:
        """Return when a GoLive's target was seen to change, or when it was first seen."""
        return self._target_changed_at.get(key)

    def _held(self, kind: Kind, raw: Raw) -> Raw | None:
        return self.get(kind, *_key(raw))

    def _take_golive(self, raw: Raw, before: Raw | None) -> frozenset[Key]:
        key = _key(raw)
        if before is None or _target(before) != _target(raw):
            self._target_changed_at[key] = self.clock.now()
        wanted = references(raw)
        if before is not None and wanted == self._watchers.references(key):
            return NOBODY
        rivals, left = self._watchers.sharing(key), self._watchers.references(key).backends
        self._watchers.hold(key, wanted)
        self._forget_ready(key[0], left - wanted.backends, rivals)
        return rivals | self._watchers.sharing(key)

    def _release_golive(self, key: Key) -> frozenset[Key]:
        self._target_changed_at.pop(key, None)
        rivals, left = self._watchers.sharing(key), self._watchers.references(key).backends
        self._watchers.release(key)
        self._forget_ready(key[0], left, rivals)
        return rivals

    def _forget_ready(self, namespace: str, left: Iterable[Backend], rivals: Iterable[Key]) -> None:
        named = {backend for rival in rivals for backend in self._watchers.references(rival).backends}
        self._history.forget((namespace, backend) for backend in left if backend not in named)

    def _note_ready(self, kind: Kind, concerned: frozenset[Key]) -> None:
        if kind not in _MOVES_READY:
            return
        for key in concerned:
            for backend in self._watchers.references(key).backends:
                self._history.note((key[0], backend), self.ready(key[0], backend), self.clock.now())


def _key(raw: Raw) -> Key:
    return raw["metadata"]["namespace"], raw["metadata"]["name"]


def _generation(raw: Raw) -> tuple[str, int]:
    return raw["metadata"]["uid"], raw["metadata"].get("generation", 0)


def _target(raw: Raw) -> tuple[str, object]:
    return raw["metadata"]["uid"], (raw.get("spec") or {}).get("target")
