"""Which GoLives look at which objects, by kind, namespace and name."""

from collections import defaultdict
from dataclasses import dataclass, field

from golive.observe.prune import SERVICE_LABEL, Kind, Raw
from golive.observe.references import References
from golive.runs import runs_name

Key = tuple[str, str]
"""Namespace and name of a GoLive."""
_Place = tuple[Kind, str, str]


@dataclass(slots=True)
class Watchers:
    """An index from the names in specs to the GoLives that hold them."""

    _of: dict[Key, References] = field(default_factory=dict)
    _by: defaultdict[_Place, set[Key]] = field(default_factory=lambda: defaultdict(set))

    def references(self, key: Key) -> References:
        """Return the names that a GoLive looks at."""
        return self._of.get(key, References())

    def of(self, kind: Kind, raw: Raw) -> frozenset[Key]:
        """Return the GoLives that look at an object."""
        namespace = raw["metadata"]["namespace"]
        names = watched_names(kind, raw)
        return frozenset(key for place, name in names for key in self._by.get((place, namespace, name), ()))

    def sharing(self, key: Key) -> frozenset[Key]:
        """Return the other GoLives that name one of the same Deployments or routes."""
        return frozenset(
            other
            for place in _places(key, self.references(key))
            if place[0] in {Kind.DEPLOYMENT, Kind.HTTP_ROUTE}
            for other in self._by[place]
            if other != key
        )

    def hold(self, key: Key, references: References) -> None:
        """Take in what a GoLive looks at now."""
        self.release(key)
        self._of[key] = references
        for place in _places(key, references):
            self._by[place].add(key)

    def release(self, key: Key) -> None:
        """Forget a GoLive."""
        for place in _places(key, self._of.pop(key, References())):
            self._by[place].discard(key)
            if not self._by[place]:
                del self._by[place]


def watched_names(kind: Kind, raw: Raw) -> list[tuple[Kind, str]]:
    """Return under which kind and names an object is looked for: a part is looked for by what it belongs to."""
    metadata = raw["metadata"]
    if kind is Kind.ENDPOINT_SLICE:
        service = (metadata.get("labels") or {}).get(SERVICE_LABEL)
        return [(Kind.SERVICE, service)] if service else []
    if kind is Kind.REPLICA_SET:
        owners = metadata.get("ownerReferences") or []
        return [(Kind.DEPLOYMENT, owner["name"]) for owner in owners if owner["kind"] == "Deployment"]
    return [(kind, metadata["name"])]


def _places(key: Key, references: References) -> set[_Place]:
    namespace, name = key
    by_kind = {
        Kind.DEPLOYMENT: references.deployments,
        Kind.SERVICE: references.services,
        Kind.HTTP_ROUTE: references.http_routes,
        Kind.GOLIVE: {name},
        Kind.CONFIG_MAP: {runs_name(name)},
    }
    return {(kind, namespace, name) for kind, names in by_kind.items() for name in names}
