"""What probes, scrapers, log readers and trace collectors get from the operator as a process, on a real API server."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from dev.controlplane import control_plane
from dev.controlplane.process import free_ports
from tests.integration.api_server import ApiServer, connected
from tests.integration.operator_world import ROOT, Operator, Shop, a_check, until
from tests.integration.resources import serve_golives, serve_routes
from tests.trace_receiver import Received, receiver

LEASE = ("--lease-duration", "60s", "--renew-deadline", "50s", "--retry-period", "1s")
"""One that outlasts an API server which is stopped for a while."""


class Asked:
    """The operator's port, and the flags that open it."""

    def __init__(self) -> None:
        self.port = free_ports(1)[0]
        self.flags = ("--listen", f"127.0.0.1:{self.port}", "--log-format", "json", *LEASE)

    def get(self, path: str) -> httpx.Response:
        return httpx.get(f"http://127.0.0.1:{self.port}{path}", timeout=5, trust_env=False)

    def says(self, path: str) -> tuple[int, str]:
        with suppress(httpx.HTTPError):
            answer = self.get(path)
            return answer.status_code, answer.text
        return 0, ""


def value(page: str, series: str, /, **labels: str) -> float | None:
    """Add up the series of a page that carry these labels; None where there is none."""
    found = (sample for family in text_string_to_metric_families(page) for sample in family.samples)
    fitting = [one.value for one in found if one.name == series and labels.items() <= one.labels.items()]
    return sum(fitting) if fitting else None


@dataclass(frozen=True, slots=True)
class Story:
    """What was told of a release that climbed, saw the operator restarted, and failed."""

    run: str
    whose: dict[str, str]
    page: str
    page_after: str
    """Once the GoLive was deleted."""
    lines: list[dict[str, Any]]
    """Of the operator that took it back."""
    spans: list[Received]


@pytest.fixture(scope="module")
def story(
    server: ApiServer, _gateway_api: None, prometheus: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Story]:
    asked, shop, directory = Asked(), Shop(server, "observed"), tmp_path_factory.mktemp("observed")
    whose = {"namespace": "observed", "name": "shop"}
    with receiver() as traced:
        more = ("--lease-name", "observed", "--traces", traced.url)
        operator = Operator(server, prometheus, directory, more=(*asked.flags, *more))
        operator.start()
        try:
            uid = went_back(shop, operator)
            page = until(lambda: told(asked, "RolledBack", whose), 10, "the phase on the page")
            shop.delete()
            gone = until(lambda: untold(asked, whose), 10, "a page without the GoLive")
        finally:
            operator.stop()
            shop.leave()
        lines = (directory / "operator-2.log").read_text().splitlines()
        yield Story(f"{uid}/1", whose, page, gone, [json.loads(line) for line in lines], traced.spans())


def went_back(shop: Shop, operator: Operator) -> str:
    shop.set_up()
    shop.golive(steps=[{"weight": 10, "hold": "1s"}, {"weight": 50, "hold": "10m"}, {"weight": 100}])
    shop.at_weight(10)
    operator.stop()
    operator.start()
    shop.at_weight(50, 20)
    shop.edit(checks=[a_check("vector(0.2)")])
    return str(shop.in_phase("RolledBack")["metadata"]["uid"])


def told(asked: Asked, phase: str, whose: dict[str, str]) -> str:
    page = asked.get("/metrics").text
    return page if value(page, "golive_phase", **whose, phase=phase) else ""


def untold(asked: Asked, whose: dict[str, str]) -> str:
    page = asked.get("/metrics").text
    return page if value(page, "golive_phase", **whose) is None else ""


@pytest.mark.parametrize(
    ("series", "labels", "least", "most"),
    [
        ("golive_phase", {"name": "shop", "phase": "RolledBack"}, 1, 1),
        ("golive_weight", {"name": "shop"}, 0, 0),
        ("golive_stalled", {"name": "shop", "reason": "RolledBack"}, 1, 1),
        ("golive_rollbacks_total", {"reason": "RolledBack"}, 1, 1),
        ("golive_time_to_revert_seconds_count", {}, 1, 1),
        ("golive_time_to_revert_seconds_sum", {}, 0, 5),
        ("golive_prometheus_queries_total", {"outcome": "Ok"}, 2, 100),
        ("golive_prometheus_query_seconds_count", {}, 2, 100),
        ("golive_api_requests_total", {"verb": "patch", "resource": "httproutes", "outcome": "Ok"}, 1, 10),
        (
            "golive_api_requests_total",
            {"verb": "patch", "resource": "golives/status", "outcome": "Ok"},
            2,
            30,
        ),
        ("golive_api_request_seconds_count", {"verb": "patch", "resource": "httproutes"}, 1, 10),
        ("golive_tick_seconds_count", {}, 3, 1000),
        ("golive_event_loop_lag_seconds_count", {}, 3, 1000),
        ("golive_watch_silence_seconds", {"kind": "HTTPRoute"}, 0, 70),
        ("golive_route_drift_total", {}, 0, 0),
        ("golive_due", {}, 0, 1),
        ("golive_leader", {}, 1, 1),
        ("golive_build_info", {}, 1, 1),
    ],
)
def test_a_release_that_fails_is_in_the_figures(
    story: Story, series: str, labels: dict[str, str], least: float, most: float
) -> None:
    found = value(story.page, series, **labels)
    assert found is not None
    assert least <= found <= most


