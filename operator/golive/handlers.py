"""Every kopf decorator: what is watched, and that a change makes the GoLives that look at it due.

kopf waits with event handlers until every kind's first listing is indexed. Indexing feeds our cache, and the first
event handler to run opens the schedule: nobody decides on half a world after a start.
"""

import ssl
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Protocol

import kopf

from golive.watched import WATCHED, Resource

Login = Callable[[], Awaitable[dict[str, Any]]]
"""Returns the fields of a kopf.ConnectionInfo; asked anew when the API server refuses them."""
OpenSession = Callable[[ssl.SSLContext, Mapping[str, str]], Any]
"""Opens the HTTP session that is watched through; kopf closes it."""


class Watch(Protocol):
    """Where the news go."""

    def put(self, kind: str, raw: Mapping[str, Any]) -> None:
        """Take in an object's state."""
        ...

    def drop(self, kind: str, raw: Mapping[str, Any]) -> None:
        """Forget a deleted object."""
        ...

    def open(self) -> None:
        """Begin with ticks: every kind has been listed."""
        ...


def register(watch: Watch, login: Login, session: OpenSession) -> kopf.OperatorRegistry:
    """Return the registry of an operator that feeds a watch, from the API server that `login` names."""
    registry = kopf.OperatorRegistry()

    @kopf.on.login(registry=registry)
    async def logged_in(**_: Any) -> kopf.AiohttpSession:
        known = kopf.ConnectionInfo(**await login())
        opened = session(known.as_ssl_context(), known.as_http_headers())
        return kopf.AiohttpSession(server=known.server, aiohttp_session=opened)

    for kind, resource in WATCHED.items():
        _register(registry, watch, kind, resource)
    return registry


def _register(registry: kopf.OperatorRegistry, watch: Watch, kind: str, resource: Resource) -> None:
    place = (resource.group, resource.version, resource.plural)

    @kopf.index(*place, id=f"seen-{kind}", registry=registry)
    async def seen(body: kopf.Body, **_: Any) -> None:
        watch.put(kind, dict(body))

    @kopf.on.event(*place, id=f"changed-{kind}", registry=registry)
    async def changed(body: kopf.Body, type: str | None, **_: Any) -> None:  # noqa: A002  # kopf passes it by this name
        if type == "DELETED":
            watch.drop(kind, dict(body))
        watch.open()
