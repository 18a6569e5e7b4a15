"""The parts that observe the operator, tied together: what the port says, and what is refused before anything starts."""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime

import httpx
import pytest

from dev.controlplane.process import free_ports
from golive.errors import GoLiveError
from golive.introspection import Introspection
from golive.observe.cache import Cache
from golive.schedule import Key, Schedule
from golive.settings import Settings
from tests.builders import START


class Clock:
    def now(self) -> datetime:
        return START


async def idle(key: Key) -> float | None:
    raise AssertionError(f"nobody ticks here: {key}")


@asynccontextmanager
async def opened(settings: Settings) -> AsyncIterator[Introspection]:
    itself = Introspection(settings, Clock(), "golive/1 (here)")
    await itself.open(Schedule(idle, asyncio.get_running_loop().time), Cache(Clock()), lambda: True)
    try:
        yield itself
    finally:
        await itself.close()


async def ask(port: int, path: str) -> tuple[int, str]:
    async with httpx.AsyncClient(trust_env=False) as client:
        answer = await client.get(f"http://127.0.0.1:{port}{path}")
        return answer.status_code, answer.text


@pytest.fixture
def settings() -> Settings:
    return replace(Settings(), listen=("127.0.0.1", free_ports(1)[0]))


def port(settings: Settings) -> int:
    assert settings.listen is not None
    return settings.listen[1]


async def test_before_anything_is_listed_it_is_healthy_and_not_ready(settings: Settings) -> None:
    async with opened(settings):
        assert await ask(port(settings), "/healthz") == (200, "ok\n")
        status, says = await ask(port(settings), "/readyz")
        assert (status, says.splitlines()) == (503, [says.strip()])
        assert says.startswith("not yet listed: GoLive, HTTPRoute")
        assert "golive_build_info" in (await ask(port(settings), "/metrics"))[1]


async def test_the_time_of_a_tick_is_taken_also_where_it_fails(settings: Settings) -> None:
    async def fails(key: Key) -> float | None:
        raise ValueError(key)

    async with opened(settings) as itself:
        with pytest.raises(ValueError, match="shop"):
            await itself.timed(fails)(("shop", "a"))
        assert "golive_tick_seconds_count 1.0" in (await ask(port(settings), "/metrics"))[1]


async def test_without_a_port_it_listens_nowhere_and_still_feels_its_pulse() -> None:
    async with opened(replace(Settings(), listen=None)) as itself:
        beating = asyncio.create_task(itself.beat())
        await asyncio.sleep(0)
        assert not beating.done()
        beating.cancel()
        await asyncio.gather(beating, return_exceptions=True)


def test_traces_without_their_packages_are_refused_with_a_sentence(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "golive.adapters.traces", None)
    with pytest.raises(GoLiveError, match=r"install golive\[tracing\], or leave --traces out"):
        Introspection(replace(settings, traces="http://127.0.0.1:9"), Clock(), "golive/1 (here)")
