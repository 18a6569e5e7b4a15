"""News of the cluster: into the cache, and those first whose traffic may have to go back."""

import asyncio
from typing import Any

import pytest
from typing_extensions import override

from golive.act.upward import Upward
from golive.errors import Refused
from golive.news import Echo, News
from golive.observe.cache import Cache
from golive.schedule import Schedule
from tests.raw import FakeClock, Raw, a_golive, a_replica_set, a_route, a_service, ready_slice, stamped

SHOP = ("shop", "shop")


class Marks(Schedule):
    """A schedule that notes what is made due."""

    @override
    def mark(self, key: tuple[str, str], *, delay: float = 0.0, urgent: bool = False) -> None:
        assert (key, delay) == (SHOP, 0.0)
        MARKED.append(urgent)


MARKED: list[bool] = []


async def never(_: tuple[str, str]) -> float | None:
    raise AssertionError("nothing is ticked here")


@pytest.fixture
def news() -> News:
    MARKED.clear()
    return News(
        Cache(FakeClock()), Marks(never, lambda: 0.0, goes_down=lambda _: True), Upward(), _ticks=True
    )


def a_shop(phase: str) -> Raw:
    return stamped({**a_golive(), "status": {"phase": phase}})


@pytest.mark.parametrize(
    ("phase", "kind", "raw", "urgent"),
    [
        ("Shifting", "EndpointSlice", ready_slice("web-green", pods=0), True),
        ("Stabilising", "EndpointSlice", ready_slice("web-green", pods=0), True),
        ("Preparing", "EndpointSlice", ready_slice("web-green", pods=0), False),
        ("Live", "EndpointSlice", ready_slice("web-green", pods=0), False),
        ("Shifting", "Service", a_service("web-green"), False),
        ("Shifting", "ReplicaSet", a_replica_set("web-green"), True),
    ],
)
async def test_what_may_take_traffic_back_is_urgent_while_traffic_is_split(
    news: News,
    phase: str,
    kind: str,
    raw: Raw,
    urgent: bool,  # noqa: FBT001  # a table's column
) -> None:
    news.put("GoLive", a_shop(phase))
    MARKED.clear()
    news.put(kind, stamped(raw))
    assert [urgent] == MARKED


@pytest.mark.parametrize(
    ("kind", "raw", "goes_down", "full", "urgent"),
    [
        ("GoLive", {**a_golive(), "status": {"phase": "RolledBack"}}, True, True, True),
        ("HTTPRoute", a_route(), True, True, True),
        ("HTTPRoute", a_route(), False, True, False),
        ("HTTPRoute", a_route(), True, False, False),
        ("EndpointSlice", ready_slice("web-green", pods=0), True, True, False),
    ],
)
async def test_what_takes_traffic_back_at_rest_is_urgent_where_it_would_have_to_wait(
    news: News,
    kind: str,
    raw: Raw,
    goes_down: bool,  # noqa: FBT001  # a table's column
    full: bool,  # noqa: FBT001  # a table's column
    urgent: bool,  # noqa: FBT001  # a table's column
) -> None:
    news.put("GoLive", a_shop("Live"))
    news.schedule.goes_down = lambda _: goes_down
    news.schedule.workers = 0 if full else 8
    MARKED.clear()
    news.put(kind, stamped(raw))
    assert [urgent] == MARKED


async def test_a_slice_that_is_deleted_is_as_urgent_and_ends_a_raise_in_flight(news: News) -> None:
    news.put("GoLive", a_shop("Shifting"))
    whole = stamped(ready_slice("web-green"))
    news.put("EndpointSlice", whole)
    MARKED.clear()
    raising: asyncio.Task[Any] = asyncio.create_task(news.upward.run(SHOP, _hangs()))
    await asyncio.sleep(0)
    news.drop("EndpointSlice", stamped(whole))
    assert MARKED == [True]
    with pytest.raises(Exception, match="a rollback came"):
        await raising


async def test_what_takes_nothing_back_does_not_end_a_raise_in_flight(news: News) -> None:
    news.schedule.goes_down = lambda _: False
    news.put("GoLive", a_shop("Shifting"))
    raising: asyncio.Task[Any] = asyncio.create_task(news.upward.run(SHOP, asyncio.sleep(0)))
    await asyncio.sleep(0)
    news.put("EndpointSlice", stamped(ready_slice("web-green", pods=3)))
    await raising


async def test_what_our_own_write_is_answered_with_is_news_for_others_on_that_route(news: News) -> None:
    news.put("GoLive", a_shop("Live"))
    MARKED.clear()
    echo = Echo(news.cache, news)
    echo.put("HTTPRoute", stamped(a_route()))
    assert MARKED == [False]
    echo.put("GoLive", a_shop("Live"))
    assert MARKED == [False]


async def test_a_standby_fills_its_cache_and_makes_nothing_due_before_it_leads(news: News) -> None:
    news._ticks = False
    news.put("GoLive", a_shop("Shifting"))
    assert MARKED == []
    ticks = asyncio.create_task(news.tick())
    await asyncio.sleep(0)
    assert MARKED == [True]
    ticks.cancel()
    await asyncio.gather(ticks, return_exceptions=True)


async def _hangs() -> None:
    await asyncio.Event().wait()


async def test_who_is_told_to_stop_begins_no_raise_while_the_ticks_on_their_way_end(news: News) -> None:
    await news.drain()

    async def raised() -> None:
        raise AssertionError("nothing is raised any more")

    with pytest.raises(Refused):
        await news.upward.run(SHOP, raised())
