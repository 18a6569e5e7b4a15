"""What a GoLive looks at, by name, read from its raw spec so that a broken one still owns what it names."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from golive.api.spec import Colour
from golive.observe.prune import Raw


@dataclass(frozen=True, slots=True)
class Backend:
    """A colour of a component, by the names of its two objects."""

    deployment: str
    service: str


@dataclass(frozen=True, slots=True)
class References:
    """The names in a GoLive's spec."""

    backends: frozenset[Backend] = frozenset()
    routes: frozenset[tuple[str, str]] = frozenset()
    """HTTPRoute and Service, for both colours."""

    @property
    def deployments(self) -> frozenset[str]:
        """Name the Deployments."""
        return frozenset(backend.deployment for backend in self.backends if backend.deployment)

    @property
    def services(self) -> frozenset[str]:
        """Name the Services."""
        return frozenset(backend.service for backend in self.backends if backend.service)

    @property
    def http_routes(self) -> frozenset[str]:
        """Name the HTTPRoutes."""
        return frozenset(route for route, _ in self.routes)


def references(golive: Raw) -> References:
    """Read the names that can be read; what is missing is left out."""
    backends: set[Backend] = set()
    routes: set[tuple[str, str]] = set()
    for component in _dicts((golive.get("spec") or {}).get("components")):
        colours = [workload for colour in Colour if isinstance(workload := component.get(colour), dict)]
        found = {Backend(str(at.get("deployment", "")), str(at.get("service", ""))) for at in colours}
        backends |= found
        names = [
            str((route.get("httpRoute") or {}).get("name", "")) for route in _dicts(component.get("routes"))
        ]
        routes |= {(name, backend.service) for name in names for backend in found if name and backend.service}
    return References(frozenset(backends), frozenset(routes))


def _dicts(value: object) -> Iterator[dict[str, Any]]:
    if isinstance(value, list):
        yield from (item for item in value if isinstance(item, dict))
