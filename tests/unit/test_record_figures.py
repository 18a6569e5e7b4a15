"""The figures: named as Prometheus wants it, read off statuses, and counted once."""

import re
from dataclasses import replace
from typing import Any

import pytest

from golive.api.status import Phase, Waiting
from golive.record.figures import (
    CATALOGUE,
    OF_A_GOLIVE,
    Figure,
    drifted,
    readings,
    seconds_to_revert,
    went_back,
)
from tests.builders import check, spec
from tests.told import ToldWorld

FORBIDDEN_LABELS = {"query", "url", "message", "address", "rule", "reason_text"}


@pytest.mark.parametrize("figure", CATALOGUE, ids=lambda figure: figure.name)
def test_a_figure_is_named_by_the_rules(figure: Figure) -> None:
    assert re.fullmatch(r"golive_[a-z]+(_[a-z]+)*", figure.name)
    assert figure.name.endswith("_total") == (figure.kind == "counter")
    assert figure.name.endswith("_seconds") or figure.kind != "histogram"
    assert bool(figure.buckets) == (figure.kind == "histogram")
    assert figure.about.endswith(".")
    assert not set(figure.labels) & FORBIDDEN_LABELS


def test_no_two_figures_share_a_name() -> None:
    assert len({figure.name for figure in CATALOGUE}) == len(CATALOGUE)


def test_the_loop_lag_is_told_from_a_millisecond_on() -> None:
    lag = next(figure for figure in CATALOGUE if figure.name == "golive_event_loop_lag_seconds")
    assert lag.buckets[0] == 0.001


def read(world: ToldWorld, name: str) -> list[tuple[tuple[str, ...], float]]:
    raw: dict[str, Any] = {"metadata": {"namespace": "shop", "name": "web"}, "status": world.status}
    figure = next(figure for figure in OF_A_GOLIVE if figure.name == name)
    found = list(readings(figure, (raw,)))
    assert all(len(labels) == len(figure.labels) for labels, _ in found)
    assert all(labels[:2] == ("shop", "web") for labels, _ in found)
    return [(labels[2:], value) for labels, value in found]


def test_a_run_mid_way_is_told_in_full() -> None:
    world = ToldWorld(spec(checks=[check("error-rate"), check("p95")]))
    world.run_to_weight(50)
    assert read(world, "golive_phase") == [(("Shifting",), 1)]
    assert read(world, "golive_weight") == [((), 50)]
    assert read(world, "golive_step") == [((), 2)]
    assert read(world, "golive_waiting") == [(("Hold",), 1)]
    passes = [(("error-rate", "web", "Pass"), 1.0), (("p95", "web", "Pass"), 1.0)]
    assert sorted(read(world, "golive_check_result")) == passes
    assert read(world, "golive_stalled") == []


def test_at_rest_there_is_no_step_and_no_check() -> None:
    world = ToldWorld()
    world.run_until(Phase.LIVE)
    assert read(world, "golive_phase") == [(("Live",), 1)]
    assert read(world, "golive_weight") == [((), 100)]
    assert read(world, "golive_step") == [((), 0)]
    assert read(world, "golive_waiting") == []
    assert read(world, "golive_check_result") == []


def test_what_nobody_has_looked_at_yet_is_pending() -> None:
    assert read(ToldWorld(), "golive_phase") == [(("Pending",), 1)]
    assert read(ToldWorld(), "golive_weight") == [((), 0)]


def test_a_breach_is_one_rollback_and_one_time_to_revert() -> None:
    world = ToldWorld()
    world.run_to_weight(10)
    world.values["error-rate", "web"] = 0.5
    world.run_until(Phase.ROLLED_BACK)
    world.run(5)
    assert [found for golive, after, _ in world.written if (found := went_back(golive.status, after))] == [
        "RolledBack"
    ]
    times = [seconds_to_revert(golive.status, after) for golive, after, _ in world.written]
    assert [found for found in times if found is not None] == [0.0]
    assert read(world, "golive_stalled") == [(("RolledBack",), 1)]


def test_a_way_back_that_takes_long_is_told_as_long() -> None:
    world = ToldWorld()
    world.run_to_weight(10)
    world.frozen = True
    world.values["error-rate", "web"] = 0.5
    world.run(7)
    world.frozen = False
    world.run_until(Phase.ROLLED_BACK)
    times = [seconds_to_revert(golive.status, after) for golive, after, _ in world.written]
    assert [found for found in times if found is not None] == [pytest.approx(6, abs=1)]


def test_a_good_run_counts_nothing() -> None:
    world = ToldWorld()
    world.run_until(Phase.LIVE)
    assert not any(went_back(golive.status, after) for golive, after, _ in world.written)
    assert not any(drifted(golive.status, after) for golive, after, _ in world.written)
    assert all(seconds_to_revert(golive.status, after) is None for golive, after, _ in world.written)


@pytest.mark.parametrize("green", [10, 80], ids=["lowered", "raised"])
def test_weights_that_somebody_else_moved_count_once(green: int) -> None:
    world = ToldWorld()
    world.run_to_weight(50)
    world.by_hand(green, writer="argocd-controller", gitops=True)
    world.run(3)
    assert sum(drifted(golive.status, after) for golive, after, _ in world.written) == 1


def test_weights_that_stay_moved_count_once() -> None:
    world = ToldWorld()
    world.run_until(Phase.LIVE)
    world.written.clear()
    world.by_hand(50)
    world.run(3)
    world.edit(rollbackWindow="2h")
    world.run(3)
    assert len([after for _, after, _ in world.written if after.waiting_for is Waiting.ROUTE]) >= 2
    assert sum(drifted(golive.status, after) for golive, after, _ in world.written) == 1


def test_a_revert_counts_once_whatever_is_written_after_it() -> None:
    world = ToldWorld()
    world.run_to_weight(10)
    world.values["error-rate", "web"] = 0.5
    world.run_until(Phase.ROLLED_BACK)
    before = len(world.written)
    world.edit(rollbackWindow="2h")
    world.run(2)
    assert len(world.written) > before
    times = [seconds_to_revert(golive.status, after) for golive, after, _ in world.written]
    assert len([found for found in times if found is not None]) == 1


def test_a_route_that_cannot_be_written_on_the_way_back_is_no_drift() -> None:
    world = ToldWorld()
    world.run_to_weight(10)
    world.frozen = True
    world.values["error-rate", "web"] = 0.5
    world.routes["web", "web"] = replace(world.routes["web", "web"], problem="its rules have no weights")
    world.run(3)
    assert (world.phase, world.status["waitingFor"]) == (Phase.ROLLING_BACK, "Route")
    assert not any(drifted(golive.status, after) for golive, after, _ in world.written)
