"""The port Listing: a kind's objects, page by page, as they were at one moment."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote, urlencode

from typing_extensions import override

from golive.adapters.api_server import ApiServer
from golive.ports import Listing, Page
from golive.watched import WATCHED

_AT_ONCE: Final = 200
"""Objects of a page: reading it keeps everything else waiting for some milliseconds."""
_TIMEOUT: Final = 10.0


@dataclass(frozen=True, slots=True)
class KubernetesListing(Listing):
    """Listings of what is watched."""

    server: ApiServer

    @override
    async def pages(self, kind: str, namespace: str | None) -> AsyncIterator[Page]:
        """List one kind in a namespace, None for all of them."""
        resource = WATCHED[kind]
        within = f"/namespaces/{quote(namespace)}" if namespace else ""
        query = {"limit": str(_AT_ONCE), "labelSelector": ",".join(resource.labels)}
        while True:
            path = f"{resource.prefix}{within}/{resource.plural}?{urlencode(query)}"
            answer = await self.server.request("GET", path, what=resource.plural, within=_TIMEOUT)
            yield Page(tuple(answer["items"]), answer["metadata"]["resourceVersion"])
            if not answer["metadata"].get("continue"):
                return
            query["continue"] = answer["metadata"]["continue"]
