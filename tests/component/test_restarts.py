"""The operator ends before and after each of its writes, of a go-live and of a rollback, and is started again.

It ends where the undisturbed run ends; no weight is skipped or written twice; what was taken back stays back (I5).
"""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from itertools import count
from typing import Any

import pytest

from tests.component.operator_process import Stage, a_stage
from tests.scripted_time import play

Scene = Callable[[Stage], Awaitable[None]]
MOST_WRITES = 60


def halfway(stage: Stage) -> bool:
    routes = [name for kind, name in stage.cluster.objects if kind == "HTTPRoute"]
    return all(stage.cluster.green(name) == 50 for name in routes)


async def good(stage: Stage) -> None:
    await stage.in_phase("Live")


async def breach(stage: Stage) -> None:
    await stage.until(lambda: halfway(stage))
    stage.metrics.set("web-green", 0.2)
    await stage.in_phase("RolledBack")


async def breach_that_passes(stage: Stage) -> None:
    """Take the breach away as soon as the first route is back: nothing but what is written says what happened."""
    await stage.until(lambda: halfway(stage))
    stage.metrics.set("web-green", 0.2)
    await stage.until(lambda: stage.cluster.green() == 0, every=0.001)
    stage.metrics.set("web-green", 0.0)
    await stage.in_phase("RolledBack")


async def target_set_back(stage: Stage) -> None:
    await stage.until(lambda: halfway(stage))
    stage.cluster.edit("GoLive", "shop", lambda raw: raw["spec"].update(target="blue"))
    await stage.in_phase("Live")


async def deleted(stage: Stage) -> None:
    await stage.until(lambda: halfway(stage))
    stage.cluster.delete("GoLive", "shop")
    await stage.until(lambda: ("GoLive", "shop") not in stage.cluster.objects)


def ended(stage: Stage, names: tuple[str, ...]) -> dict[str, Any]:
    """Return what must be the same however often the operator died."""
    status = stage.status
    run = status.get("run", {})
    past = stage.cluster.objects.get(("ConfigMap", "shop-runs"), {})
    return {
        "green": [stage.cluster.green(name) for name in names],
        "climbs": [stage.cluster.climbs(name) for name in names],
        "phase": status.get("phase"),
        "live": status.get("live"),
        "run": (run.get("number"), run.get("to")),
        "history": [(entry["run"], entry["outcome"]) for entry in status.get("history", [])],
        "finalizers": stage.cluster.objects.get(("GoLive", "shop"), {}).get("metadata", {}).get("finalizers"),
        "remembered": '"outcome": "' + str(past.get("data")).partition('"outcome": "')[2].partition('"')[0],
        "conditions": sorted((entry["type"], entry["status"]) for entry in status.get("conditions", [])),
    }


def play_out(scene: Scene, names: tuple[str, ...], dies_at: float | None) -> tuple[dict[str, Any], Stage]:
    async def whole() -> tuple[dict[str, Any], Stage]:
        stage = a_stage(*names)
        stage.start(dies_at)
        try:
            await scene(stage)
            await asyncio.sleep(8)
            return ended(stage, names), stage
        finally:
            await stage.stop()

    return play(whole())


SCENES: list[tuple[Scene, tuple[str, ...]]] = [
    (good, ("web",)),
    (good, ("web", "api")),
    (breach, ("web",)),
    (breach, ("web", "api")),
    (breach_that_passes, ("web",)),
    (breach_that_passes, ("web", "api")),
    (target_set_back, ("web",)),
    (deleted, ("web",)),
]


@pytest.mark.parametrize("moment", [0.0, 0.5], ids=["before", "after"])
@pytest.mark.parametrize(
    ("scene", "names"), SCENES, ids=lambda value: value.__name__ if callable(value) else "-".join(value)
)
def test_killed_at_any_write_it_ends_where_the_undisturbed_run_ends(
    scene: Scene, names: tuple[str, ...], moment: float
) -> None:
    undisturbed, stage = play_out(scene, names, None)
    assert stage.starts == 1
    for number in count(1):
        assert number < MOST_WRITES, "it never came to rest"
        found, stage = play_out(scene, names, number + moment)
        if stage.starts == 1:
            assert number > 5, "no write was disturbed"
            return
        assert found == undisturbed, f"killed at write {number + moment}"


def _with_the_operator_down(scene: Callable[[Stage], None]) -> Coroutine[Any, Any, Stage]:
    async def whole() -> Stage:
        stage = a_stage()
        stage.start()
        await stage.at_weight(50)
        await stage.stop()
        scene(stage)
        await asyncio.sleep(30)
        stage.start()
        await asyncio.sleep(60)
        await stage.stop()
        return stage

    return whole()


def test_taken_back_by_hand_while_it_was_down_stays_back() -> None:
    stage = play(_with_the_operator_down(lambda stage: stage.cluster.by_hand(0)))
    assert (stage.cluster.climbs(), stage.cluster.green()) == ([10, 50], 0)
    assert stage.status["phase"] == "Aborted"


def test_a_breach_that_began_while_it_was_down_takes_it_back() -> None:
    stage = play(_with_the_operator_down(lambda stage: stage.metrics.set("web-green", 0.2)))
    assert (stage.cluster.climbs(), stage.status["phase"]) == ([10, 50, 0], "RolledBack")


def test_a_weight_raised_by_hand_while_it_was_down_is_put_down_first() -> None:
    stage = play(_with_the_operator_down(lambda stage: stage.cluster.by_hand(90)))
    assert stage.cluster.climbs() == [10, 50, 50, 100]


def test_lowered_by_hand_while_it_was_down_is_regained_only_as_a_step_is() -> None:
    def lowered(stage: Stage) -> None:
        stage.cluster.by_hand(20)
        stage.metrics.set("web-green", 0.03)

    stage = play(_with_the_operator_down(lowered))
    assert (stage.cluster.climbs(), stage.cluster.green()) == ([10, 50], 20)


@pytest.mark.parametrize("every", [0.7, 2.9, 5.3])
def test_an_operator_that_dies_all_the_time_still_only_climbs_and_gets_there(every: float) -> None:
    async def whole() -> Stage:
        stage = a_stage()
        stage.down_for = 0.1
        stage.start()
        while stage.status.get("phase") != "Live" and asyncio.get_running_loop().time() < 600:
            await asyncio.sleep(every)
            if stage.status.get("phase") != "Live" and stage.process:
                stage.process.link.dead.set()
        await stage.stop()
        return stage

    climbs = play(whole()).cluster.climbs()
    assert climbs == [10, 50, 100][: len(climbs)]
    needs = 2.5
    assert climbs == [10, 50, 100] or every < needs, "every check has to pass three times in a row"
