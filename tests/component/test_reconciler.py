"""Whole go-lives through the real tick, caches, samplers and schedule, over a cluster in memory and scripted time."""

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from datetime import datetime
from itertools import pairwise
from typing import Any

import pytest

from golive.errors import Denied, GoLiveError, Gone, Refused, Unavailable
from tests.component.cluster import LATENCY, Link
from tests.component.operator_process import Stage, a_check, a_stage
from tests.raw import START, Raw, a_deployment, an_object, ready_slice
from tests.scripted_time import play

Scene = Callable[[Stage], Coroutine[Any, Any, None]]


def played(scene: Scene, *components: str, **spec: Any) -> Stage:
    """Play a scene on a stage whose operator runs from the start."""

    async def whole() -> Stage:
        stage = a_stage(*components, **spec)
        stage.start()
        try:
            await scene(stage)
        finally:
            await stage.stop()
        return stage

    return play(whole())


def now() -> float:
    return asyncio.get_running_loop().time()


def taken_back(stage: Stage, *routes: str) -> Callable[[], bool]:
    return lambda: all(stage.cluster.green(route) == 0 for route in routes or ("web",))


def test_a_good_release_climbs_to_the_end() -> None:
    async def scene(stage: Stage) -> None:
        await stage.in_phase("Live")

    stage = played(scene)
    assert stage.cluster.climbs() == [10, 50, 100]
    assert (stage.status["live"], stage.golive["metadata"]["finalizers"]) == ("green", [])
    reached = ["WeightReached"] * 2
    # Those of one tick are posted side by side.
    assert sorted(stage.cluster.events()) == sorted(["Started", *reached, "Live", "Stable"])


def test_the_step_is_on_record_and_held_before_the_route_is_written() -> None:
    async def scene(stage: Stage) -> None:
        await stage.at_weight(10)

    writes = [(write.kind, write.name) for write in played(scene).cluster.writes if write.kind != "Event"]
    first = writes.index(("HTTPRoute", "web"))
    assert ("GoLive", "shop") in writes[:first]
    assert writes.count(("HTTPRoute", "web")) == 1


def test_a_breach_takes_it_back_within_a_moment_and_it_stays_back() -> None:
    async def scene(stage: Stage) -> None:
        await stage.at_weight(50)
        stage.metrics.set("web-green", 0.2)
        began = now()
        assert await stage.until(taken_back(stage), every=0.01) - began <= 1.1
        await stage.in_phase("RolledBack")
        stage.metrics.set("web-green", 0.0)
        await asyncio.sleep(300)

    stage = played(scene)
    assert stage.cluster.climbs() == [10, 50, 0]
    assert stage.status["rollback"]["rule"] == "errors > 0.05"
    assert stage.golive["metadata"]["finalizers"] == []


def test_from_verdict_to_written_is_one_call() -> None:
    async def scene(stage: Stage) -> None:
        await stage.at_weight(50)
        stage.metrics.set("web-green", 0.2)
        await stage.in_phase("RolledBack")

    stage = played(scene)
    verdict = (datetime.fromisoformat(stage.status["rollback"]["at"]) - START).total_seconds()
    written = [write.at for write in stage.cluster.writes if write.kind == "HTTPRoute"][-1]
    assert written - verdict == pytest.approx(LATENCY, abs=0.002)


def test_two_components_climb_in_lockstep_and_go_back_together() -> None:
    async def scene(stage: Stage) -> None:
        await stage.at_weight(50, "api")
        stage.metrics.set("api-green", 0.2)
        await stage.in_phase("RolledBack")
        await asyncio.sleep(60)

    stage = played(scene, "web", "api")
    assert stage.cluster.climbs("web") == stage.cluster.climbs("api") == [10, 50, 0]
    assert stage.status["rollback"]["by"] == "api"
    written = [
        (write.name, round(write.at, 1)) for write in stage.cluster.writes if write.kind == "HTTPRoute"
    ]
    assert written[-2][1] == written[-1][1]


