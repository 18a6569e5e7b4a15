"""The newest state of every watched object; what arrives late or twice changes nothing.

Our own writes are put in as soon as they are answered, so that their echo is no news.
"""

from collections import OrderedDict, defaultdict
from dataclasses import dataclass, field
from typing import Final

from golive.observe.prune import Kind, Raw, prune
from golive.observe.watchers import watched_names

_REMEMBERED_GONE: Final = 4096
_Place = tuple[Kind, str, str]
"""Kind, namespace and name."""


@dataclass(slots=True)
class Objects:
    """Pruned objects by kind, namespace and name."""

    _held: dict[_Place, Raw] = field(default_factory=dict)
    _versions: dict[_Place, int] = field(default_factory=dict)
    _gone: OrderedDict[_Place, int] = field(default_factory=OrderedDict)
    """The resourceVersion of what was deleted: an answer to our own write may come after that."""
    _parts: defaultdict[_Place, dict[_Place, None]] = field(default_factory=lambda: defaultdict(dict))
    """EndpointSlices by Service, ReplicaSets by Deployment."""

    def get(self, kind: Kind, namespace: str, name: str) -> Raw | None:
        """Return an object, if there is one."""
        return self._held.get((kind, namespace, name))

    def places(self, kind: Kind) -> tuple[tuple[str, str], ...]:
        """List the namespaces and names of a kind's objects."""
        return tuple((namespace, name) for held, namespace, name in self._held if held is kind)

    def parts(self, kind: Kind, namespace: str, name: str) -> tuple[Raw, ...]:
        """Return a Service's EndpointSlices, or a Deployment's ReplicaSets."""
        return tuple(self._held[place] for place in self._parts.get((kind, namespace, name), ()))

    def put(self, kind: Kind, raw: Raw) -> bool:
        """Take in an object; tell whether that is news."""
        place, version = _place(kind, raw), _version(raw)
        if version <= max(self._versions.get(place, -1), self._gone.get(place, -1)):
            return False
        self._versions[place] = version
        held, kept = self._held.get(place), prune(kind, raw)
        if held is not None:
            self._unlink(place, held)
        self._held[place] = kept
        for owner in _owners(place, kept):
            self._parts[owner][place] = None
        return held is None or _content(held) != _content(kept)

    def drop(self, kind: Kind, raw: Raw) -> bool:
        """Forget an object that was deleted; tell whether it was there."""
        place, version = _place(kind, raw), _version(raw)
        if version < self._versions.get(place, -1):
            return False
        self._gone[place] = max(version, self._gone.pop(place, -1))
        if len(self._gone) > _REMEMBERED_GONE:
            self._gone.popitem(last=False)
        self._versions.pop(place, None)
        held = self._held.pop(place, None)
        if held is not None:
            self._unlink(place, held)
        return held is not None

    def _unlink(self, place: _Place, held: Raw) -> None:
        for owner in _owners(place, held):
            self._parts[owner].pop(place, None)
            if not self._parts[owner]:
                del self._parts[owner]


def _owners(place: _Place, raw: Raw) -> list[_Place]:
    kind, namespace, _ = place
    return [(owner, namespace, name) for owner, name in watched_names(kind, raw) if owner is not kind]


def _place(kind: Kind, raw: Raw) -> _Place:
    metadata = raw["metadata"]
    return kind, metadata["namespace"], metadata["name"]


def _version(raw: Raw) -> int:
    return int(raw["metadata"]["resourceVersion"])


def _content(raw: Raw) -> Raw:
    metadata = {key: value for key, value in raw["metadata"].items() if key != "resourceVersion"}
    return {**raw, "metadata": metadata}
