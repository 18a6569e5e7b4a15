"""Everything there is of each kind into the cache: listed, then watched, and listed again from time to time.

A watch that was interrupted for longer than the API server remembers never tells of what was deleted meanwhile, and a
notification may be lost: a listing forgets what is gone. kopf watches the GoLives; they are only listed here.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from golive.errors import GoLiveError
from golive.observe.cache import Cache
from golive.ports import Collections
from golive.watched import WATCHED

log = logging.getLogger(__name__)

Take = Callable[[str, Mapping[str, Any]], object]
Place = tuple[str, str | None]
"""A kind and a namespace; None for all of them."""
RETRY: Final = 1.0
"""Seconds after a listing or a watch that failed."""


@dataclass(frozen=True, slots=True)
class Reflector:
    """A listing and a watch for each kind in each namespace."""

    collections: Collections
    cache: Cache
    put: Take
    """Takes in an object as it is now."""
    drop: Take
    """Forgets one that is gone."""
    namespaces: Sequence[str | None]
    """The namespaces that are watched; None for all of them."""
    every: float
    """Seconds between two listings of a kind."""
    watched_elsewhere: frozenset[str] = frozenset({"GoLive"})
    pause: Callable[[float], Awaitable[object]] = asyncio.sleep
    _unlisted: set[Place] = field(default_factory=set)
    _listed: asyncio.Event = field(default_factory=asyncio.Event)

    async def until_listed(self) -> None:
        """Wait until every kind has been listed in every namespace."""
        await self._listed.wait()

    async def run(self) -> None:
        """Reflect every kind, for ever."""
        places = [(kind, namespace) for kind in WATCHED for namespace in self.namespaces]
        self._unlisted.update(places)
        async with asyncio.TaskGroup() as reflecting:
            for place in places:
                reflecting.create_task(self._reflect(place))

    async def _reflect(self, place: Place) -> None:
        while True:
            try:
                version = await self.list(*place)
                self._is_listed(place)
                if place[0] in self.watched_elsewhere:
                    await self.pause(self.every)
                else:
                    await self._follow(place, version)
            except GoLiveError as error:
                log.warning("%s", error)
                await self.pause(RETRY)

    async def list(self, kind: str, namespace: str | None) -> str:
        """List one kind, and return the resourceVersion that was listed; raises Denied, Unavailable."""
        listed: set[tuple[str, str]] = set()
        version = ""
        async for page in self.collections.pages(kind, namespace):
            version = page.version
            for raw in page.objects:
                listed.add((raw["metadata"]["namespace"], raw["metadata"]["name"]))
                self.put(kind, raw)
        for place in self.cache.places(kind):
            held = self.cache.get(kind, *place)
            gone = namespace in {None, place[0]} and place not in listed
            # What is younger than the listing was created since.
            if gone and held and int(held["metadata"]["resourceVersion"]) <= int(version):
                self.drop(kind, {**held, "metadata": {**held["metadata"], "resourceVersion": version}})
        return version

    async def _follow(self, place: Place, version: str) -> None:
        kind, namespace = place
        async for change in self.collections.changes(kind, namespace, version, self.every):
            if change.gone:
                self.drop(kind, change.object)
            else:
                self.put(kind, change.object)

    def _is_listed(self, place: Place) -> None:
        self._unlisted.discard(place)
        if not self._unlisted:
            self._listed.set()
