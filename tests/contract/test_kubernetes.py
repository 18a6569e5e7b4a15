import json
import time
from collections.abc import AsyncIterator, Mapping
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from dev.controlplane import ControlPlane
from golive.adapters.api_server import ApiServer
from golive.adapters.clock import ServerClock
from golive.adapters.kubernetes import KubernetesRecords, KubernetesRoutes
from golive.api.spec import Colour
from golive.errors import Denied, GoLiveError, Gone, Refused, Unavailable
from golive.facts import PastRun
from golive.observe.prune import Kind, prune
from golive.observe.routes import route_facts
from golive.runs import past_run, runs_data
from tests.contract.hostile import Handler, drips, hangs, hostile, says
from tests.raw import a_golive, a_pair, a_rule

NUMBERS = count(1)
AGENT = "golive (test)"
GREEN_WEIGHT = "/spec/rules/0/backendRefs/1/weight"


@pytest.fixture
async def server(plane: ControlPlane) -> AsyncIterator[ApiServer]:
    connected = await ApiServer.connect(str(plane.kubeconfig), ServerClock(time.monotonic), AGENT)
    yield connected
    await connected.close()


@pytest.fixture
def namespace(plane: ControlPlane) -> str:
    name = f"adapters-{next(NUMBERS)}-{time.monotonic_ns()}"
    plane.kubectl("create", "namespace", name)
    return name


def create(
    plane: ControlPlane, namespace: str, kind: str, api: str, raw: Mapping[str, Any]
) -> dict[str, Any]:
    manifest = {
        "apiVersion": api,
        "kind": kind,
        "metadata": {"name": raw["metadata"]["name"]},
        "spec": raw["spec"],
    }
    made = plane.kubectl("create", "-n", namespace, "-o", "json", "-f", "-", stdin=json.dumps(manifest))
    found: dict[str, Any] = json.loads(made)
    return found


@pytest.fixture
def route(plane: ControlPlane, namespace: str) -> dict[str, Any]:
    raw = {"metadata": {"name": "web"}, "spec": {"rules": [a_rule(*a_pair(90, 10))]}}
    return create(plane, namespace, "HTTPRoute", "gateway.networking.k8s.io/v1", raw)


@pytest.fixture
def golive(plane: ControlPlane, namespace: str) -> dict[str, Any]:
    return create(plane, namespace, "GoLive", "golive.dev/v1alpha1", a_golive())


def move(seen: int, weight: int) -> list[dict[str, Any]]:
    return [
        {"op": "test", "path": GREEN_WEIGHT, "value": seen},
        {"op": "replace", "path": GREEN_WEIGHT, "value": weight},
    ]


def version(raw: Mapping[str, Any]) -> str:
    return str(raw["metadata"]["resourceVersion"])


async def test_a_patch_moves_weights_and_names_us_as_the_writer(
    server: ApiServer, namespace: str, route: dict[str, Any]
) -> None:
    routes = KubernetesRoutes(server)
    written = await routes.patch(namespace, "web", move(10, 25))
    assert int(version(written)) > int(version(route))
    assert await routes.get(namespace, "web") == written
    facts = route_facts(
        "web",
        prune(Kind.HTTP_ROUTE, written),
        {Colour.BLUE: "web-blue", Colour.GREEN: "web-green"},
        None,
        (),
    )
    assert (facts.writer, facts.ours, facts.weights[Colour.GREEN]) == ("golive", True, (25,))


async def test_a_patch_changes_nothing_but_the_weight(
    server: ApiServer, namespace: str, route: dict[str, Any]
) -> None:
    written = await KubernetesRoutes(server).patch(namespace, "web", move(10, 25))
    route["spec"]["rules"][0]["backendRefs"][1]["weight"] = 25
    assert written["spec"] == route["spec"]


@pytest.mark.usefixtures("route")
async def test_a_patch_that_does_not_fit_is_refused_whole(server: ApiServer, namespace: str) -> None:
    routes = KubernetesRoutes(server)
    with pytest.raises(Refused, match="does not fit"):
        await routes.patch(namespace, "web", move(11, 25))
    route = await routes.get(namespace, "web")
    assert route["spec"]["rules"][0]["backendRefs"][1]["weight"] == 10


async def test_what_is_not_there_is_gone(server: ApiServer, namespace: str) -> None:
    with pytest.raises(Gone, match="it is gone"):
        await KubernetesRoutes(server).patch(namespace, "web", move(10, 25))
    with pytest.raises(Gone):
        await KubernetesRecords(server).status(namespace, "shop", "1", {"phase": "Live"})


async def test_a_status_is_merged_and_fenced(
    server: ApiServer, namespace: str, golive: dict[str, Any]
) -> None:
    records = KubernetesRecords(server)
    first = await records.status(namespace, "shop", version(golive), {"phase": "Live", "live": "blue"})
    second = await records.status(namespace, "shop", version(first), {"phase": "Preparing", "live": None})
    assert second["status"] == {"phase": "Preparing"}
    with pytest.raises(Refused):
        await records.status(namespace, "shop", version(first), {"phase": "Shifting"})


async def test_finalizers_are_set_and_fenced(
    server: ApiServer, namespace: str, golive: dict[str, Any]
) -> None:
    records = KubernetesRecords(server)
    held = await records.finalizers(namespace, "shop", version(golive), ["golive.dev/traffic"])
    assert held["metadata"]["finalizers"] == ["golive.dev/traffic"]
    with pytest.raises(Refused):
        await records.finalizers(namespace, "shop", version(golive), [])
    freed = await records.finalizers(namespace, "shop", version(held), [])
    assert "finalizers" not in freed["metadata"]