def test_no_component_is_a_step_ahead_of_another() -> None:
    weights: list[tuple[int, int]] = []

    async def scene(stage: Stage) -> None:
        while stage.status.get("phase") != "Live":
            weights.append((stage.cluster.green("web"), stage.cluster.green("api")))
            await asyncio.sleep(0.001)

    played(scene, "web", "api")
    assert {10, 50, 100} <= {web for web, _ in weights}
    steps = [0, 10, 50, 100]
    assert all(abs(steps.index(web) - steps.index(api)) <= 1 for web, api in weights)


def test_while_the_record_cannot_be_written_nothing_goes_up() -> None:
    def held(kind: str, _: str) -> GoLiveError | None:
        return Refused("409: somebody wrote it first") if kind == "Status" else None

    async def scene(stage: Stage) -> None:
        await stage.at_weight(10)
        stage.cluster.fault = held
        await asyncio.sleep(30)
        assert stage.cluster.climbs() == [10]
        stage.cluster.fault = lambda *_: None
        await stage.in_phase("Live")

    assert played(scene).cluster.climbs() == [10, 50, 100]


def test_what_is_refused_is_tried_at_a_growing_distance_and_at_once_when_what_it_met_has_changed() -> None:
    gaps: list[float] = []

    async def scene(stage: Stage) -> None:
        await stage.at_weight(10)
        stage.cluster.fault = lambda kind, _: Refused("409") if kind == "Status" else None
        since = asyncio.get_running_loop().time()
        await asyncio.sleep(50)
        tried = [at for at, kind, _ in stage.cluster.tries if kind == "Status" and at > since]
        gaps[:] = [later - earlier for earlier, later in pairwise(tried)]
        stage.cluster.fault = lambda *_: None
        labelled = {**stage.golive["metadata"], "labels": {"edited": "yes"}}
        stage.cluster.add("GoLive", {**stage.golive, "metadata": labelled})
        await stage.until(lambda: stage.cluster.green() == 50, within=1)

    played(scene)
    assert all(gap < 0.2 for gap in gaps[:5])
    assert [round(gap) for gap in gaps[6:10]] == [1, 2, 4, 8]


def test_while_the_record_cannot_be_written_it_goes_down_all_the_same() -> None:
    async def scene(stage: Stage) -> None:
        await stage.at_weight(50)
        stage.cluster.fault = lambda kind, _: Refused("409") if kind == "Status" else None
        stage.metrics.set("web-green", 0.2)
        await stage.until(taken_back(stage), within=1.1)
        stage.metrics.set("web-green", 0.0)
        await asyncio.sleep(20)
        assert stage.cluster.green() == 0
        stage.cluster.fault = lambda *_: None
        await stage.in_phase("RolledBack")
        await asyncio.sleep(60)

    assert played(scene).cluster.climbs() == [10, 50, 0]


def test_after_a_fault_on_the_way_back_it_is_tried_again_within_half_a_second() -> None:
    async def scene(stage: Stage) -> None:
        await stage.at_weight(50)
        faults = iter([KeyError("metadata"), KeyError("metadata")])
        stage.cluster.fault = lambda kind, _: next(faults, None) if kind == "HTTPRoute" else None
        stage.metrics.set("web-green", 0.2)
        await stage.until(taken_back(stage), within=1.1 + 2 * 0.5 + 0.3)
        await stage.in_phase("RolledBack")

    assert played(scene).cluster.climbs() == [10, 50, 0]


def test_a_record_of_the_run_that_hangs_does_not_stand_before_a_revert() -> None:
    async def scene(stage: Stage) -> None:
        stage.cluster.slow["ConfigMap", "shop"] = 60
        await stage.until(lambda: stage.cluster.green() == 100, within=120)
        stage.metrics.set("web-green", 0.2)
        await stage.until(taken_back(stage), within=1.2)

    assert played(scene).cluster.climbs() == [10, 50, 100, 0]


