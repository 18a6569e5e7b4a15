"""What there is of each kind: listed, watched, and listed again for what a watch has missed."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest

from golive.errors import Unavailable
from golive.observe.cache import Cache
from golive.ports import Change, Page
from golive.reflector import Reflector
from golive.watched import WATCHED
from tests.raw import FakeClock, Raw, a_deployment, a_golive, stamped


@dataclass
class Kept:
    """What the API server lists, two objects a page, and tells to who watches."""

    objects: dict[str, list[Raw]] = field(default_factory=dict)
    told: dict[str, asyncio.Queue[Change | None]] = field(default_factory=dict)
    """What a kind's watches bring; None ends one."""
    listed: list[tuple[str, str | None]] = field(default_factory=list)
    watched: list[tuple[str, str]] = field(default_factory=list)
    """Kinds, and from which version on."""
    fails: str = ""
    after_a_page: Callable[[], object] = lambda: None

    async def pages(self, kind: str, namespace: str | None) -> AsyncIterator[Page]:
        self.listed.append((kind, namespace))
        if self.fails == kind:
            raise Unavailable("no answer")
        found = self.objects.get(kind, [])
        version = stamped({"metadata": {}})["metadata"]["resourceVersion"]
        for first in range(0, len(found), 2) or [0]:
            yield Page(tuple(found[first : first + 2]), version)
            self.after_a_page()

    async def changes(
        self, kind: str, namespace: str | None, version: str, seconds: float
    ) -> AsyncIterator[Change]:
        assert seconds == 60
        assert namespace in {None, "a", "b"}
        self.watched.append((kind, version))
        told = self.told.setdefault(kind, asyncio.Queue())
        while change := await told.get():
            yield change


@pytest.fixture
def kept() -> Kept:
    return Kept()


@pytest.fixture
def cache() -> Cache:
    return Cache(FakeClock())


def a_reflector(kept: Kept, cache: Cache, namespaces: Iterable[str | None] = (None,)) -> Reflector:
    async def pause(_: float) -> None:
        await asyncio.sleep(0)

    return Reflector(kept, cache, cache.put, cache.drop, tuple(namespaces), 60.0, pause=pause)


@asynccontextmanager
async def running(reflector: Reflector) -> AsyncIterator[None]:
    task = asyncio.create_task(reflector.run())
    try:
        async with asyncio.timeout(5):
            yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def until(true: Callable[[], object]) -> None:
    while not true():  # noqa: ASYNC110  # it has no event to wait for
        await asyncio.sleep(0)


async def test_what_was_missed_is_taken_in_and_what_is_gone_is_forgotten(kept: Kept, cache: Cache) -> None:
    cache.put("Deployment", stamped(a_deployment("web-blue")))
    cache.put("Deployment", stamped(a_deployment("web-green")))
    kept.objects["Deployment"] = [
        stamped(a_deployment("web-blue", availableReplicas=1)),
        stamped(a_deployment("api-blue")),
    ]
    await a_reflector(kept, cache).list("Deployment", None)
    assert sorted(name for _, name in cache.places("Deployment")) == ["api-blue", "web-blue"]
    held = cache.get("Deployment", "shop", "web-blue")
    assert held is not None
    assert held["status"]["availableReplicas"] == 1


async def test_all_pages_count(kept: Kept, cache: Cache) -> None:
    kept.objects["Deployment"] = [stamped(a_deployment(f"web-{number}")) for number in range(5)]
    for _ in range(2):
        await a_reflector(kept, cache).list("Deployment", None)
        assert len(cache.places("Deployment")) == 5


async def test_what_was_created_since_the_listing_stays(kept: Kept, cache: Cache) -> None:
    kept.after_a_page = lambda: cache.put("GoLive", stamped(a_golive()))
    await a_reflector(kept, cache).list("GoLive", None)
    assert cache.golives() == (("shop", "shop"),)


async def test_other_namespaces_are_left_alone(kept: Kept, cache: Cache) -> None:
    cache.put("GoLive", stamped(a_golive()))
    await a_reflector(kept, cache).list("GoLive", "another")
    assert cache.golives() == (("shop", "shop"),)
    await a_reflector(kept, cache).list("GoLive", "shop")
    assert cache.golives() == ()


async def test_what_is_heard_late_of_something_forgotten_does_not_bring_it_back(
    kept: Kept, cache: Cache
) -> None:
    first, late = stamped(a_golive()), stamped(a_golive())
    cache.put("GoLive", first)
    await a_reflector(kept, cache).list("GoLive", None)
    cache.put("GoLive", late)
    assert cache.golives() == ()


async def test_all_is_listed_once_every_kind_is_in_every_namespace(kept: Kept, cache: Cache) -> None:
    kept.fails = "Service"
    reflector = a_reflector(kept, cache, ["a", "b"])
    async with running(reflector):
        others = {(kind, namespace) for kind in WATCHED for namespace in ("a", "b") if kind != "Service"}
        await until(lambda: others <= set(kept.listed))
        assert not reflector._listed.is_set()
        kept.fails = ""
        await reflector.until_listed()


async def test_a_world_without_any_object_is_listed_too(kept: Kept, cache: Cache) -> None:
    reflector = a_reflector(kept, cache)
    async with running(reflector):
        await reflector.until_listed()


async def test_changes_are_taken_in_from_the_listing_on(kept: Kept, cache: Cache) -> None:
    first = stamped(a_deployment("web-blue"))
    kept.objects["Deployment"] = [first]
    async with running(a_reflector(kept, cache)):
        await until(lambda: "Deployment" in kept.told)
        kept.told["Deployment"].put_nowait(Change(stamped(a_deployment("web-green")), gone=False))
        await until(lambda: len(cache.places("Deployment")) == 2)
        kept.told["Deployment"].put_nowait(Change(stamped(first), gone=True))
        await until(lambda: cache.places("Deployment") == (("shop", "web-green"),))
        (kind, version) = next(seen for seen in kept.watched if seen[0] == "Deployment")
        assert int(version) > int(first["metadata"]["resourceVersion"]), kind


async def test_a_watch_that_has_ended_is_followed_by_a_listing(kept: Kept, cache: Cache) -> None:
    cache.put("Service", stamped(a_deployment("gone")))
    async with running(a_reflector(kept, cache)):
        await until(lambda: "Service" in kept.told)
        kept.objects["Service"] = [stamped(a_deployment("new"))]
        kept.told["Service"].put_nowait(None)
        await until(lambda: cache.places("Service") == (("shop", "new"),))


async def test_what_kopf_watches_is_only_listed(kept: Kept, cache: Cache) -> None:
    async with running(a_reflector(kept, cache)):
        await until(lambda: kept.listed.count(("GoLive", None)) >= 2 and len(kept.watched) == 6)
        assert "GoLive" not in {kind for kind, _ in kept.watched}
