"""The demo's own watches: four lists followed side by side, each change into the timeline."""

import asyncio
from collections.abc import Callable

from dev.demo import objects
from dev.demo.api import Api, Objects
from dev.demo.release import GOLIVE, NAMESPACE, ROUTE
from dev.demo.timeline import Timeline

_SERVICE = "web-"


async def watch(api: Api, timeline: Timeline) -> None:
    """Follow the GoLive, its route, the EndpointSlices and the events until cancelled."""
    eyes = Eyes(timeline)
    await asyncio.gather(
        _follow(api, "golive.dev/v1alpha1", "golives", eyes.golive),
        _follow(api, "gateway.networking.k8s.io/v1", "httproutes", eyes.route),
        _follow(api, "discovery.k8s.io/v1", "endpointslices", eyes.slices),
        _follow(api, "events.k8s.io/v1", "events", eyes.events),
    )


class Eyes:
    """What each list means for the timeline."""

    def __init__(self, timeline: Timeline) -> None:
        self._timeline = timeline
        self._told: set[str] = set()

    def golive(self, items: Objects) -> None:
        """See the GoLive."""
        if GOLIVE in items:
            self._timeline.saw_golive(objects.golive(items[GOLIVE]))

    def route(self, items: Objects) -> None:
        """See the route's weights."""
        if ROUTE in items:
            self._timeline.saw_weights(by_colour(objects.weights(items[ROUTE])))

    def slices(self, items: Objects) -> None:
        """See the ready endpoints."""
        self._timeline.saw_ready(by_colour(objects.ready_endpoints(list(items.values()))))

    def events(self, items: Objects) -> None:
        """See each event about the GoLive once."""
        for name, event in items.items():
            if name not in self._told and event.get("regarding", {}).get("kind") == "GoLive":
                self._told.add(name)
                self._timeline.note(objects.note(event))


async def _follow(api: Api, group: str, kind: str, see: Callable[[Objects], None]) -> None:
    async for items in api.follow(f"/apis/{group}/namespaces/{NAMESPACE}/{kind}"):
        see(items)


def by_colour(by_service: dict[str, int]) -> dict[str, int]:
    """Rename web-blue to blue: the demo's Services are called so."""
    return {name.removeprefix(_SERVICE): value for name, value in by_service.items()}
