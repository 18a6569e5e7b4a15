"""What a watch has missed is found by listing again: changes, what is new, and what is gone."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable
from dataclasses import dataclass, field

import pytest

from golive.errors import Unavailable
from golive.observe.cache import Cache
from golive.ports import Page
from golive.relist import Relist
from golive.watched import WATCHED
from tests.raw import FakeClock, Raw, a_deployment, a_golive, stamped


@dataclass
class Listed:
    """What the API server lists, two objects a page."""

    objects: dict[str, list[Raw]] = field(default_factory=dict)
    asked: list[tuple[str, str | None]] = field(default_factory=list)
    fails: str = ""
    after_a_page: Callable[[], object] = lambda: None

    async def pages(self, kind: str, namespace: str | None) -> AsyncIterator[Page]:
        self.asked.append((kind, namespace))
        if self.fails == kind:
            raise Unavailable("no answer")
        found = self.objects.get(kind, [])
        version = stamped({"metadata": {}})["metadata"]["resourceVersion"]
        for first in range(0, len(found), 2) or [0]:
            yield Page(tuple(found[first : first + 2]), version)
            self.after_a_page()


@pytest.fixture
def listed() -> Listed:
    return Listed()


@pytest.fixture
def cache() -> Cache:
    return Cache(FakeClock())


def a_relist(listed: Listed, cache: Cache, namespaces: Iterable[str | None] = (None,)) -> Relist:
    return Relist(listed, cache, cache.put, cache.drop, tuple(namespaces), 0.0, lambda _: asyncio.sleep(0))


async def test_what_was_missed_is_taken_in_and_what_is_gone_is_forgotten(
    listed: Listed, cache: Cache
) -> None:
    cache.put("Deployment", stamped(a_deployment("web-blue")))
    cache.put("Deployment", stamped(a_deployment("web-green")))
    changed, new = stamped(a_deployment("web-blue", availableReplicas=1)), stamped(a_deployment("api-blue"))
    listed.objects["Deployment"] = [changed, new]
    await a_relist(listed, cache).once("Deployment", None)
    assert sorted(name for _, name in cache.places("Deployment")) == ["api-blue", "web-blue"]
    held = cache.get("Deployment", "shop", "web-blue")
    assert held is not None
    assert held["status"]["availableReplicas"] == 1


async def test_all_pages_count(listed: Listed, cache: Cache) -> None:
    listed.objects["Deployment"] = [stamped(a_deployment(f"web-{number}")) for number in range(5)]
    for _ in range(2):
        await a_relist(listed, cache).once("Deployment", None)
        assert len(cache.places("Deployment")) == 5


async def test_what_was_created_since_the_listing_stays(listed: Listed, cache: Cache) -> None:
    listed.after_a_page = lambda: cache.put("GoLive", stamped(a_golive()))
    await a_relist(listed, cache).once("GoLive", None)
    assert cache.golives() == (("shop", "shop"),)


async def test_other_namespaces_are_left_alone(listed: Listed, cache: Cache) -> None:
    cache.put("GoLive", stamped(a_golive()))
    await a_relist(listed, cache).once("GoLive", "another")
    assert cache.golives() == (("shop", "shop"),)
    await a_relist(listed, cache).once("GoLive", "shop")
    assert cache.golives() == ()


async def test_what_is_heard_late_of_something_forgotten_does_not_bring_it_back(
    listed: Listed, cache: Cache
) -> None:
    first = stamped(a_golive())
    late = stamped(a_golive())
    cache.put("GoLive", first)
    await a_relist(listed, cache).once("GoLive", None)
    cache.put("GoLive", late)
    assert cache.golives() == ()


async def test_every_kind_is_listed_in_every_namespace_whatever_fails(listed: Listed, cache: Cache) -> None:
    listed.fails = "HTTPRoute"
    running = asyncio.create_task(a_relist(listed, cache, ["a", "b"]).run())
    wanted = {(kind, namespace) for kind in WATCHED for namespace in ("a", "b")}
    async with asyncio.timeout(5):
        while not wanted <= set(listed.asked):  # noqa: ASYNC110  # it has no event to wait for
            await asyncio.sleep(0)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


async def test_a_world_without_any_object_is_told_from_one_with_a_single_one(
    listed: Listed, cache: Cache
) -> None:
    assert await a_relist(listed, cache, ["a", "b"]).finds_nothing()
    assert len(listed.asked) == 2 * len(WATCHED)
    listed.objects["ConfigMap"] = [stamped(a_golive())]
    assert not await a_relist(listed, cache).finds_nothing()


async def test_a_world_that_cannot_be_seen_is_not_empty(listed: Listed, cache: Cache) -> None:
    listed.fails = "Service"
    assert not await a_relist(listed, cache).finds_nothing()