def test_of_a_deleted_golive_no_series_is_left(story: Story) -> None:
    assert "observed" in story.page
    assert "observed" not in story.page_after


def test_every_line_of_a_run_carries_its_ids(story: Story) -> None:
    back = [line for line in story.lines if re.search("RollingBack|RolledBack", line["message"])]
    ids = [{name: line[name] for name in ("namespace", "golive", "run", "step")} for line in back]
    step = {"namespace": "observed", "golive": "shop", "run": story.run, "step": f"{story.run}/2"}
    assert ids == [step, step]
    assert {line["trace_id"] for line in back} == {span.trace_id for span in story.spans}


def test_a_run_is_one_trace_also_over_a_restart(story: Story) -> None:
    assert len({span.trace_id for span in story.spans}) == 1
    root = next(span for span in story.spans if span.name == "run 1")
    steps = {span.name: span for span in story.spans if span.name.startswith("step ")}
    assert root.parent_id == ""
    assert root.attributes["outcome"] == "RolledBack"
    assert set(steps) == {"step 1/3", "step 2/3"}
    assert {span.parent_id for span in steps.values()} == {root.span_id}


@pytest.mark.parametrize(
    "name", ["query instant", "patch httproutes", "patch golives/status", "gate Hold", "way back"]
)
def test_what_a_run_did_is_below_its_steps(story: Story, name: str) -> None:
    known = {span.span_id for span in story.spans if span.name.startswith(("run ", "step "))}
    parents = {span.parent_id for span in story.spans if span.name == name}
    assert parents
    assert parents <= known


@pytest.fixture
def asked() -> Asked:
    return Asked()


@pytest.fixture(scope="module")
def frozen(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[ApiServer, int]]:
    """Run an API server of our own, to be stopped in its tracks."""
    with control_plane(tmp_path_factory.mktemp("frozen")) as plane:
        serve_golives(plane)
        serve_routes(plane)
        with connected(plane) as ways:
            yield ways, plane.processes["kube-apiserver"].pid


def test_a_silent_api_server_fails_healthz_until_it_is_heard_again(
    frozen: tuple[ApiServer, int], tmp_path: Path, asked: Asked
) -> None:
    server, pid = frozen
    more = (*asked.flags, "--watch-inactivity", "1s")
    operator = Operator(server, "http://127.0.0.1:9", tmp_path, more=more)
    operator.start()
    try:
        until(lambda: asked.says("/readyz")[0] == 200, 10, "ready", lambda: asked.says("/readyz"))
        assert asked.says("/healthz") == (200, "ok\n")
        os.kill(pid, signal.SIGSTOP)
        try:
            silent = "the watch of GoLive has been silent for"
            # Each kind has a watch of its own, and another's may be silent first.
            until(lambda: silent in asked.says("/healthz")[1], 15, silent, lambda: asked.says("/healthz"))
            assert asked.says("/healthz")[0] == 503
            assert asked.says("/readyz")[0] == 200
        finally:
            os.kill(pid, signal.SIGCONT)
        until(lambda: asked.says("/healthz")[0] == 200, 15, "healthy", lambda: asked.says("/healthz"))
    finally:
        operator.stop()


@pytest.mark.usefixtures("_gateway_api")
def test_a_standby_is_ready_and_says_that_it_does_not_lead(server: ApiServer, tmp_path: Path) -> None:
    pages = []
    with ExitStack() as running:
        for name in ("first", "second"):
            asked = Asked()
            more = (*asked.flags, "--lease-name", "pair-that-is-asked")
            operator = Operator(server, "http://127.0.0.1:9", tmp_path / name, more=more)
            operator.directory.mkdir()
            running.callback(operator.stop)
            operator.start(leads=name == "first")
            until(lambda: asked.says("/readyz")[0] == 200, 10, "ready", lambda: asked.says("/readyz"))  # noqa: B023  # awaited here
            assert asked.says("/healthz") == (200, "ok\n")
            pages.append(asked.get("/metrics").text)
    assert [value(page, "golive_leader") for page in pages] == [1, 0]


@pytest.mark.usefixtures("_gateway_api")
def test_where_nothing_is_it_is_ready_all_the_same(server: ApiServer, tmp_path: Path, asked: Asked) -> None:
    operator = Operator(server, "http://127.0.0.1:9", tmp_path, more=(*asked.flags, "--namespace", "nowhere"))
    operator.start(leads=False)
    try:
        until(lambda: asked.says("/readyz")[0] == 200, 10, "ready", lambda: asked.says("/readyz"))
    finally:
        operator.stop()


def test_a_taken_port_ends_it_with_a_sentence(server: ApiServer) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        where = f"127.0.0.1:{taken.getsockname()[1]}"
        words = [
            sys.executable,
            "-m",
            "golive",
            "run",
            "--kubeconfig",
            str(server.kubeconfig),
            "--listen",
            where,
        ]
        environment = {**os.environ, "PYTHONPATH": str(ROOT / "operator")}
        done = subprocess.run(words, capture_output=True, text=True, timeout=60, check=False, env=environment)
    assert done.returncode == 1
    assert done.stderr.startswith(f"golive: cannot listen on {where}: ")
