import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from aiohttp import web

from dev.load.__main__ import main
from dev.load.generator import Load, run
from dev.load.log import Entry

Answer = Callable[[web.Request], Awaitable[web.StreamResponse]]


@asynccontextmanager
async def serving(answer: Answer) -> AsyncIterator[str]:
    app = web.Application()
    app.router.add_get("/", answer)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}/"
    finally:
        await runner.cleanup()


async def sent(load: Load, stop: asyncio.Event | None = None) -> list[Entry]:
    entries: list[Entry] = []
    await run(load, entries.append, stop or asyncio.Event())
    return entries


async def blue(request: web.Request) -> web.Response:
    return web.json_response({"colour": "blue", "version": "1", "pod": request.host})


async def test_each_request_is_logged_with_who_answered() -> None:
    async with serving(blue) as url:
        entries = await sent(Load(url, rate=100, seconds=0.2, host="shop.example"))
    assert len(entries) == 20
    assert {(one.status, one.colour, one.version, one.pod, one.error) for one in entries} == {
        (200, "blue", "1", "shop.example", "")
    }
    assert not any(one.failed for one in entries)


async def test_the_rate_is_kept_whatever_the_server_does() -> None:
    async def slow(_: web.Request) -> web.Response:
        await asyncio.Event().wait()
        raise AssertionError

    async with serving(slow) as url:
        entries = await sent(Load(url, rate=50, seconds=1, timeout=0.3))
    times = sorted(one.sent for one in entries)
    assert len(times) == 50
    assert 0.9 <= times[-1] - times[0] <= 1.3
    assert {(one.status, one.error) for one in entries} == {(None, "timeout")}


async def test_a_failing_answer_keeps_its_status_and_colour() -> None:
    async def faulty(_: web.Request) -> web.Response:
        return web.json_response({"colour": "green", "version": "2", "pod": "a"}, status=500)

    async with serving(faulty) as url:
        [entry] = await sent(Load(url, rate=1, seconds=1))
    assert (entry.status, entry.colour, entry.failed) == (500, "green", True)


@pytest.mark.parametrize("text", ["hello", "[]", "{}", ""])
async def test_a_200_of_nobody_is_a_failure(text: str) -> None:
    async def strange(_: web.Request) -> web.Response:
        return web.Response(text=text)

    async with serving(strange) as url:
        [entry] = await sent(Load(url, rate=1, seconds=1))
    assert (entry.status, entry.error, entry.failed) == (200, "body", True)


async def test_a_gateway_without_a_backend_is_nobody() -> None:
    async def missing(_: web.Request) -> web.Response:
        return web.Response(status=404, text="404 page not found")

    async with serving(missing) as url:
        [entry] = await sent(Load(url, rate=1, seconds=1))
    assert (entry.status, entry.colour, entry.error) == (404, "", "")


async def test_a_broken_connection_is_a_failure_and_not_sent_again() -> None:
    seen = 0

    async def hang_up(request: web.Request) -> web.Response:
        nonlocal seen
        seen += 1
        if seen == 1:
            return await blue(request)
        assert request.transport is not None
        request.transport.abort()
        return web.Response()

    async with serving(hang_up) as url:
        entries = await sent(Load(url, rate=5, seconds=0.4))
    assert [one.error for one in entries] == ["", "disconnected"]
    assert seen == 2


async def test_nobody_listening_is_refused() -> None:
    async with serving(blue) as url:
        pass
    [entry] = await sent(Load(url, rate=1, seconds=1))
    assert (entry.status, entry.error) == (None, "refused")


async def test_it_stops_at_once_when_told() -> None:
    stop = asyncio.Event()
    asyncio.get_running_loop().call_later(0.1, stop.set)
    async with serving(blue) as url:
        start = time.monotonic()
        entries = await sent(Load(url, rate=1, seconds=3600), stop)
    assert len(entries) == 1
    assert time.monotonic() - start < 2


@pytest.mark.parametrize(
    ("rate", "seconds", "timeout", "message"),
    [
        (0, 1, 1, "rate 0: write more than 0 and at most 2000"),
        (2001, 1, 1, "at most 2000 requests per second"),
        (float("nan"), 1, 1, "rate nan"),
        (1, 0, 1, "seconds 0: write more than 0 and at most 3600"),
        (1, 4000, 1, "at most 3600"),
        (1, 1, 0, "timeout 0: write more than 0"),
    ],
)
def test_a_load_without_bounds_is_refused(rate: float, seconds: float, timeout: float, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Load("http://127.0.0.1:1/", rate, seconds, timeout=timeout)


def test_a_target_elsewhere_ends_the_program_with_a_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["http://10.0.0.1/"]) == 2
    assert capsys.readouterr().err.startswith("dev.load: 'http://10.0.0.1/' is not this machine")


def test_a_log_that_cannot_be_written_ends_the_program_with_a_sentence(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    assert main(["http://127.0.0.1:1/", "--seconds", "0.1", "--log", str(tmp_path)]) == 2
    assert "the log cannot be written" in capsys.readouterr().err
