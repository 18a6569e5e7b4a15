"""The demo's own line to the API server: apply, patch, watch with resume, and a pod's proxy.

Every call has a deadline, and a failure is a DemoError that says what was asked.
"""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any, Self
from urllib.parse import quote

import aiohttp

from dev.demo.errors import DemoError
from dev.demo.kubeconfig import Server

Object = dict[str, Any]
Objects = dict[str, Object]

CALL = aiohttp.ClientTimeout(total=10)
# The server ends a watch after WATCH seconds; a silent connection is given up a little later.
WATCH = 60
STREAM = aiohttp.ClientTimeout(total=None, sock_connect=5, sock_read=WATCH + 10)
BACKOFF = (0.1, 2.0)
MERGE = "application/merge-patch+json"
APPLY = "application/apply-patch+yaml"
GONE, NOT_FOUND, ERRORS = 410, 404, 400


class Api:
    """An open connection to one API server; use as `async with`."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._session: aiohttp.ClientSession

    async def __aenter__(self) -> Self:
        # A line of a watch is a whole object: far above aiohttp's default of 64 KiB.
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(ssl=self._server.tls), trust_env=False, read_bufsize=2**22
        )
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._session.close()

    async def get(self, path: str, **query: str) -> Object | None:
        """Read an object or a list; None when it is not there."""
        return await self._call("GET", path, query, missing=True)

    async def apply(self, path: str, document: Object) -> None:
        """Server-side apply one object, as the field manager golive-demo."""
        query = {"fieldManager": "golive-demo", "force": "true"}
        await self._call("PATCH", path, query, json.dumps(document), APPLY)

    async def merge(self, path: str, patch: Object) -> None:
        """Merge-patch an object; nothing happens where it is not there."""
        await self._call("PATCH", path, {}, json.dumps(patch), MERGE, missing=True)

    async def delete(self, path: str) -> None:
        """Delete an object; nothing happens where it is not there."""
        await self._call("DELETE", path, {}, missing=True)

    async def post_to_pod(self, namespace: str, pod: str, port: int, path: str) -> None:
        """POST to a pod through the API server's proxy subresource."""
        await self._call("POST", f"/api/v1/namespaces/{namespace}/pods/{quote(pod)}:{port}/proxy{path}", {})

    async def follow(self, path: str, **query: str) -> AsyncIterator[Objects]:
        """Yield all objects of a list by name, now and after each change, for as long as somebody listens.

        Resumes where it broke off; lists anew only when the server has forgotten that place.
        """
        objects, version, wait = Objects(), "", BACKOFF[0]
        while True:
            try:
                if not version:
                    listed = await self._call("GET", path, query) or {}
                    version = listed["metadata"]["resourceVersion"]
                    objects = {item["metadata"]["name"]: item for item in listed["items"]}
                    yield dict(objects)
                async for kind, item in self._events(path, {**query, "resourceVersion": version}):
                    wait = BACKOFF[0]
                    version = item["metadata"]["resourceVersion"]
                    if kind != "BOOKMARK":
                        change(objects, kind, item)
                        yield dict(objects)
            except _Gone:
                version = ""
                await asyncio.sleep(BACKOFF[0])
            except (DemoError, aiohttp.ClientError, TimeoutError):
                await asyncio.sleep(wait)
                wait = min(wait * 2, BACKOFF[1])

    async def _events(self, path: str, query: dict[str, str]) -> AsyncIterator[tuple[str, Object]]:
        query = {**query, "watch": "true", "allowWatchBookmarks": "true", "timeoutSeconds": str(WATCH)}
        async with self._session.get(self._server.address + path, params=query, timeout=STREAM) as response:
            if response.status == GONE:
                raise _Gone
            if response.status >= ERRORS:
                raise DemoError(f"the API server refused to watch {path}: {response.status}")
            async for line in response.content:
                event = json.loads(line)
                if event["type"] == "ERROR":
                    raise _Gone
                yield event["type"], event["object"]

    async def _call(
        self,
        method: str,
        path: str,
        query: dict[str, str],
        body: str | None = None,
        content: str = "",
        *,
        missing: bool = False,
    ) -> Object | None:
        """Send one request; a 404 is None where `missing` allows it, any other failure a DemoError."""
        headers = {"Content-Type": content} if content else {}
        url = self._server.address + path
        try:
            async with self._session.request(
                method, url, params=query, data=body, headers=headers, timeout=CALL
            ) as response:
                text = await response.text()
                status = response.status
        except (aiohttp.ClientError, TimeoutError) as error:
            raise DemoError(f"the API server did not answer {method} {path}: {error!r}") from error
        if missing and status == NOT_FOUND:
            return None
        if status >= ERRORS:
            raise DemoError(f"the API server refused {method} {path}: {reason(text)}")
        return _object(text)


class _Gone(Exception):  # noqa: N818 - the name of HTTP's answer
    """The server no longer knows the place to resume from."""


def change(objects: Objects, kind: str, item: Object) -> None:
    """Bring one event of a watch into the objects known so far."""
    name = item["metadata"]["name"]
    if kind == "DELETED":
        objects.pop(name, None)
    else:
        objects[name] = item


def reason(text: str) -> str:
    """Take the sentence out of a Status answer; anything else is given as it is."""
    message = _object(text).get("message")
    return str(message) if message else text.strip()[:300]


def _object(text: str) -> Object:
    try:
        said = json.loads(text)
    except ValueError:
        return {}
    return said if isinstance(said, dict) else {}
