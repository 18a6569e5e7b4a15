"""The port that probes and scrapers ask: a few pages, read only."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from aiohttp import web

from golive.errors import GoLiveError


@dataclass(frozen=True, slots=True)
class Page:
    """An answer."""

    status: int
    body: bytes
    media_type: str = "text/plain; charset=utf-8"


Ask = Callable[[str], Awaitable[Page]]
"""Makes a page in a form that the request's Accept header takes."""


class Listener:
    """An open port."""

    def __init__(self, runner: web.AppRunner) -> None:
        self._runner = runner

    @classmethod
    async def open(cls, host: str, port: int, pages: Mapping[str, Ask]) -> "Listener":
        """Serve pages by their paths; raises GoLiveError where the port cannot be had. No host is every address."""
        app = web.Application()
        app.add_routes([web.get(path, _answering(ask)) for path, ask in pages.items()])
        app.on_response_prepare.append(_say_little)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
        await runner.setup()
        try:
            await web.TCPSite(runner, host or None, port).start()
        except OSError as error:
            await runner.cleanup()
            raise GoLiveError(
                f"cannot listen on {host}:{port}: {error.strerror or error};"
                " write another --listen HOST:PORT, or --listen '' to serve no probes and metrics"
            ) from error
        return cls(runner)

    @property
    def port(self) -> int:
        """The port that is open: one of the system's choice where 0 was asked for."""
        return int(self._runner.addresses[0][1])

    async def close(self) -> None:
        """Close the port."""
        await self._runner.cleanup()


def _answering(ask: Ask) -> Callable[[web.Request], Awaitable[web.Response]]:
    async def answer(request: web.Request) -> web.Response:
        page = await ask(request.headers.get("Accept", ""))
        response = web.Response(status=page.status, body=page.body, headers={"Content-Type": page.media_type})
        # Whoever ends the loop waits for every task on it, a connection that is kept open among them.
        response.force_close()
        return response

    return answer


async def _say_little(_: web.Request, answer: web.StreamResponse) -> None:
    # Which versions serve here is nobody's business.
    answer.headers["Server"] = "golive"
