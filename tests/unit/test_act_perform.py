"""Carrying out a decision: what comes first, what a failure stops, and what it does not."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest

from golive.act.perform import Performer
from golive.act.upward import ARRIVES_WITHIN, Upward
from golive.api.golive import FINALIZER, GoLive, parse
from golive.api.spec import Colour
from golive.decide.decision import SaveRun, SetFinalizer, SetWeights
from golive.errors import Denied, GoLiveError, Gone, Overruled, Refused, Unavailable
from golive.facts import PastRun
from golive.runs import runs_data
from tests.json_patch import apply_patch
from tests.raw import NAMESPACE, Raw, a_golive, a_pair, a_route, a_rule, stamped

BLUE, GREEN = Colour.BLUE, Colour.GREEN
RUN = PastRun(1, GREEN, "1", "r1", "Live", "green is live")


@dataclass
class Cluster:
    """The ports, each write noted; a write to a name fails as the test says, once or for good."""

    routes_now: dict[str, Raw] = field(default_factory=dict)
    wrote: list[str] = field(default_factory=list)
    fails: dict[str, GoLiveError] = field(default_factory=dict)
    waits: dict[str, asyncio.Event] = field(default_factory=dict)
    changes: Callable[[Raw], Raw] = lambda route: route
    """What an admission webhook makes of a route that is written."""
    seen: dict[tuple[str, str], Mapping[str, Any]] = field(default_factory=dict)

    async def get(self, namespace: str, name: str) -> Mapping[str, Any]:
        assert namespace == NAMESPACE
        if name not in self.routes_now:
            raise Gone(f"{name} is gone")
        return self.routes_now[name]

    async def patch(
        self, namespace: str, name: str, operations: Sequence[Mapping[str, Any]]
    ) -> Mapping[str, Any]:
        await self._write(namespace, name)
        self.routes_now[name] = self.changes(stamped(apply_patch(self.routes_now[name], operations)))
        return self.routes_now[name]

    async def finalizers(
        self, namespace: str, name: str, resource_version: str, finalizers: Sequence[str]
    ) -> Mapping[str, Any]:
        assert resource_version
        await self._write(namespace, f"finalizers {' '.join(finalizers)}".strip())
        return stamped({"metadata": {"name": name, "namespace": namespace, "finalizers": list(finalizers)}})

    async def runs(
        self, namespace: str, name: str, resource_version: str, data: Mapping[str, str]
    ) -> Mapping[str, Any]:
        assert resource_version in {"", "1"}
        await self._write(namespace, f"runs {name} {data['last']}")
        return stamped({"metadata": {"name": f"{name}-runs", "namespace": namespace}, "data": dict(data)})

    async def status(self, *_: Any) -> Mapping[str, Any]:
        raise AssertionError("a performer records nothing")

    async def event(self, *_: Any) -> None:
        raise AssertionError("a performer tells nothing")

    def route(self, namespace: str, name: str) -> Mapping[str, Any] | None:
        assert namespace == NAMESPACE
        return self.seen.get(("HTTPRoute", name))

    def past_runs(self, namespace: str, golive: str) -> Any:
        assert namespace == NAMESPACE
        return self.seen.get(("ConfigMap", f"{golive}-runs"))

    def put(self, kind: str, raw: Mapping[str, Any]) -> object:
        self.seen[kind, raw["metadata"]["name"]] = raw
        return None

    def drop(self, kind: str, raw: Mapping[str, Any]) -> object:
        return self.seen.pop((kind, raw["metadata"]["name"]), None)

    async def _write(self, namespace: str, what: str) -> None:
        assert namespace == NAMESPACE
        if what in self.waits:
            await self.waits[what].wait()
        if what in self.fails:
            raise self.fails[what]
        self.wrote.append(what)


def a_cluster(*names: str, green: int = 0) -> Cluster:
    cluster = Cluster()
    for name in names or ("web",):
        cluster.routes_now[name] = a_route(a_rule(*a_pair(100 - green, green)), name=name)
        cluster.put("HTTPRoute", cluster.routes_now[name])
    return cluster


def a_performer(cluster: Cluster) -> Performer:
    return Performer(cluster, cluster, cluster, cluster)


def write(route: str, weight: int, seen: int, *, up: bool) -> SetWeights:
    colour = GREEN if up else BLUE
    return SetWeights(
        route,
        "web-blue",
        "web-green",
        seen={BLUE: (100 - seen,), GREEN: (seen,)},
        colour=colour,
        weight=weight if up else 100 - weight,
        up=up,
    )


def raised(route: str = "web", weight: int = 10, seen: int = 0) -> SetWeights:
    return write(route, weight, seen, up=True)


def lowered(route: str = "web", weight: int = 0, seen: int = 50) -> SetWeights:
    return write(route, weight, seen, up=False)


def golive(**metadata: Any) -> GoLive:
    raw = a_golive()
    return parse({**raw, "metadata": {**raw["metadata"], **metadata}})


def green(cluster: Cluster, name: str = "web") -> int:
    weight: int = cluster.routes_now[name]["spec"]["rules"][0]["backendRefs"][1]["weight"]
    return weight


FAILURES = [Refused("changed"), Gone("gone"), Denied("not allowed"), Unavailable("no answer")]


async def test_actions_are_carried_out_in_order_and_seen_at_once() -> None:
    cluster = a_cluster("a", "b")
    actions = (SetFinalizer(present=True), raised("a"), SaveRun(RUN), raised("b"))
    assert await a_performer(cluster).perform(golive(), actions) == []
    assert [what.split()[0] for what in cluster.wrote] == ["finalizers", "a", "runs", "b"]
    assert cluster.seen["HTTPRoute", "a"] is cluster.routes_now["a"]
    assert ("GoLive", "shop") in cluster.seen


async def test_everything_goes_down_before_anything_else() -> None:
    cluster = a_cluster("a", "b", green=50)
    actions = (SaveRun(RUN), lowered("a"), SetFinalizer(present=False), lowered("b"))
    await a_performer(cluster).perform(golive(), actions)
    assert sorted(cluster.wrote[:2]) == ["a", "b"]
    assert (green(cluster, "a"), green(cluster, "b")) == (0, 0)


async def test_all_go_down_at_the_same_time() -> None:
    cluster = a_cluster("a", "b", "c", green=50)
    cluster.waits["a"] = asyncio.Event()
    task = asyncio.create_task(a_performer(cluster).perform(golive(), [lowered(name) for name in "abc"]))
    async with asyncio.timeout(5):
        while len(cluster.wrote) < 2:  # noqa: ASYNC110  # two writes of three
            await asyncio.sleep(0)
    assert sorted(cluster.wrote) == ["b", "c"]
    cluster.waits["a"].set()
    assert await task == []
    assert green(cluster, "a") == 0


@pytest.mark.parametrize("error", FAILURES, ids=lambda error: type(error).__name__)
async def test_a_way_down_that_fails_stops_no_other(error: GoLiveError) -> None:
    cluster = a_cluster("a", "b", "c", green=50)
    cluster.fails["b"] = error
    await a_performer(cluster).perform(golive(), [lowered(name) for name in "abc"])
    assert [green(cluster, name) for name in "abc"] == [0, 50, 0]


@pytest.mark.parametrize("error", [Denied("not allowed"), Unavailable("no answer")])
async def test_nothing_goes_up_after_a_way_down_that_failed(error: GoLiveError) -> None:
    cluster = a_cluster("a", "b", green=50)
    cluster.fails["b"] = error
    failures = await a_performer(cluster).perform(golive(), (raised("a", 75, 50), SaveRun(RUN), lowered("b")))
    assert (failures, cluster.wrote) == ([error], [])


@pytest.mark.parametrize("error", FAILURES, ids=lambda error: type(error).__name__)
@pytest.mark.parametrize("what", [f"finalizers {FINALIZER}", "a"])
async def test_nothing_follows_a_failure_on_the_way_up(error: GoLiveError, what: str) -> None:
    cluster = a_cluster("a", "b")
    cluster.fails[what] = error
    actions = (SetFinalizer(present=True), raised("a"), raised("b"), SaveRun(RUN))
    assert await a_performer(cluster).perform(golive(), actions) == [error]
    assert "b" not in cluster.wrote
    assert green(cluster, "b") == 0


async def test_a_refused_way_down_is_looked_at_again_at_once() -> None:
    cluster = a_cluster(green=50)
    cluster.routes_now["web"] = a_route(a_rule(*a_pair(20, 80)))
    await a_performer(cluster).perform(golive(), [lowered()])
    assert green(cluster) == 80
    await a_performer(cluster).perform(golive(), [lowered(seen=80)])
    assert green(cluster) == 0


async def test_a_write_that_is_answered_and_changed_on_its_way_has_failed_and_says_by_whom() -> None:
    cluster = a_cluster("web", green=50)
    cluster.changes = lambda _: a_route(a_rule(*a_pair(50, 50)))
    (error,) = await a_performer(cluster).perform(golive(), [lowered()])
    assert isinstance(error, Overruled)
    assert "its weights are not those written: an admission webhook or policy changes them" in str(error)


async def test_a_run_that_cannot_be_remembered_is_said() -> None:
    cluster = a_cluster(green=50)
    cluster.fails |= {
        what: Gone("namespace is terminating") for what in (f"runs shop {runs_data(RUN)['last']}",)
    }
    (error,) = await a_performer(cluster).perform(golive(), [SaveRun(RUN)])
    assert isinstance(error, Gone)


async def test_what_is_remembered_is_seen_at_once() -> None:
    cluster = a_cluster()
    await a_performer(cluster).perform(golive(), [SaveRun(RUN)])
    assert ("ConfigMap", "shop-runs") in cluster.seen


async def test_a_route_that_is_gone_is_forgotten_and_stops_nothing() -> None:
    cluster = a_cluster("a", "b", green=50)
    del cluster.routes_now["a"]
    cluster.fails["a"] = Gone("a is gone")
    assert await a_performer(cluster).perform(golive(), [lowered("a"), lowered("b"), SaveRun(RUN)]) == []
    assert ("HTTPRoute", "a") not in cluster.seen
    assert (green(cluster, "b"), len(cluster.wrote)) == (0, 2)


async def test_a_route_that_was_never_seen_is_not_written() -> None:
    cluster = Cluster()
    failures = await a_performer(cluster).perform(golive(), [raised()])
    assert [str(error) for error in failures] == ["HTTPRoute web is gone"]


@pytest.mark.parametrize(
    ("had", "present", "wrote"),
    [
        ((), True, f"finalizers {FINALIZER}"),
        (("other/one",), True, f"finalizers other/one {FINALIZER}"),
        ((FINALIZER,), True, f"finalizers {FINALIZER}"),
        ((FINALIZER, "other/one"), False, "finalizers other/one"),
        ((FINALIZER,), False, "finalizers"),
    ],
)
async def test_finalizers_of_others_stay(had: tuple[str, ...], present: bool, wrote: str) -> None:  # noqa: FBT001  # a table's column
    cluster = a_cluster()
    await a_performer(cluster).perform(golive(finalizers=list(had)), [SetFinalizer(present=present)])
    assert cluster.wrote == [wrote]


async def until(condition: Callable[[], object]) -> None:
    async with asyncio.timeout(5):
        while not condition():  # noqa: ASYNC110  # several things are waited for
            await asyncio.sleep(0)


async def test_a_rollback_cancels_the_raise_in_flight() -> None:
    cluster = a_cluster("a", "b")
    cluster.waits["a"] = asyncio.Event()
    performer, shop = a_performer(cluster), golive()
    task = asyncio.create_task(performer.perform(shop, [raised("a"), raised("b")]))
    await until(lambda: performer.upward._flying)
    performer.upward.cancel(shop.key)
    (error,) = await task
    assert type(error) is Refused
    assert "a rollback came" in str(error)
    assert cluster.wrote == []
    assert (await performer.perform(shop, [raised("b")]), green(cluster, "b")) == ([], 10)


async def test_nothing_is_let_go_while_a_raise_that_was_given_up_may_still_arrive() -> None:
    cluster = a_cluster()
    cluster.waits["web"] = asyncio.Event()
    performer, shop = a_performer(cluster), golive(finalizers=[FINALIZER])
    task = asyncio.create_task(performer.perform(shop, [raised()]))
    await until(lambda: performer.upward._flying)
    performer.upward.cancel(shop.key)
    await task
    (error,) = await performer.perform(shop, [SetFinalizer(present=False)])
    assert "may still arrive" in str(error)
    performer.upward._given_up[shop.key] -= ARRIVES_WITHIN
    assert await performer.perform(shop, [SetFinalizer(present=False)]) == []


@pytest.mark.parametrize(
    ("error", "may"), [(Unavailable("no answer"), True), (Refused("409"), False), (None, False)]
)
async def test_only_a_raise_of_which_nobody_knows_what_became_may_arrive(
    error: GoLiveError | None,
    may: bool,  # noqa: FBT001  # a table's column
) -> None:
    cluster = a_cluster()
    cluster.fails |= {"web": error} if error else {}
    performer = a_performer(cluster)
    await performer.perform(golive(), [raised()])
    assert performer.upward.may_arrive(golive().key) is may


async def test_a_rollback_cancels_no_other_golives_raise_and_no_way_down() -> None:
    cluster = a_cluster("a", "b", green=50)
    cluster.waits |= {"a": asyncio.Event(), "b": asyncio.Event()}
    performer = a_performer(cluster)
    up = asyncio.create_task(performer.perform(golive(), [raised("a", 75, 50)]))
    down = asyncio.create_task(performer.perform(golive(name="other"), [lowered("b")]))
    await until(lambda: performer.upward._flying)
    performer.upward.cancel((NAMESPACE, "other"))
    performer.upward.cancel((NAMESPACE, "nobody"))
    for event in cluster.waits.values():
        event.set()
    assert (await up, await down) == ([], [])
    assert (green(cluster, "a"), green(cluster, "b")) == (75, 0)


async def test_who_stops_the_operator_stops_the_write_in_flight() -> None:
    upward, ended = Upward(), asyncio.Event()

    async def hangs() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()

    task = asyncio.create_task(upward.run(("shop", "shop"), hangs()))
    await until(lambda: upward._flying)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    async with asyncio.timeout(5):
        await ended.wait()
    assert not upward._flying


async def test_once_no_raise_may_begin_the_one_in_flight_is_the_last_and_the_way_down_is_free() -> None:
    cluster = a_cluster("a", "b", "c")
    cluster.waits["a"] = asyncio.Event()
    performer, shop = a_performer(cluster), golive()
    task = asyncio.create_task(performer.perform(shop, [raised("a"), raised("b"), raised("c")]))
    await until(lambda: performer.upward._flying)
    performer.upward.close()
    cluster.waits["a"].set()
    (error,) = await task
    assert type(error) is Refused
    assert "told to stop" in str(error)
    assert [green(cluster, name) for name in "abc"] == [10, 0, 0]
    assert await performer.perform(shop, [lowered("a", 0, 10)]) == []
    assert green(cluster, "a") == 0


async def test_what_is_not_remembered_because_the_process_stops_is_not_let_go_either() -> None:
    cluster = a_cluster()
    performer, shop = a_performer(cluster), golive(finalizers=[FINALIZER])
    performer.upward.close()
    (error,) = await performer.perform(shop, [SaveRun(RUN), SetFinalizer(present=False)])
    assert "told to stop" in str(error)
    assert cluster.wrote == []


async def test_what_is_not_remembered_because_a_rollback_came_is_not_let_go_either() -> None:
    cluster = a_cluster()
    cluster.waits[f"runs {golive().name} {runs_data(RUN)['last']}"] = asyncio.Event()
    performer, shop = a_performer(cluster), golive(finalizers=[FINALIZER])
    task = asyncio.create_task(performer.perform(shop, [SaveRun(RUN), SetFinalizer(present=False)]))
    await until(lambda: performer.upward._flying)
    performer.upward.cancel(shop.key)
    (error,) = await task
    assert "a rollback came" in str(error)
    assert cluster.wrote == []
