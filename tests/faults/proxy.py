"""A proxy between operators and the API server that cuts, delays, holds, drops, answers falsely, and stops operators.

Each operator comes with a token of its own, `NAMESPACE.NUMBER`: the proxy knows it by that whatever it says of itself,
adds it to its User-Agent for the audit log, and goes on as the administrator.
"""

import asyncio
import json
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final
from urllib.parse import urlencode

import aiohttp
from aiohttp import web

from dev.cluster.programs import run
from dev.controlplane import ControlPlane
from tests.faults.plan import Effect, Fault, Plan, Way

WRITES: Final = frozenset({"POST", "PUT", "PATCH", "DELETE"})
_PASSED_ON: Final = ("Content-Type", "Accept")
_ANSWERED: Final = ("Content-Type", "Date")
LOOK: Final = 0.05
"""Seconds between two looks at a way that is closed."""


@dataclass(slots=True)
class Proxy:
    """Passes requests on, by each namespace's plan."""

    plane: ControlPlane
    session: aiohttp.ClientSession
    plans: dict[str, Plan] = field(default_factory=dict)
    url: str = ""
    """With TLS."""
    plain_url: str = ""
    """Without, for operators in this process: encrypting to oneself costs and tests nothing."""

    async def answer(self, request: web.BaseRequest) -> web.StreamResponse:
        """Carry one request to the API server and back, or see to it that it does not get there."""
        token = request.headers.get("Authorization", "").removeprefix("Bearer ")
        plan = self.plans.get(token.rpartition(".")[0])
        if plan is None:
            return _cut(request)
        resource = _resource(request.path)
        if not await _passable(plan, token, resource):
            return _cut(request)
        if "watch" in request.query:
            return await self._watch(request, plan, token)
        if resource == "leases":
            return await self._carry(request, plan, token, resource)
        plan.under_way += 1
        try:
            return await self._carry(request, plan, token, resource)
        finally:
            plan.under_way -= 1

    async def _carry(
        self, request: web.BaseRequest, plan: Plan, token: str, resource: str
    ) -> web.StreamResponse:
        if request.method in WRITES:
            return await self._write(request, plan, token, resource)
        return await self._read(request, plan, token)

    async def _write(
        self, request: web.BaseRequest, plan: Plan, token: str, resource: str
    ) -> web.StreamResponse:
        body = await request.read()
        fault = plan.write(resource)
        if fault is None:
            return await self._pass(request, plan, token, body)
        if fault.effect is Effect.CUT_BEFORE:
            return _cut(request)
        if fault.effect is Effect.ANSWER:
            return _failure(fault.status)
        await _wait(plan, fault)
        if fault.effect is Effect.SWALLOW:
            return _cut(request)
        passed = await self._pass(request, plan, token, body)
        if fault.effect is Effect.STOP:
            plan.on_stop()
        if fault.effect in {Effect.STOP, Effect.CUT_AFTER}:
            return _cut(request)
        return _failure(fault.status) if fault.effect is Effect.DISGUISE else passed

    async def _read(self, request: web.BaseRequest, plan: Plan, token: str) -> web.StreamResponse:
        is_list = request.path.rsplit("/", 1)[-1] == _resource(request.path)
        if not (plan.list_at and is_list):
            return await self._pass(request, plan, token, None)
        at = {"resourceVersion": plan.list_at, "resourceVersionMatch": "Exact"}
        old = await self._pass(request, plan, token, None, urlencode({**request.query, **at}))
        newest = await self._pass(request, plan, token, None)
        if _items(old) != _items(newest):
            plan.fired["stale"] += 1
        return old

    async def _pass(
        self, request: web.BaseRequest, plan: Plan, token: str, body: bytes | None, query: str | None = None
    ) -> web.Response:
        target = f"{self.plane.url}{request.path}?{request.query_string if query is None else query}"
        headers = self._headers(request, token)
        async with self.session.request(request.method, target, data=body, headers=headers) as answer:
            data = await answer.read()
        if request.method in WRITES and answer.ok:
            resource = _resource(request.path)
            plan.wrote(resource, _version(data))
            plan.holder = token if resource == "leases" else plan.holder
        kept = {name: answer.headers[name] for name in _ANSWERED if name in answer.headers}
        return web.Response(status=answer.status, body=data, headers=kept)

    async def _watch(self, request: web.BaseRequest, plan: Plan, token: str) -> web.StreamResponse:
        task = asyncio.current_task()
        if task is None:
            raise AssertionError("a request is handled in a task")
        plan.streams(task)
        target = f"{self.plane.url}{request.path_qs}"
        headers = self._headers(request, token)
        stream = web.StreamResponse(headers={"Content-Type": "application/json"})
        try:
            async with self.session.get(target, headers=headers) as answer:
                stream.set_status(answer.status)
                await stream.prepare(request)
                async for line in _lines(answer.content):
                    if not await self._event(stream, plan, token, line):
                        break
        except (aiohttp.ClientError, ConnectionError):
            return _cut(request)
        except asyncio.CancelledError:
            # The way was closed, or the operator is gone: either way this watch is over, and nothing else is.
            return _cut(request)
        return stream

    async def _event(self, stream: web.StreamResponse, plan: Plan, token: str, line: bytes) -> bool:
        """Deliver an event; False where the watch ends in its place."""
        is_bookmark = line.startswith(b'{"type":"BOOKMARK"')
        word = "" if is_bookmark else plan.event()
        if word == "dropped":
            return True
        if plan.watch_lag:
            await asyncio.sleep(plan.watch_lag)
        if not await _passable(plan, token, ""):
            return False
        if word == "expired":
            line = json.dumps({"type": "ERROR", "object": _status(410)}).encode() + b"\n"
        await stream.write(line)
        return word != "expired"

    def _headers(self, request: web.BaseRequest, token: str) -> dict[str, str]:
        kept = {name: request.headers[name] for name in _PASSED_ON if name in request.headers}
        agent = f"{request.headers.get('User-Agent', '')} via {token}"
        return {**kept, "Authorization": f"Bearer {self.plane.token}", "User-Agent": agent}