def test_a_person_who_edits_at_the_same_moment_is_not_overwritten() -> None:
    def label(raw: Raw) -> None:
        raw["metadata"]["labels"] = {"edited": "yes"}

    async def scene(stage: Stage) -> None:
        for _ in range(40):
            stage.cluster.edit("GoLive", "shop", label)
            await asyncio.sleep(0.13)
        await stage.in_phase("Live")

    stage = played(scene)
    assert stage.cluster.climbs() == [10, 50, 100]
    assert stage.golive["metadata"]["labels"] == {"edited": "yes"}
    assert stage.status["observedGeneration"] == stage.golive["metadata"]["generation"]


def test_a_refusal_in_the_middle_of_a_revert_is_looked_at_again_at_once() -> None:
    async def scene(stage: Stage) -> None:
        await stage.at_weight(50, "api")
        refusals = iter([80, 30, 60])

        def meanwhile(kind: str, name: str) -> GoLiveError | None:
            weight = next(refusals, None) if (kind, name) == ("HTTPRoute", "api") else None
            if weight is None:
                return None
            stage.cluster.by_hand(weight, "api")
            return Refused("422: its test does not fit")

        stage.cluster.fault = meanwhile
        stage.metrics.set("web-green", 0.2)
        web = await stage.until(taken_back(stage, "web"), every=0.001)
        api = await stage.until(taken_back(stage, "api"), every=0.001)
        assert api - web <= 0.1
        await stage.in_phase("RolledBack")

    stage = played(scene, "web", "api")
    assert (stage.cluster.climbs("web"), stage.cluster.climbs("api")) == ([10, 50, 0], [10, 50, 0])


@pytest.mark.parametrize(
    "error", [Unavailable("no answer"), Denied("not allowed: give its role the verb patch")]
)
def test_going_back_is_tried_until_it_is_done_and_says_why_it_is_not(error: GoLiveError) -> None:
    async def scene(stage: Stage) -> None:
        await stage.at_weight(50)
        stage.cluster.fault = lambda kind, _: error if kind == "HTTPRoute" else None
        stage.metrics.set("web-green", 0.2)
        await asyncio.sleep(10)
        assert stage.cluster.green() == 50
        assert stage.status["phase"] == "RollingBack"
        stage.cluster.fault = lambda *_: None
        await stage.until(taken_back(stage), within=0.6)
        await stage.in_phase("RolledBack")

    stage = played(scene)
    assert stage.cluster.events().count("WriteFailed") == 1
    assert len(stage.cluster.tries) < 200


def test_a_revert_that_is_refused_for_good_is_tried_at_a_bounded_pace_and_said() -> None:
    async def scene(stage: Stage) -> None:
        await stage.at_weight(50)
        before = len(stage.cluster.tries)
        stage.cluster.fault = lambda kind, _: (
            Refused("422: a policy forbids it") if kind == "HTTPRoute" else None
        )
        stage.metrics.set("web-green", 0.2)
        await asyncio.sleep(10)
        assert len(stage.cluster.tries) - before <= 50
        stage.cluster.fault = lambda *_: None
        await stage.until(taken_back(stage), within=0.6)
        await stage.in_phase("RolledBack")

    assert played(scene).cluster.events().count("WriteFailed") == 1


@pytest.mark.parametrize("arrives", [0.3, 1.5])
def test_a_rollback_does_not_wait_for_a_raise_in_flight_and_undoes_it(arrives: float) -> None:
    async def scene(stage: Stage) -> None:
        await stage.at_weight(10)
        stage.cluster.slow["HTTPRoute", "web"] = arrives
        tries = len([kind for _, kind, _ in stage.cluster.tries if kind == "HTTPRoute"])
        await stage.until(
            lambda: len([kind for _, kind, _ in stage.cluster.tries if kind == "HTTPRoute"]) > tries,
            every=0.01,
        )
        stage.cluster.slow.clear()
        stage.metrics.set("web-green", 0.2)
        await stage.in_phase("RolledBack")
        await asyncio.sleep(60)
        assert stage.cluster.green() == 0

    stage = played(scene)
    assert stage.status["weight"] == 0


