"""One connection to the API server: raw dictionaries, a timeout on every call, its errors in our words."""

import asyncio
import json
import os
import time
from pathlib import Path
from typing import Any, Final

import aiohttp
from kubernetes.aio import client, config
from kubernetes.aio.config import ConfigException
from yaml import YAMLError

from golive.adapters.clock import ServerClock
from golive.errors import Denied, GoLiveError, Gone, Refused, Unavailable

TIMEOUT: Final = 2.0
"""Seconds; no write takes longer."""
_CLIENT_TIMEOUT: Final = aiohttp.ClientTimeout(total=TIMEOUT)
MERGE_PATCH: Final = "application/merge-patch+json"
JSON_PATCH: Final = "application/json-patch+json"
APPLY_PATCH: Final = "application/apply-patch+yaml"
_FORBIDDEN: Final = (401, 403)
_GONE: Final = 404
_CONFLICTS: Final = (409, 422)
ALREADY_EXISTS: Final = 409
_TOO_MANY: Final = 429
_SERVER_ERROR: Final = 500


class ApiServer:
    """The API server, reached as the kubeconfig or the pod's service account says."""

    def __init__(self, api: client.ApiClient, clock: ServerClock) -> None:
        self._api = api
        self._clock = clock

    @classmethod
    async def connect(cls, kubeconfig: str | None, clock: ServerClock) -> "ApiServer":
        """Load the configuration and ask once, so that the clock runs; raises Denied, Unavailable, GoLiveError."""
        configuration = client.Configuration()
        try:
            await _load(kubeconfig, configuration)
        except (ConfigException, YAMLError, OSError) as error:
            raise GoLiveError(f"no way to the API server: {error}; write --kubeconfig FILE") from error
        server = cls(client.ApiClient(configuration), clock)
        try:
            await server.ask_time()
        except GoLiveError:
            await server.close()
            raise
        return server

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
        tolerated: int = 0,
    ) -> dict[str, Any]:
        """Do one request; `what` names the object in errors, `tolerated` is an error's status that is fine.

        Raises Refused, Gone, Denied, Unavailable.
        """
        headers = {"Accept": "application/json", "Content-Type": content_type}
        try:
            async with asyncio.timeout(TIMEOUT):
                status, data = await self._send(method, path, headers, body)
        except (TimeoutError, aiohttp.ClientError, OSError) as error:
            raise Unavailable(f"{method} {what}: the API server gave no answer: {_why(error)}") from error
        if status >= 400 and status != tolerated:  # noqa: PLR2004  # HTTP's first error
            raise _translated(status, data, method, what)
        return _decoded(data, method, what)

    async def _send(self, method: str, path: str, headers: dict[str, str], body: Any) -> tuple[int, bytes]:
        # A token may have to be renewed first; that counts as part of the call.
        await self._api.update_params_for_auth(headers, [], ["BearerToken"], path, method, body)
        sent = time.monotonic()
        answer = await self._api.call_api(
            method, self._api.configuration.host + path, headers, body, _request_timeout=_CLIENT_TIMEOUT
        )
        data = await answer.read()
        if answer.status < _SERVER_ERROR:
            self._clock.observe(answer.headers.get("Date", ""), sent, time.monotonic())
        return answer.status, data


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
        return str(status.get("message", ""))[:400], {str(cause.get("reason")) for cause in causes}
    except (ValueError, AttributeError):
        return "", set()


def _why(error: BaseException) -> str:
    return (
        f"nothing within {TIMEOUT:g} s"
        if isinstance(error, TimeoutError)
        else str(error) or type(error).__name__
    )
