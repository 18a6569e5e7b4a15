from typing import Any

import pytest

from dev.bench import objects
from dev.bench.__main__ import main
from dev.bench.gauges import BROKEN, HEALTHY, Gauges
from dev.bench.plan import App, Plan, plan, size
from dev.bench.report import bars, misses, table
from golive.api.golive import parse
from golive.api.spec import GoLiveSpec

APP = App("bench-00", "app-00001")


@pytest.mark.parametrize(("text", "expected"), [("100", (0, 100)), ("5000+500", (5000, 500))])
def test_a_size_is_idle_and_active(text: str, expected: tuple[int, int]) -> None:
    assert size(text) == expected


@pytest.mark.parametrize("text", ["", "many", "0", "5000+0", "-1", "1+2+3", "99999999"])
def test_a_size_that_makes_no_sense_is_refused_with_a_sentence(text: str) -> None:
    with pytest.raises(ValueError, match="write "):
        size(text)


def test_a_hundred_are_measured_as_the_peers_were_and_more_in_a_spread() -> None:
    small, large = plan("100", "spread"), plan("1000", "spread")

    assert (small.hold, small.interval, small.spread, small.ideal) == (10, 5, 0, 50)
    assert (large.hold, large.interval, large.spread, large.ideal) == (60, 30, 30, 300)


def test_what_is_given_replaces_what_is_usual() -> None:
    assert plan("1000", "spread", hold=5, interval=None).hold == 5


@pytest.mark.parametrize(("text", "count", "a_second"), [("100", 20, 1), ("1000", 100, 10), ("10", 10, 1)])
def test_no_more_than_a_hundredth_breach_in_a_second(text: str, count: int, a_second: float) -> None:
    wanted = plan(text, "spread")

    assert (wanted.breaching, wanted.breaches_per_second) == (count, a_second)
    assert plan(text, "all").breaching == wanted.active


@pytest.mark.parametrize(
    "wrong", [{"interval": 0.5}, {"hold": 0.0}, {"spread": -1.0}, {"idle_seconds": -1.0}]
)
def test_times_that_make_no_sense_are_refused_with_a_sentence(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="write an interval of 1 second or more"):
        plan("100", "spread", **wrong)


def test_every_golive_has_a_name_of_its_own_and_a_hundred_share_a_namespace() -> None:
    apps = plan("150+100", "spread").apps

    assert len({app.name for app in apps}) == 250
    assert [app.namespace for app in apps].count("bench-01") == 100


def test_the_golive_of_the_bench_is_one_that_the_operator_reads_as_it_is_meant() -> None:
    path, body = objects.golive(APP, hold=10, interval=1)
    whole = {
        **body,
        "metadata": {**body["metadata"], "namespace": APP.namespace, "uid": "u", "generation": 1},
    }

    spec = GoLiveSpec.model_validate(body["spec"])

    assert f"{path}/{APP.name}" == objects.path(APP)
    assert not parse({**whole, "metadata": {**whole["metadata"], "resourceVersion": "1"}}).problems
    assert sum(step.hold.total_seconds() for step in spec.steps) + spec.stabilise.for_.total_seconds() == 50


def test_a_workload_is_two_deployments_two_services_and_a_route() -> None:
    kinds = [path.rpartition("/")[2] for path, _ in objects.workload(APP)]

    assert sorted(kinds) == ["deployments", "deployments", "httproutes", "services", "services"]


def test_a_raised_gauge_is_visible_from_when_it_was_handed_out() -> None:
    gauges = Gauges(["app-1", "app-2"])
    before = gauges.text()
    gauges.set(["app-1"], BROKEN)

    gauges.handed_out(before, 10.0)
    assert gauges.visible == {}
    gauges.handed_out(gauges.text(), 11.0)
    gauges.handed_out(gauges.text(), 12.0)
    assert gauges.visible == {"app-1": 11.0}

    gauges.set(["app-1"], HEALTHY)
    assert gauges.visible == {}
    assert gauges.text() == 'bench_errors{golive="app-1"} 0\nbench_errors{golive="app-2"} 0\n'


def figures(**more: Any) -> dict[str, Any]:
    return {
        "n": 100,
        "machine": "2 cores",
        "date": "2026-01-02",
        "requests_per_rollout": 20.5,
        "verdict_to_written_ms": {"p50": 10.0, "p99": 250.0, "max": 300.0},
        "writes_per_rollout": None,
        **more,
    }


def test_the_table_sets_each_figure_beside_its_bar() -> None:
    limits = bars(plan("100", "spread"))
    lines = table(figures(), limits).splitlines()

    assert lines[0] == "100 GoLives, 2 cores, 2026-01-02"
    assert any("requests per rollout" in line and "20.5   ok, at most 30" in line for line in lines)
    assert any("verdict to written" in line and "250   MISSED, at most 200" in line for line in lines)
    assert any("of them writes" in line and line.endswith("not known") for line in lines)


def kept(limits: dict[str, float], **more: Any) -> dict[str, Any]:
    return {
        name: {"p99": limit} if name.endswith("written_ms") else limit for name, limit in limits.items()
    } | more


def test_what_is_not_known_has_not_been_kept() -> None:
    limits = bars(plan("100", "spread"))
    unknown = {"loop_lag_ms_p99": None, "verdict_to_written_ms": {"p50": None, "p99": None, "max": None}}
    unmeasured = {name: value for name, value in kept(limits).items() if name != "idle_writes"}

    assert misses(kept(limits), limits) == []
    assert sorted(misses(kept(limits, **unknown), limits)) == ["loop_lag_ms_p99", "verdict_to_written_ms"]
    assert misses(unmeasured, limits) == ["idle_writes"]
    assert "not known   MISSED, at most 100" in table(figures(loop_lag_ms_p99=None), limits)


@pytest.mark.parametrize("name", ["idle_writes", "writes_of_routes_after_restart", "breaches_unmatched"])
@pytest.mark.parametrize("text", ["100", "1000", "5000+500"])
def test_one_write_too_many_or_one_verdict_too_few_is_a_miss_at_every_size(name: str, text: str) -> None:
    limits = bars(plan(text, "all"))

    assert misses(kept(limits, **{name: 1}), limits) == [name]
    assert misses(kept(limits, loop_lag_ms_p99=250.0), limits) == ["loop_lag_ms_p99"]


def test_strict_is_refused_where_rounds_are_left_out(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--strict", "--profile", "bench.prof"])

    assert "write one of the two" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("text", "rss", "adoption", "total"),
    [("100", 120, None, 57.5), ("1000", 256, 30, 330), ("5000+500", 640, 120, None)],
)
def test_each_size_has_its_bars(text: str, rss: float, adoption: float | None, total: float | None) -> None:
    limits = bars(plan(text, "spread"))

    assert limits["peak_rss_mib"] == rss
    assert limits.get("adoption_s") == adoption
    assert limits.get("total_s") == (None if total is None else pytest.approx(total))


def test_when_all_breach_at_once_the_last_counts() -> None:
    limits = bars(plan("1000", "all"))

    assert limits["last_verdict_to_written_s"] == 10
    assert "verdict_to_written_ms" not in limits


def test_a_plan_is_as_large_as_its_parts() -> None:
    assert Plan(2, 3, 1, 1, 0, "all", 0).n == 5
