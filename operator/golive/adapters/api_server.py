"""One connection to the API server: raw dictionaries, a timeout on every call, its errors in our words."""

import asyncio
import json
import os
import time
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any, Final

import aiohttp
from kubernetes.aio import client, config
from kubernetes.aio.client.rest import RESTResponse
from kubernetes.aio.config import ConfigException
from yaml import YAMLError

from golive.adapters.clock import ServerClock
from golive.errors import Denied, Exists, GoLiveError, Gone, Refused, Unavailable

TIMEOUT: Final = 2.0
"""Seconds; no write takes longer."""
_NO_TIMEOUT: Final = aiohttp.ClientTimeout(total=None)
"""The client's own, which would else be minutes: every call here is bounded from outside, with all that it waits for."""
MERGE_PATCH: Final = "application/merge-patch+json"
JSON_PATCH: Final = "application/json-patch+json"
_CONNECTIONS: Final = 0
"""No bound: as many as there are watches, workers that write and events that are posted; nobody waits for another's."""
_READS: Final = frozenset({"GET"})
_FORBIDDEN: Final = (401, 403)
_GONE: Final = 404
_CONFLICTS: Final = (409, 422)
_TOO_MANY: Final = 429
_SERVER_ERROR: Final = 500


class ApiServer:
    """The API server, reached as the kubeconfig or the pod's service account says, over connections of its own."""

    def __init__(
        self,
        api: client.ApiClient,
        clock: ServerClock,
        user_agent: str,
        fence: Callable[[], None] | None = None,
    ) -> None:
        self._api = api
        self._clock = clock
        self._user_agent = user_agent
        self._fence = fence

    @classmethod
    async def connect(
        cls,
        kubeconfig: str | None,
        clock: ServerClock,
        user_agent: str,
        traces: Sequence[aiohttp.TraceConfig] = (),
    ) -> "ApiServer":
        """Load the configuration and ask once, so that the clock runs; raises Denied, Unavailable, GoLiveError."""
        configuration = client.Configuration()
        configuration.connection_pool_maxsize = _CONNECTIONS
        configuration.trace_configs = list(traces)
        try:
            await _load(kubeconfig, configuration)
        except (ConfigException, YAMLError, OSError) as error:
            raise GoLiveError(f"no way to the API server: {error}; write --kubeconfig FILE") from error
        server = cls(client.ApiClient(configuration), clock, user_agent)
        try:
            await server.ask_time()
        except GoLiveError:
            await server.close()
            raise
        return server

    def beside(self, fence: Callable[[], None] | None = None) -> "ApiServer":
        """Return another way to the same server, over connections of its own; every write asks `fence` first."""
        return ApiServer(client.ApiClient(self._api.configuration), self._clock, self._user_agent, fence)

    async def login(self) -> dict[str, Any]:
        """Return what another client needs to reach the same server as the same user, with a token of now."""
        headers: dict[str, str] = {}
        await self._api.update_params_for_auth(headers, [], ["BearerToken"], "/", "GET", None)
        used = self._api.configuration
        scheme, _, token = headers.get("authorization", "").partition(" ")
        return {
            "server": used.host,
            "ca_path": used.ssl_ca_cert,
            "insecure": not used.verify_ssl,
            "scheme": scheme or None,
            "token": token or None,
            "certificate_path": used.cert_file,
            "private_key_path": used.key_file,
        }

    async def ask_time(self) -> None:
        """Ask for something small; its answer sets the clock."""
        await self.request("GET", "/version", what="the server's version")

    async def close(self) -> None:
        """Close the connections."""
        await self._api.close()

    async def request(
        self,
        method: str,
        path: str,
        *,
        what: str,
        body: Any = None,
        content_type: str = "application/json",
        within: float = TIMEOUT,
    ) -> dict[str, Any]:
        """Do one request within some seconds; `what` names the object in errors.

        Raises Refused, Gone, Denied, Unavailable.
        """
        try:
            async with asyncio.timeout(within):
                answer = await self._send(method, path, body, content_type, _NO_TIMEOUT)
                status, data = answer.status, await answer.read()
        except (TimeoutError, aiohttp.ClientError, OSError) as error:
            raise Unavailable(
                f"{method} {what}: the API server gave no answer: {_why(error, within)}"
            ) from error
        if status >= 400:  # noqa: PLR2004  # HTTP's first error
            raise _translated(status, data, method, what)
        return _decoded(data, method, what)

    async def events(self, path: str, *, what: str, silence: float) -> AsyncGenerator[dict[str, Any], None]:
        """Ask for a watch and return its events, until it ends or has been silent for some seconds.

        Raises Gone, Denied, Unavailable.
        """
        try:
            async with asyncio.timeout(silence):
                answer = await self._send("GET", path, None, "application/json", _NO_TIMEOUT)
            with closing(answer.response):
                if answer.status >= 400:  # noqa: PLR2004  # HTTP's first error
                    raise _translated(answer.status, await answer.read(), "WATCH", what)
                while line := await _line(answer, silence):
                    yield _decoded(line, "WATCH", what)
        except TimeoutError:
            return
        except (aiohttp.ClientError, OSError) as error:
            raise Unavailable(
                f"WATCH {what}: the API server gave no answer: {_why(error, silence)}"
            ) from error

    async def _send(
        self, method: str, path: str, body: Any, content_type: str, bounds: aiohttp.ClientTimeout
    ) -> RESTResponse:
        # A token may have to be renewed first; that counts as part of the call.
        headers = {
            "Accept": "application/json",
            "Content-Type": content_type,
            "User-Agent": self._user_agent,
        }
        await self._api.update_params_for_auth(headers, [], ["BearerToken"], path, method, body)
        if self._fence is not None and method not in _READS:
            self._fence()
        sent = time.monotonic()
        answer = await self._api.call_api(
            method, self._api.configuration.host + path, headers, body, _request_timeout=bounds
        )
        if answer.status < _SERVER_ERROR:
            self._clock.observe(answer.headers.get("Date", ""), sent, time.monotonic())
        return answer