@pytest.mark.parametrize("name", ["shop", "a" * 70 + "-shop"])
async def test_runs_are_written_and_written_again(
    server: ApiServer, plane: ControlPlane, namespace: str, name: str
) -> None:
    records = KubernetesRecords(server)
    for number in (1, 2):
        run = PastRun(number, Colour.GREEN, "1.4", "abc", "RolledBack", "error-rate > 0.05")
        await records.runs(namespace, name, "", runs_data(run))
    listed = json.loads(
        plane.kubectl("get", "configmap", "-n", namespace, "-l", "golive.dev/runs", "-o", "json")
    )
    (config_map,) = listed["items"]
    assert past_run(config_map) == run
    assert config_map["metadata"]["labels"]["golive.dev/runs"] == name[:63]
    assert "ownerReferences" not in config_map["metadata"]


async def test_an_event_that_is_there_is_left_as_it_is(
    server: ApiServer, plane: ControlPlane, namespace: str
) -> None:
    event = {
        "apiVersion": "events.k8s.io/v1",
        "kind": "Event",
        "metadata": {"name": "shop.started.1"},
        "eventTime": "2026-01-01T12:00:00.000000Z",
        "reportingController": "golive.dev/operator",
        "reportingInstance": "one",
        "action": "Started",
        "reason": "Started",
        "type": "Normal",
        "regarding": {
            "apiVersion": "golive.dev/v1alpha1",
            "kind": "GoLive",
            "name": "shop",
            "namespace": namespace,
        },
        "note": "first",
    }
    records = KubernetesRecords(server)
    await records.event(namespace, event)
    await records.event(namespace, {**event, "note": "second"})
    (told,) = json.loads(plane.kubectl("get", "events.v1.events.k8s.io", "-n", namespace, "-o", "json"))[
        "items"
    ]
    assert told["note"] == "first"
    with pytest.raises(Refused, match="reason"):
        await records.event(namespace, {**event, "metadata": {"name": "another"}, "reason": ""})


async def test_a_namespace_on_its_way_out_is_gone(
    server: ApiServer, plane: ControlPlane, namespace: str
) -> None:
    plane.kubectl("delete", "namespace", namespace, "--wait=false")
    with pytest.raises(Gone):
        await KubernetesRecords(server).runs(namespace, "shop", "", {"last": "{}"})


def kubeconfig_with(plane: ControlPlane, token: str, path: Path) -> str:
    config = json.loads(plane.kubeconfig.read_text())
    config["users"][0]["user"]["token"] = token
    path.write_text(json.dumps(config))
    return str(path)


async def test_what_is_forbidden_names_verb_and_object(
    plane: ControlPlane, namespace: str, tmp_path: Path
) -> None:
    plane.kubectl("create", "serviceaccount", "nobody", "-n", namespace)
    token = plane.kubectl("create", "token", "nobody", "-n", namespace).strip()
    path = kubeconfig_with(plane, token, tmp_path / "kubeconfig")
    server = await ApiServer.connect(path, ServerClock(time.monotonic), AGENT)
    with pytest.raises(Denied, match=r'PATCH HTTPRoute .*cannot patch resource "httproutes"'):
        await KubernetesRoutes(server).patch(namespace, "web", move(10, 25))
    await server.close()


async def test_an_unknown_token_is_denied(plane: ControlPlane, tmp_path: Path) -> None:
    path = kubeconfig_with(plane, "nonsense", tmp_path / "kubeconfig")
    with pytest.raises(Denied):
        await ApiServer.connect(path, ServerClock(time.monotonic), AGENT)


@pytest.mark.parametrize("text", [None, "clusters: []", "{{"], ids=["missing", "empty", "no YAML"])
async def test_a_kubeconfig_that_is_none_says_so(text: str | None, tmp_path: Path) -> None:
    path = tmp_path / "kubeconfig"
    if text is not None:
        path.write_text(text)
    with pytest.raises(GoLiveError, match="--kubeconfig"):
        await ApiServer.connect(str(path), ServerClock(time.monotonic), AGENT)


async def test_the_clock_follows_the_api_server(server: ApiServer) -> None:
    for _ in range(5):
        await server.ask_time()
    behind = datetime.now(UTC) - server._clock.now()  # noqa: TID251  # the server runs by this machine's clock
    assert abs(behind.total_seconds()) <= 0.6


@pytest.mark.parametrize(
    ("handler", "sentence"),
    [
        (hangs, "nothing within 2 s"),
        (drips, "nothing within 2 s"),
        (says(503, "no upstream", "text/plain"), "answers 503"),
        (says(429, '{"message":"too many"}'), "answers 429: too many"),
        (says(200, "<html>log in</html>", "text/html"), "no JSON"),
    ],
)
async def test_an_api_server_that_does_not_answer_is_unavailable_in_time(
    handler: Handler, sentence: str, tmp_path: Path
) -> None:
    async with hostile(handler) as away:
        with pytest.raises(Unavailable, match=sentence):
            await connect_to(away.url, tmp_path)


async def test_an_api_server_that_is_not_there_is_unavailable(tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match=r"gave no answer: .*127\.0\.0\.1:9"):
        await connect_to("http://127.0.0.1:9", tmp_path)


async def connect_to(url: str, directory: Path) -> ApiServer:
    config = {
        "apiVersion": "v1",
        "kind": "Config",
        "current-context": "test",
        "clusters": [{"name": "test", "cluster": {"server": url}}],
        "users": [{"name": "test", "user": {}}],
        "contexts": [{"name": "test", "context": {"cluster": "test", "user": "test"}}],
    }
    path = directory / "kubeconfig"
    path.write_text(json.dumps(config))
    return await ApiServer.connect(str(path), ServerClock(time.monotonic), AGENT)