@asynccontextmanager
async def proxy(plane: ControlPlane, directory: Path) -> AsyncIterator[Proxy]:
    """Run a proxy in front of a control plane."""
    connector = aiohttp.TCPConnector(ssl=False, limit=0)
    timeout = aiohttp.ClientTimeout(total=None)
    async with aiohttp.ClientSession(connector=connector, timeout=timeout, auto_decompress=False) as session:
        passing = Proxy(plane, session)
        server = web.Server(passing.answer, access_log=None)
        runner = web.ServerRunner(server, shutdown_timeout=0.1)
        await runner.setup()
        try:
            for secured in (True, False):
                context = await asyncio.to_thread(_context, directory) if secured else None
                site = web.TCPSite(runner, "127.0.0.1", 0, ssl_context=context)
                await site.start()
            (_, secure_port), (_, plain_port) = runner.addresses
            passing.url = f"https://127.0.0.1:{secure_port}"
            passing.plain_url = f"http://127.0.0.1:{plain_port}"
            yield passing
        finally:
            await runner.cleanup()


async def _passable(plan: Plan, token: str, resource: str) -> bool:
    """Wait while the way swallows everything; False where it refuses."""
    while (way := plan.way_of(token, resource)) is Way.BLACK_HOLE:  # noqa: ASYNC110  # it is made of several facts
        await asyncio.sleep(LOOK)
    return way is Way.OPEN


async def _wait(plan: Plan, fault: Fault) -> None:
    if fault.effect in {Effect.DELAY, Effect.SWALLOW}:
        await asyncio.sleep(fault.seconds)
    if fault.effect is Effect.HOLD:
        plan.held.set()
        await plan.released.wait()


async def _lines(content: aiohttp.StreamReader) -> AsyncIterator[bytes]:
    rest = b""
    async for chunk in content.iter_any():
        *lines, rest = (rest + chunk).split(b"\n")
        for line in lines:
            yield line + b"\n"


def _cut(request: web.BaseRequest) -> web.Response:
    if request.transport is not None:
        request.transport.abort()
    return web.Response(status=503)


def _status(code: int) -> dict[str, object]:
    reasons = {409: "Conflict", 410: "Expired", 422: "Invalid", 429: "TooManyRequests"}
    reason = reasons.get(code, "InternalError")
    message = f"a fault of the test: {reason}"
    return {
        "kind": "Status",
        "apiVersion": "v1",
        "status": "Failure",
        "message": message,
        "reason": reason,
        "code": code,
    }


def _failure(code: int) -> web.Response:
    return web.json_response(_status(code), status=code)


def _resource(path: str) -> str:
    """Name the resource of a path such as /apis/apps/v1/namespaces/shop/deployments/web."""
    _, _, rest = path.partition("/namespaces/")
    words = rest.split("/")
    return words[1] if len(words) > 1 else ""


def _version(data: bytes) -> str:
    return str(json.loads(data).get("metadata", {}).get("resourceVersion", ""))


def _items(listed: web.Response) -> object:
    """Return what a list holds; what it is of whole differs from version to version."""
    return json.loads(listed.body).get("items") if isinstance(listed.body, bytes) else None


def _context(directory: Path) -> ssl.SSLContext:
    key, certificate = directory / "proxy.key", directory / "proxy.crt"
    words = ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=127.0.0.1"]
    run(
        "openssl", *words, "-keyout", key, "-out", certificate,
        what="making the proxy's certificate", timeout=30,
    )  # fmt: skip
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate, key)
    return context