async def _line(answer: RESTResponse, silence: float) -> bytes:
    async with asyncio.timeout(silence):
        line: bytes = await answer.response.content.readline()
        return line


def _refuse_missing(kubeconfig: str | None) -> None:
    if kubeconfig is not None and not Path(kubeconfig).expanduser().is_file():
        raise GoLiveError(f"there is no kubeconfig {kubeconfig}: write --kubeconfig FILE")


async def _load(kubeconfig: str | None, configuration: client.Configuration) -> None:
    _refuse_missing(kubeconfig)
    if kubeconfig is None and "KUBERNETES_SERVICE_HOST" in os.environ:
        config.load_incluster_config(client_configuration=configuration)
    else:
        await config.load_kube_config(kubeconfig, client_configuration=configuration)


def _decoded(data: bytes, method: str, what: str) -> dict[str, Any]:
    try:
        decoded: dict[str, Any] = json.loads(data)
    except ValueError as error:
        raise Unavailable(f"{method} {what}: the answer is no JSON: is this an API server?") from error
    return decoded


def _translated(status: int, data: bytes, method: str, what: str) -> GoLiveError:
    said, reasons = _said(data)
    if status == _GONE or "NamespaceTerminating" in reasons:
        return Gone(f"{method} {what}: it is gone: {said}")
    if "AlreadyExists" in reasons:
        return Exists(f"{method} {what}: it is there already")
    if status in _FORBIDDEN:
        return Denied(
            f"{method} {what}: the operator is not allowed to: {said or status}; give its role this verb"
        )
    if status in _CONFLICTS:
        return Refused(f"{method} {what}: it does not fit what is there: {said}")
    if status == _TOO_MANY or status >= _SERVER_ERROR:
        return Unavailable(f"{method} {what}: the API server answers {status}: {said}")
    return GoLiveError(f"{method} {what}: the API server answers {status}: {said}")


def _said(data: bytes) -> tuple[str, set[str]]:
    try:
        status = json.loads(data)
        causes = (status.get("details") or {}).get("causes") or []
        reasons = {str(cause.get("reason")) for cause in causes} | {str(status.get("reason"))}
        return str(status.get("message", ""))[:400], reasons
    except (ValueError, AttributeError):
        return "", set()


def _why(error: BaseException, within: float) -> str:
    if isinstance(error, TimeoutError):
        return f"nothing within {within:g} s"
    return str(error) or type(error).__name__
