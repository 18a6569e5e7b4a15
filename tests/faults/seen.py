"""GoLives and routes of all namespaces as the API server has them, watched past the proxy."""

import asyncio
import json
from collections import defaultdict
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any, Final, TypeVar

import aiohttp

from dev.controlplane import ControlPlane
from tests.faults.history import weights

Raw = dict[str, Any]
K = TypeVar("K")
_WATCHED: Final = {
    "golives": "/apis/golive.dev/v1alpha1/golives",
    "httproutes": "/apis/gateway.networking.k8s.io/v1/httproutes",
}


@dataclass(slots=True)
class Seen:
    """The newest state of every namespace's one GoLive and of its routes."""

    golives: dict[str, Raw] = field(default_factory=dict)
    routes: dict[tuple[str, str], Raw] = field(default_factory=dict)
    """By namespace and name."""
    _changed: dict[str, asyncio.Event] = field(default_factory=lambda: defaultdict(asyncio.Event))

    def take(self, kind: str, change: str, raw: Raw) -> None:
        """Take in a change."""
        namespace, name = raw["metadata"]["namespace"], raw["metadata"]["name"]
        if kind == "golives":
            _take(self.golives, namespace, change, raw)
        else:
            _take(self.routes, (namespace, name), change, raw)
        self._changed[namespace].set()

    def status(self, namespace: str) -> Raw:
        """Return a GoLive's status; empty where there is none."""
        return dict(self.golives.get(namespace, {}).get("status") or {})

    def weights(self, namespace: str) -> dict[str, int]:
        """Return the weights of all pairs of a namespace, by their Services."""
        of = [route for (space, _), route in self.routes.items() if space == namespace]
        return {service: weight for route in of for service, weight in weights(route).items()}

    async def until(self, namespace: str, found: Callable[[], bool], seconds: float) -> bool:
        """Wait until something holds of a namespace; False where it does not in time."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                while not found():
                    self._changed[namespace].clear()
                    await self._changed[namespace].wait()
        return found()


def _take(held: dict[K, Raw], key: K, change: str, raw: Raw) -> None:
    if change == "DELETED":
        held.pop(key, None)
    else:
        held[key] = raw


@asynccontextmanager
async def watching(plane: ControlPlane) -> AsyncIterator[Seen]:
    """Watch all namespaces."""
    seen = Seen()
    headers = {"Authorization": f"Bearer {plane.token}"}
    connector = aiohttp.TCPConnector(ssl=False)
    timeout = aiohttp.ClientTimeout(total=None)
    async with aiohttp.ClientSession(connector=connector, timeout=timeout, headers=headers) as session:
        tasks = [
            asyncio.create_task(_watch(session, plane.url + path, kind, seen))
            for kind, path in _WATCHED.items()
        ]
        try:
            yield seen
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)


async def _watch(session: aiohttp.ClientSession, url: str, kind: str, seen: Seen) -> None:
    async with session.get(url) as listed:
        whole = await listed.json()
    for item in whole["items"]:
        seen.take(kind, "ADDED", item)
    version = whole["metadata"]["resourceVersion"]
    while True:
        params = {"watch": "1", "resourceVersion": version, "timeoutSeconds": "3000"}
        async with session.get(url, params=params) as stream:
            rest = b""
            async for chunk in stream.content.iter_any():
                *lines, rest = (rest + chunk).split(b"\n")
                for event in map(json.loads, lines):
                    version = event["object"]["metadata"]["resourceVersion"]
                    seen.take(kind, event["type"], event["object"])
