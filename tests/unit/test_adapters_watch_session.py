"""How long each watch has been silent: its head counts, every byte counts, and nothing but what is watched."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import aiohttp
import pytest
from aiohttp import web

from golive.adapters.watch_session import Watches
from golive.watched import Resource

RESOURCES = {
    "HTTPRoute": Resource("gateway.networking.k8s.io", "v1", "httproutes"),
    "Service": Resource("", "v1", "services"),
}
ROUTES = "/apis/gateway.networking.k8s.io/v1/httproutes"
SERVICES = "/api/v1/services"


@dataclass
class ApiServer:
    """Answers every watch, and sends a byte when told to."""

    url: str = ""
    status: int = 200
    agents: list[str] = field(default_factory=list)
    send: asyncio.Event = field(default_factory=asyncio.Event)

    async def answer(self, request: web.Request) -> web.StreamResponse:
        self.agents.append(request.headers["User-Agent"])
        answer = web.StreamResponse(status=self.status)
        await answer.prepare(request)
        await self.send.wait()
        await answer.write(b"{}\n")
        return answer


@asynccontextmanager
async def an_api_server() -> AsyncIterator[ApiServer]:
    server, app = ApiServer(), web.Application()
    app.router.add_get("/{path:.*}", server.answer)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    server.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    try:
        yield server
    finally:
        server.send.set()
        await runner.cleanup()


@pytest.fixture
async def server() -> AsyncIterator[ApiServer]:
    async with an_api_server() as running:
        yield running


@dataclass
class Time:
    passed: float = 0.0

    def __call__(self) -> float:
        return self.passed


@pytest.fixture
def time() -> Time:
    return Time()


def watches(time: Time, *namespaces: str) -> Watches:
    return Watches(RESOURCES, namespaces, time, "golive/1 (here)")


@asynccontextmanager
async def asking(heard: Watches, url: str) -> AsyncIterator[aiohttp.ClientResponse]:
    context = ssl.create_default_context()
    async with heard.session(context, {"Authorization": "Bearer t"}) as session, session.get(url) as answer:
        yield answer


async def test_a_watch_is_silent_since_its_head_until_its_next_byte(server: ApiServer, time: Time) -> None:
    heard = watches(time)
    time.passed = 10.0
    async with asking(heard, f"{server.url}{ROUTES}?watch=true") as answer:
        time.passed = 15.0
        assert heard.silences() == {"HTTPRoute": 5.0}
        server.send.set()
        await answer.content.readany()
        assert heard.silences() == {"HTTPRoute": 0.0}
        time.passed = 17.0
        assert heard.silences() == {"HTTPRoute": 2.0}


async def test_it_stays_silent_where_its_answer_is_over(server: ApiServer, time: Time) -> None:
    heard = watches(time)
    server.send.set()
    async with asking(heard, f"{server.url}{SERVICES}?watch=true") as answer:
        await answer.read()
    heard.listen()
    time.passed = 100.0
    assert heard.silences() == {"Service": 100.0}


@pytest.mark.parametrize(
    "path", [f"{ROUTES}", "/api/v1/namespaces?watch=true", "/apis/apps/v1/deployments?watch=true"]
)
async def test_what_is_no_watch_of_ours_is_not_heard(server: ApiServer, time: Time, path: str) -> None:
    heard = watches(time)
    async with asking(heard, server.url + path):
        assert heard.silences() == {}
        assert heard.unlisted() == ("HTTPRoute", "Service")


async def test_a_watch_that_is_refused_has_not_begun(server: ApiServer, time: Time) -> None:
    heard, server.status = watches(time), 403
    async with asking(heard, f"{server.url}{ROUTES}?watch=true"):
        assert heard.unlisted() == ("HTTPRoute", "Service")


async def test_a_kind_is_listed_when_it_is_watched_in_every_namespace(server: ApiServer, time: Time) -> None:
    heard = watches(time, "a", "b")
    base = f"{server.url}/apis/gateway.networking.k8s.io/v1/namespaces"
    async with asking(heard, f"{base}/a/httproutes?watch=true"):
        assert heard.unlisted() == ("HTTPRoute", "Service")
        time.passed = 4.0
        async with asking(heard, f"{base}/b/httproutes?watch=true"):
            assert heard.unlisted() == ("Service",)
            assert heard.silences() == {"HTTPRoute": 4.0}


async def test_behind_a_path_of_its_own_a_server_is_understood(server: ApiServer, time: Time) -> None:
    heard = watches(time)
    async with asking(heard, f"{server.url}/k8s/clusters/c1{SERVICES}?watch=true"):
        assert heard.unlisted() == ("HTTPRoute",)


async def test_the_server_is_told_who_watches(server: ApiServer, time: Time) -> None:
    async with asking(watches(time), f"{server.url}{SERVICES}?watch=true"):
        assert server.agents == ["golive/1 (here)"]
