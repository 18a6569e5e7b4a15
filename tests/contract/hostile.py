"""An HTTP server on loopback that does what a source or an API server should not."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from aiohttp import web

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass
class Hostile:
    """The running server, and what it was asked."""

    url: str = ""
    paths: list[str] = field(default_factory=list)


@asynccontextmanager
async def hostile(handler: Handler) -> AsyncIterator[Hostile]:
    """Answer every request by a handler until the test is over."""
    server = Hostile()

    async def counted(request: web.Request) -> web.StreamResponse:
        server.paths.append(request.path)
        return await handler(request)

    application = web.Application()
    application.router.add_route("*", "/{path:.*}", counted)
    runner = web.AppRunner(application, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    host, port = runner.addresses[0][:2]
    server.url = f"http://{host}:{port}"
    try:
        yield server
    finally:
        await runner.cleanup()


def says(
    status: int = 200, text: str = "", content_type: str = "application/json", **headers: str
) -> Handler:
    """Answer the same to everybody."""

    async def answer(_: web.Request) -> web.Response:
        return web.Response(status=status, text=text, content_type=content_type, headers=headers)

    return answer


async def hangs(_: web.Request) -> web.StreamResponse:
    """Take the question and never answer."""
    await asyncio.Event().wait()
    raise AssertionError


async def drips(request: web.Request) -> web.StreamResponse:
    """Answer a byte at a time, for as long as anybody listens."""
    response = web.StreamResponse()
    await response.prepare(request)
    for _ in range(1000):
        await response.write(b" ")
        await asyncio.sleep(0.02)
    return response


async def breaks_off(request: web.Request) -> web.StreamResponse:
    """Promise more than it sends."""
    response = web.StreamResponse(headers={"Content-Length": "1000"})
    await response.prepare(request)
    await response.write(b'{"status"')
    if request.transport is not None:
        request.transport.close()
    return response
