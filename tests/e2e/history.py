"""What the API server said of a namespace's GoLives, routes and EndpointSlices, change by change."""

import asyncio
import time
from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any

from tests.e2e.backstage import Backstage

Object = dict[str, Any]
Objects = dict[str, Object]

GOLIVES = "/apis/golive.dev/v1alpha1/namespaces/{}/golives"
ROUTES = "/apis/gateway.networking.k8s.io/v1/namespaces/{}/httproutes"
SLICES = "/apis/discovery.k8s.io/v1/namespaces/{}/endpointslices"


KNOWN_WITHIN = 1.0
"""Seconds within which `kubectl get golive` says what is so."""
Columns = tuple[int | None, str]
"""WEIGHT and LIVE."""


@dataclass(frozen=True)
class Seen:
    """All objects of a kind by name, and the monotonic second in which they were seen so."""

    at: float
    objects: Objects


@dataclass(frozen=True)
class Weight:
    """The new colour's weight on a route, and since when."""

    at: float
    weight: int


@dataclass
class History:
    """Everything the watches of one namespace have seen, oldest first."""

    golives: list[Seen] = field(default_factory=list)
    routes: list[Seen] = field(default_factory=list)
    slices: list[Seen] = field(default_factory=list)
    _watches: list["Future[None]"] = field(default_factory=list)

    def follow(self, backstage: Backstage, namespace: str) -> None:
        """Begin to watch; the namespace must exist."""
        for path, seen in ((GOLIVES, self.golives), (ROUTES, self.routes), (SLICES, self.slices)):
            self._watches.append(backstage.start(_follow(backstage, path.format(namespace), seen)))

    def close(self) -> None:
        """End the watches."""
        for watch in self._watches:
            watch.cancel()

    def golive(self, name: str = "shop") -> Object:
        """Give a GoLive as it was last seen; empty where there is none."""
        return self.golives[-1].objects.get(name, {}) if self.golives else {}

    def status(self, name: str = "shop") -> Object:
        """Give a GoLive's status as it was last seen."""
        found: Object = self.golive(name).get("status", {})
        return found

    def phase(self, name: str = "shop") -> str:
        """Give a GoLive's phase as it was last seen."""
        return str(self.status(name).get("phase", ""))

    def condition(self, kind: str, name: str = "shop") -> tuple[str, str]:
        """Give status and reason of a condition; two empty words where it is not there."""
        found = (one for one in self.status(name).get("conditions", ()) if one["type"] == kind)
        return next(((one["status"], one["reason"]) for one in found), ("", ""))

    def stands_at(self, weight: int, name: str = "shop") -> bool:
        """Tell whether a step has been read back at a weight."""
        step = self.status(name).get("step", {})
        return step.get("weight") == weight and "acknowledgedAt" in step

    def route(self, name: str = "web") -> Object:
        """Give an HTTPRoute as it was last seen."""
        return self.routes[-1].objects[name]

    def weights(self, route: str = "web", colour: str = "green") -> list[Weight]:
        """Give a colour's weights on a route, each change once."""
        found: list[Weight] = []
        for seen in self.routes:
            weight = _weight(seen.objects.get(route), colour)
            if weight is not None and (not found or found[-1].weight != weight):
                found.append(Weight(seen.at, weight))
        return found

    def climb(self, route: str = "web", colour: str = "green") -> list[int]:
        """Give the same without the moments."""
        return [seen.weight for seen in self.weights(route, colour)]

    def untrue(self, name: str = "shop", route: str = "web") -> float:
        """Give the longest time, in seconds, for which WEIGHT or LIVE of a GoLive that brings green was not so."""
        told = [(seen.at, _columns(seen.objects.get(name))) for seen in self.golives]
        is_so = [(seen.at, (seen.weight, _live(seen.weight))) for seen in self.weights(route)]
        longest, since = 0.0, None
        for at in sorted({at for at, _ in (*told, *is_so)} | {time.monotonic()}):
            if since is not None:
                longest = max(longest, at - since)
            if _last(told, at) in {None, _last(is_so, at)}:
                since = None
            elif since is None:
                since = at
        return longest

    def writes(self, route: str = "web") -> int:
        """Count the writes that changed a route's spec: the API server does, by its generation."""
        return int(self.route(route)["metadata"]["generation"])

    def ready(self, service: str) -> int:
        """Count the ready endpoints of a Service as last seen."""
        return ready(self.slices[-1].objects, service) if self.slices else 0

    def none_ready_since(self, service: str, after: float) -> float | None:
        """Give the first moment after another at which a Service had no ready endpoint."""
        moments = (seen.at for seen in self.slices if seen.at >= after and not ready(seen.objects, service))
        return next(moments, None)


async def _follow(backstage: Backstage, path: str, seen: list[Seen]) -> None:
    async for objects in backstage.api.follow(path):
        seen.append(Seen(time.monotonic(), objects))
        await asyncio.sleep(0)


def _columns(golive: Object | None) -> Columns | None:
    status = (golive or {}).get("status", {})
    return None if golive is None else (status.get("weight"), status.get("live", ""))


def _live(green: int) -> str:
    return "green" if green == 100 else "blue"


def _last(timeline: Sequence[tuple[float, Columns | None]], moment: float) -> Columns | None:
    """Give what was said last by a moment; None before anything was."""
    return next((said for at, said in reversed(timeline) if at <= moment), None)


def _weight(route: Object | None, colour: str) -> int | None:
    """Read a colour's weight: the last word of a Service's name is its colour."""
    for rule in (route or {}).get("spec", {}).get("rules", []):
        for ref in rule.get("backendRefs", []):
            if ref["name"].endswith(f"-{colour}"):
                return int(ref.get("weight", 1))
    return None


def ready(slices: Objects, service: str) -> int:
    """Count the ready endpoints in a Service's slices."""
    return sum(
        bool(endpoint.get("conditions", {}).get("ready"))
        for one in slices.values()
        if one["metadata"].get("labels", {}).get("kubernetes.io/service-name") == service
        for endpoint in one.get("endpoints") or ()
    )
