"""The port Collections: a kind's objects page by page, as they were at one moment, and what changes from then on."""

import asyncio
import logging
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote, urlencode

from typing_extensions import override

from golive.adapters.api_server import ApiServer
from golive.errors import Unavailable
from golive.ports import Change, Collections, Page
from golive.watched import WATCHED, Resource

log = logging.getLogger(__name__)

_AT_ONCE: Final = 200
"""Objects of a page: reading it keeps everything else waiting for some milliseconds."""
_TIMEOUT: Final = 10.0
_BREATH: Final = 0.1
"""Seconds before a watch that has ended is opened anew where it was, twice as many where it brought nothing."""
_LONGEST_PAUSE: Final = 2.0


@dataclass(frozen=True, slots=True)
class KubernetesCollections(Collections):
    """Listings and watches of what is watched."""

    server: ApiServer
    silence: float
    """Seconds after which a watch that brings nothing, not even a bookmark, is given up."""

    @override
    async def pages(self, kind: str, namespace: str | None) -> AsyncIterator[Page]:
        """List one kind in a namespace, None for all of them."""
        resource = WATCHED[kind]
        query = {"limit": str(_AT_ONCE), **_selected(resource)}
        while True:
            path = f"{_path(resource, namespace)}?{urlencode(query)}"
            answer = await self.server.request("GET", path, what=resource.plural, within=_TIMEOUT)
            yield Page(tuple(answer["items"]), answer["metadata"]["resourceVersion"])
            if not answer["metadata"].get("continue"):
                return
            query["continue"] = answer["metadata"]["continue"]

    @override
    async def changes(
        self, kind: str, namespace: str | None, version: str, seconds: float
    ) -> AsyncIterator[Change]:
        """Watch one kind; a connection that breaks is opened anew where it was."""
        resource, loop, pause = WATCHED[kind], asyncio.get_running_loop(), _BREATH
        ends = loop.time() + seconds
        while (left := ends - loop.time()) > 0:
            query = {
                "watch": "true",
                "allowWatchBookmarks": "true",
                "resourceVersion": version,
                "timeoutSeconds": str(max(1, round(left))),
                **_selected(resource),
            }
            path = f"{_path(resource, namespace)}?{urlencode(query)}"
            try:
                async for event in self.server.events(path, what=resource.plural, silence=self.silence):
                    if event["type"] == "ERROR":
                        log.info("WATCH %s: %s", resource.plural, event["object"].get("message"))
                        return
                    pause, version = _BREATH, event["object"]["metadata"]["resourceVersion"]
                    if event["type"] != "BOOKMARK":
                        yield Change(event["object"], gone=event["type"] == "DELETED")
            except Unavailable as error:
                log.warning("%s", error)
            await asyncio.sleep(pause)
            pause = min(2 * pause, _LONGEST_PAUSE)


def _path(resource: Resource, namespace: str | None) -> str:
    within = f"/namespaces/{quote(namespace)}" if namespace else ""
    return f"{resource.prefix}{within}/{resource.plural}"


def _selected(resource: Resource) -> dict[str, str]:
    return {"labelSelector": ",".join(resource.labels)} if resource.labels else {}