def test_pods_gone_takes_it_back_at_once() -> None:
    async def scene(stage: Stage) -> None:
        await stage.at_weight(50)
        stage.cluster.add("EndpointSlice", ready_slice("web-green", pods=0))
        began = now()
        assert await stage.until(taken_back(stage), every=0.001) - began <= 0.05
        await stage.in_phase("RolledBack")

    assert played(scene).status["rollback"]["rule"] == "no ready pod"


def test_a_sustained_breach_is_remembered_by_prometheus_through_a_restart() -> None:
    rule = {"when": "> 0.05", "for": "20s", "action": "Rollback"}

    async def scene(stage: Stage) -> None:
        await stage.at_weight(10)
        await asyncio.sleep(2)
        stage.metrics.set("web-green", 0.2)
        began = now()
        for _ in range(3):
            await asyncio.sleep(5)
            assert stage.process is not None
            stage.process.link.dead.set()
        back = await stage.until(taken_back(stage))
        assert 19 <= back - began <= 23

    played(scene, checks=[a_check(rules=[rule])], steps=[{"weight": 10, "hold": "60s"}, {"weight": 100}])


def test_an_hour_of_rest_costs_no_write() -> None:
    async def scene(stage: Stage) -> None:
        await stage.in_phase("Live")
        await asyncio.sleep(1)
        writes = len(stage.cluster.tries)
        await asyncio.sleep(3600)
        assert len(stage.cluster.tries) == writes

    played(scene)


def test_a_golive_whose_target_is_live_is_never_held_and_costs_one_round_of_writes() -> None:
    async def scene(stage: Stage) -> None:
        await stage.in_phase("Live")
        await asyncio.sleep(3600)

    stage = played(scene, target="blue")
    assert "finalizers" not in stage.golive["metadata"]
    assert [write.kind for write in stage.cluster.writes] == ["GoLive"] * len(stage.cluster.writes)
    assert len(stage.cluster.writes) <= 2


def test_prometheus_gone_for_half_a_minute_holds_and_goes_on() -> None:
    async def scene(stage: Stage) -> None:
        await stage.at_weight(10)
        stage.metrics.fails = Unavailable("connection refused")
        await asyncio.sleep(30)
        assert stage.cluster.green() == 10
        conditions = {entry["type"]: entry["status"] for entry in stage.status["conditions"]}
        assert conditions["MetricsAvailable"] == "False"
        stage.metrics.fails = None
        await stage.in_phase("Live")

    assert played(scene).cluster.climbs() == [10, 50, 100]


def test_deleted_midway_gives_traffic_back_before_it_goes() -> None:
    async def scene(stage: Stage) -> None:
        await stage.at_weight(50)
        stage.cluster.delete("GoLive", "shop")
        await stage.until(lambda: ("GoLive", "shop") not in stage.cluster.objects)
        assert stage.cluster.green() == 0
        tries = len(stage.cluster.tries)
        await asyncio.sleep(60)
        assert len(stage.cluster.tries) == tries

    played(scene)


def test_applied_again_in_the_moment_it_is_gone_it_inherits_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    let_go = Link.finalizers

    async def answered_late(link: Link, *asked: Any) -> Raw:
        answer = await let_go(link, *asked)
        await asyncio.sleep(0.5)
        return dict(answer)

    monkeypatch.setattr(Link, "finalizers", answered_late)

    async def scene(stage: Stage) -> None:
        await stage.at_weight(50)
        spec = stage.golive["spec"]

        def again(kind: str, _: Mapping[str, Any], gone: bool) -> None:  # noqa: FBT001  # a listener's form
            if kind == "GoLive" and gone:
                stage.cluster.add("GoLive", {**an_object("shop", uid="another"), "spec": spec})

        stage.cluster.listeners.append(again)
        stage.cluster.delete("GoLive", "shop")
        await stage.until(lambda: stage.golive["metadata"]["uid"] == "another")
        await stage.in_phase("Live")
        assert stage.cluster.green() == 100

    played(scene)


