"""The port that probes and scrapers ask."""

import re
from collections.abc import AsyncIterator

import httpx
import pytest

from golive.adapters.listener import Listener, Page
from golive.errors import GoLiveError


async def fine(accept: str) -> Page:
    return Page(200, f"fine {accept}".encode(), "text/x-fine")


async def poor(_: str) -> Page:
    return Page(503, b"poor\n")


@pytest.fixture
async def listener() -> AsyncIterator[Listener]:
    opened = await Listener.open("127.0.0.1", 0, {"/fine": fine, "/poor": poor})
    yield opened
    await opened.close()


async def ask(listener: Listener, path: str, method: str = "GET") -> httpx.Response:
    async with httpx.AsyncClient(trust_env=False) as client:
        headers = {"Accept": "text/x-fine"}
        return await client.request(method, f"http://127.0.0.1:{listener.port}{path}", headers=headers)


async def test_a_page_is_served_as_it_is(listener: Listener) -> None:
    answer = await ask(listener, "/fine")
    assert (answer.status_code, answer.text) == (200, "fine text/x-fine")
    assert answer.headers["Content-Type"] == "text/x-fine"
    assert (await ask(listener, "/poor")).status_code == 503


@pytest.mark.parametrize(
    ("path", "method", "status"), [("/", "GET", 404), ("/fine/more", "GET", 404), ("/fine", "POST", 405)]
)
async def test_nothing_else_is_served(listener: Listener, path: str, method: str, status: int) -> None:
    assert (await ask(listener, path, method)).status_code == status


async def test_no_connection_is_kept_open(listener: Listener) -> None:
    assert (await ask(listener, "/fine")).headers["Connection"] == "close"


@pytest.mark.parametrize("path", ["/fine", "/poor", "/"])
async def test_no_version_is_told(listener: Listener, path: str) -> None:
    assert (await ask(listener, path)).headers["Server"] == "golive"


async def test_a_taken_port_is_a_sentence(listener: Listener) -> None:
    says = re.escape(f"cannot listen on 127.0.0.1:{listener.port}: ")
    with pytest.raises(GoLiveError, match=says + ".*write another --listen HOST:PORT"):
        await Listener.open("127.0.0.1", listener.port, {"/fine": fine})


async def test_a_host_that_is_not_ours_is_a_sentence() -> None:
    with pytest.raises(GoLiveError, match=re.escape("cannot listen on 192.0.2.1:0: ")):
        await Listener.open("192.0.2.1", 0, {"/fine": fine})


async def test_a_closed_port_is_free_again() -> None:
    first = await Listener.open("127.0.0.1", 0, {"/fine": fine})
    port = first.port
    await first.close()
    again = await Listener.open("127.0.0.1", port, {"/fine": fine})
    assert (await ask(again, "/fine")).status_code == 200
    await again.close()
