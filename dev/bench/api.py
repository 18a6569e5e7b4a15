"""The bench's own way to the API server: raw HTTP, a bounded number of requests at a time."""

import asyncio
import json
from collections.abc import Iterable
from typing import Any, Final, Self

import aiohttp

from dev.bench.objects import ACCOUNT, SYSTEM, Made
from dev.cluster.progress import ClusterError
from dev.controlplane import ControlPlane

AT_A_TIME: Final = 24
SECONDS: Final = 60
_AGENT: Final = "golive-bench"
_MISSING: Final = 404
_CONFLICT: Final = 409
_MERGE: Final = "application/merge-patch+json"


class Api:
    """An open connection; use as `async with`."""

    def __init__(self, plane: ControlPlane) -> None:
        self._plane = plane
        self._session: aiohttp.ClientSession

    async def __aenter__(self) -> Self:
        self._session = aiohttp.ClientSession(
            self._plane.url,
            connector=aiohttp.TCPConnector(ssl=False, limit=AT_A_TIME),
            headers={"Authorization": f"Bearer {self._plane.token}", "User-Agent": _AGENT},
            timeout=aiohttp.ClientTimeout(total=SECONDS),
            trust_env=False,
        )
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._session.close()

    async def post_all(self, made: Iterable[Made]) -> None:
        """Create objects, several at a time; one that is there is left as it is."""
        work = iter(made)

        async def worker() -> None:
            for path, body in work:
                await self.post(path, body)

        await asyncio.gather(*(worker() for _ in range(AT_A_TIME)))

    async def post(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        """Create one object."""
        return await self._call("POST", path, body, "application/json", tolerated=_CONFLICT)

    async def merge(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        """Merge into one object."""
        return await self._call("PATCH", path, body, _MERGE)

    async def get(self, path: str) -> dict[str, Any]:
        """Read an object or a list."""
        return await self._call("GET", path)

    async def find(self, path: str) -> dict[str, Any] | None:
        """Read an object; None where it is not there."""
        found = await self._call("GET", path, tolerated=_MISSING)
        return found if found.get("kind") != "Status" else None

    async def delete(self, path: str) -> None:
        """Delete one object."""
        await self._call("DELETE", path)

    async def token(self) -> str:
        """Ask for a token of the operator's own user."""
        path = f"/api/v1/namespaces/{SYSTEM}/serviceaccounts/{ACCOUNT}/token"
        answer = await self.post(path, {"spec": {"expirationSeconds": 86400}})
        return str(answer["status"]["token"])

    async def _call(
        self, method: str, path: str, body: Any = None, content: str = "", *, tolerated: int = 0
    ) -> dict[str, Any]:
        headers = {"Content-Type": content} if content else {}
        data = json.dumps(body) if body is not None else None
        async with self._session.request(method, path, data=data, headers=headers) as answer:
            text = await answer.text()
            if not answer.ok and answer.status != tolerated:
                raise ClusterError(f"{method} {path}: the API server answers {answer.status}: {text[:400]}")
        return dict(json.loads(text))