def test_target_set_back_in_the_rollback_window_is_one_write() -> None:
    async def scene(stage: Stage) -> None:
        await stage.in_phase("Live")
        stage.cluster.edit("GoLive", "shop", lambda raw: raw["spec"].update(target="blue"))
        await stage.until(taken_back(stage), within=1)
        await stage.until(lambda: stage.status["live"] == "blue")

    assert played(scene, version="2").cluster.climbs() == [10, 50, 100, 0]


@pytest.mark.parametrize("into_the_second", [0.0, 0.3, 0.6, 0.95])
def test_a_route_that_was_written_just_before_the_start_is_no_take_back(into_the_second: float) -> None:
    async def scene(stage: Stage) -> None:
        stage.cluster.by_hand(30)
        await asyncio.sleep(5 + into_the_second)
        assert stage.status["phase"] == "Pending"
        stage.cluster.by_hand(0)
        await stage.in_phase("Live")

    assert played(scene).cluster.climbs() == [10, 50, 100]


@pytest.mark.parametrize("ends", ["RolledBack", "Aborted"])
def test_whoever_reads_that_it_was_taken_back_reads_that_it_is_stalled(ends: str) -> None:
    async def scene(stage: Stage) -> None:
        await stage.at_weight(50)
        if ends == "Aborted":
            stage.cluster.by_hand(0)
        else:
            stage.metrics.set("web-green", 0.2)
        await stage.in_phase(ends)

    statuses = [write.body["status"] for write in played(scene).cluster.writes if "status" in write.body]
    told = [status["conditions"] for status in statuses if status["phase"] == ends]
    reasons = [{entry["type"]: entry["reason"] for entry in conditions}.get("Stalled") for conditions in told]
    assert set(reasons) == {ends}


def test_a_webhook_that_restores_the_weights_is_not_argued_with_at_full_speed_and_is_told() -> None:
    async def scene(stage: Stage) -> None:
        await stage.at_weight(10)
        stage.cluster.overruled = True
        before = len(stage.cluster.tries)
        await asyncio.sleep(60)
        assert stage.cluster.green() == 10
        assert len([1 for _, kind, _ in stage.cluster.tries[before:] if kind == "HTTPRoute"]) <= 12
        stage.cluster.overruled = False
        await stage.in_phase("Live")

    stage = played(scene)
    assert stage.cluster.events().count("WriteFailed") == 1


def test_a_failed_run_that_cannot_be_remembered_is_on_record_all_the_same_and_can_be_deleted() -> None:
    async def scene(stage: Stage) -> None:
        await stage.at_weight(50)
        stage.cluster.fault = lambda kind, _: Denied("no role") if kind == "ConfigMap" else None
        stage.metrics.set("web-green", 0.2)
        await stage.in_phase("RolledBack")
        tries = len(stage.cluster.tries)
        await asyncio.sleep(600)
        assert len(stage.cluster.tries) - tries <= 40
        stage.cluster.delete("GoLive", "shop")
        await stage.until(lambda: ("GoLive", "shop") not in stage.cluster.objects, within=60)

    assert "WriteFailed" in played(scene).cluster.events()


def test_a_golive_is_deleted_with_its_namespace_after_a_failed_run() -> None:
    async def scene(stage: Stage) -> None:
        await stage.at_weight(50)
        stage.cluster.fault = lambda kind, _: (
            Gone("namespace is terminating") if kind == "ConfigMap" else None
        )
        stage.metrics.set("web-green", 0.2)
        stage.cluster.delete("GoLive", "shop")
        await stage.until(lambda: ("GoLive", "shop") not in stage.cluster.objects, within=5)
        assert stage.cluster.green() == 0

    played(scene)


