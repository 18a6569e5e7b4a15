"""Every kopf decorator: how it logs in, and that a change of a GoLive is taken in.

kopf watches the GoLives; the objects that they name, ten times as many, are watched by `reflector.py`: kopf would keep a
task and a memory for each of them.
"""

import ssl
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Protocol

import kopf

from golive.api.golive import GROUP, KIND, PLURAL, VERSION

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


def register(watch: Watch, login: Login, session: OpenSession) -> kopf.OperatorRegistry:
    """Return the registry of an operator that feeds a watch, from the API server that `login` names."""
    registry = kopf.OperatorRegistry()

    @kopf.on.login(registry=registry)
    async def logged_in(**_: Any) -> kopf.AiohttpSession:
        known = kopf.ConnectionInfo(**await login())
        opened = session(known.as_ssl_context(), known.as_http_headers())
        return kopf.AiohttpSession(server=known.server, aiohttp_session=opened)

    @kopf.on.event(GROUP, VERSION, PLURAL, registry=registry)
    async def changed(body: kopf.Body, type: str | None, **_: Any) -> None:  # noqa: A002  # kopf passes it by this name
        (watch.drop if type == "DELETED" else watch.put)(KIND, dict(body))

    return registry
