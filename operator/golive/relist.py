"""What a watch has missed: every kind is listed again from time to time, and what is gone by then is forgotten.

A watch that was interrupted for longer than the API server remembers never tells of what was deleted meanwhile.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from golive.errors import GoLiveError
from golive.observe.cache import Cache
from golive.ports import Listing
from golive.watched import WATCHED

log = logging.getLogger(__name__)

Take = Callable[[str, Mapping[str, Any]], object]


@dataclass(frozen=True, slots=True)
class Relist:
    """Listings beside the watches."""

    listing: Listing
    cache: Cache
    put: Take
    """Takes in an object as it is now."""
    drop: Take
    """Forgets one that is gone."""
    namespaces: Sequence[str | None]
    """The namespaces that are watched; None for all of them."""
    every: float
    """Seconds."""
    pause: Callable[[float], Awaitable[object]] = asyncio.sleep

    async def finds_nothing(self) -> bool:
        """Tell whether there is no object of any kind: then no watch will say that everything has been listed."""
        try:
            for kind in WATCHED:
                for namespace in self.namespaces:
                    async for page in self.listing.pages(kind, namespace):
                        if page.objects:
                            return False
        except GoLiveError as error:
            log.warning("%s", error)
            return False
        return True

    async def run(self) -> None:
        """List every kind, for ever; one at a time, spread over the interval."""
        rounds = [(kind, namespace) for kind in WATCHED for namespace in self.namespaces]
        while True:
            for kind, namespace in rounds:
                await self.pause(self.every / len(rounds))
                try:
                    await self.once(kind, namespace)
                except GoLiveError as error:
                    log.warning("%s", error)

    async def once(self, kind: str, namespace: str | None) -> None:
        """List one kind; raises Denied, Unavailable."""
        listed: set[tuple[str, str]] = set()
        version = ""
        async for page in self.listing.pages(kind, namespace):
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