@pytest.mark.parametrize("arrives", [0.3, 1.5])
def test_deleted_while_the_first_raise_is_in_flight_leaves_no_traffic_behind(arrives: float) -> None:
    async def scene(stage: Stage) -> None:
        stage.cluster.slow["HTTPRoute", "web"] = arrives
        await stage.until(lambda: any(kind == "HTTPRoute" for _, kind, _ in stage.cluster.tries), every=0.01)
        stage.cluster.slow.clear()
        stage.cluster.delete("GoLive", "shop")
        await stage.until(lambda: ("GoLive", "shop") not in stage.cluster.objects)
        await asyncio.sleep(10)
        assert stage.cluster.green() == 0

    played(scene)


@pytest.mark.parametrize("refused", ["HTTPRoute", "Status"])
def test_what_is_refused_for_good_is_tried_ever_more_rarely_and_told(refused: str) -> None:
    async def scene(stage: Stage) -> None:
        await stage.at_weight(10)
        before = len(stage.cluster.tries)
        stage.cluster.fault = lambda kind, _: Refused("422: a policy forbids it") if kind == refused else None
        await asyncio.sleep(60)
        assert len([1 for _, kind, _ in stage.cluster.tries[before:] if kind == refused]) <= 20
        stage.cluster.fault = lambda *_: None
        await stage.in_phase("Live")

    stage = played(scene)
    assert stage.cluster.climbs() == [10, 50, 100]
    assert "WriteFailed" in stage.cluster.events()


def test_a_definition_that_is_older_than_the_operator_is_said_and_not_argued_with() -> None:
    async def scene(stage: Stage) -> None:
        stage.cluster.prunes = "known"
        await asyncio.sleep(120)
        assert len(stage.cluster.tries) <= 40

    stage = played(scene, target="blue")
    told = [write.body["note"] for write in stage.cluster.writes if write.kind == "Event"]
    assert any("the CRD in the cluster is older than the operator" in note for note in told)


def test_without_a_finalizer_no_traffic_moves() -> None:
    async def scene(stage: Stage) -> None:
        stage.cluster.fault = lambda kind, _: Denied("no role") if kind == "Finalizers" else None
        await asyncio.sleep(30)
        assert stage.cluster.climbs() == []
        assert "run" not in stage.status

    played(scene)


def test_pods_that_stay_scarce_take_it_back_in_time_though_nothing_else_happens() -> None:
    async def scene(stage: Stage) -> None:
        stage.cluster.add("Deployment", a_deployment("web-green", 4))
        stage.cluster.add("EndpointSlice", ready_slice("web-green", pods=4))
        await stage.at_weight(50)
        stage.cluster.add("EndpointSlice", ready_slice("web-green", pods=1))
        began = now()
        back = await stage.until(taken_back(stage), every=0.01, within=30)
        assert 10 <= back - began <= 10.5

    steps = [{"weight": 50, "hold": "10m"}, {"weight": 100}]
    played(scene, steps=steps, checks=[a_check(interval="60s")])


def test_a_terminating_namespace_is_not_written_to_at_full_speed() -> None:
    async def scene(stage: Stage) -> None:
        await stage.at_weight(50)
        stage.cluster.fault = lambda kind, _: (
            Gone("namespace is terminating") if kind == "ConfigMap" else None
        )
        stage.metrics.set("web-green", 0.2)
        await stage.in_phase("RolledBack")
        before = len(stage.cluster.tries)
        await asyncio.sleep(60)
        assert len(stage.cluster.tries) - before <= 20

    played(scene)


def test_once_the_api_server_is_back_the_status_is_true_within_a_moment() -> None:
    async def scene(stage: Stage) -> None:
        await stage.at_weight(10)
        stage.cluster.fault = lambda kind, _: Unavailable("no answer") if kind == "Status" else None
        await asyncio.sleep(60)
        stage.cluster.edit("GoLive", "shop", lambda raw: raw["spec"].update(suspend=True))
        await asyncio.sleep(5)
        stage.cluster.fault = lambda *_: None
        await stage.until(lambda: stage.status["waitingFor"] == "Paused", within=1.5)

    played(scene)
