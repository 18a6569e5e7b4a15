"""Everything around the operator: control plane, kwok, Prometheus, the exporter, and the objects of a plan."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from dev.bench import objects
from dev.bench.api import Api
from dev.bench.audit import AuditLog
from dev.bench.gauges import Gauges
from dev.bench.objects import AUDIT_POLICY
from dev.bench.plan import App, Plan
from dev.bench.querylog import QueryLog
from dev.cluster import binaries, pins
from dev.cluster.progress import ClusterError, say
from dev.controlplane import ControlPlane, control_plane, prometheus_server, write_kubeconfig
from dev.controlplane.process import Process, answers
from dev.exporter import exporter

SCRAPE: Final = 5.0
"""Seconds between two scrapes, where nobody asks more often."""
PATIENCE: Final = 900.0
CONTROLLER_FLAGS: Final = (
    "--kube-api-qps=1000",
    "--kube-api-burst=1000",
    "--concurrent-deployment-syncs=20",
    "--concurrent-replicaset-syncs=20",
    "--concurrent-service-endpoint-syncs=20",
)
_LOOK: Final = 0.25
_ROUTE_CRD: Final = "gateway.networking.k8s.io_httproutes.yaml"
_SERVED: Final = ("golive.dev/v1alpha1/golives", "gateway.networking.k8s.io/v1/httproutes")


@dataclass(frozen=True)
class Plant:
    """What runs around the operator."""

    directory: Path
    api: Api
    audit: AuditLog
    questions: QueryLog
    gauges: Gauges
    prometheus: str
    kubeconfig: Path
    """The operator's."""


@asynccontextmanager
async def plant(directory: Path, apps: Sequence[App], interval: float) -> AsyncIterator[Plant]:
    """Run everything that a bench needs, and end it whatever happens."""
    async with AsyncExitStack() as running:
        plane = running.enter_context(
            control_plane(
                directory,
                controller_manager=True,
                controller_flags=CONTROLLER_FLAGS,
                audit=True,
                audit_policy=AUDIT_POLICY,
            )
        )
        running.enter_context(_kwok(plane))
        gauges = Gauges(app.name for app in apps)
        port = running.enter_context(exporter(gauges.text, gauges.handed_out))
        query_log = directory / "queries.log"
        config = _scraping(port, min(SCRAPE, interval), query_log)
        prometheus = running.enter_context(prometheus_server(directory / "prometheus", config=config))
        api = await running.enter_async_context(Api(plane))
        await _equip(plane, api)
        kubeconfig = plane.directory / "operator.kubeconfig"
        write_kubeconfig(kubeconfig, plane.url, await api.token())
        audit, questions = AuditLog(plane.audit_log), QueryLog(query_log)
        yield Plant(directory, api, audit, questions, gauges, prometheus.url, kubeconfig)


@contextmanager
def _kwok(plane: ControlPlane) -> Iterator[None]:
    command: list[str | Path] = [
        binaries.kwok(),
        f"--kubeconfig={plane.kubeconfig}",
        "--manage-all-nodes=true",
        "--cidr=10.128.0.1/9",
        # Without leases the node controller would take every pod for unready.
        "--node-lease-duration-seconds=40",
    ]
    process = Process("kwok", command, plane.directory / "kwok.log")
    try:
        yield
    finally:
        process.stop()


def _scraping(port: int, every: float, query_log: Path) -> dict[str, Any]:
    job = {"job_name": "bench", "static_configs": [{"targets": [f"127.0.0.1:{port}"]}]}
    return {
        "global": {
            "scrape_interval": objects.duration(every),
            "scrape_timeout": objects.duration(every),
            "query_log_file": str(query_log),
        },
        "scrape_configs": [job],
    }


async def _equip(plane: ControlPlane, api: Api) -> None:
    """Bring what has to be there before any GoLive: kinds, the node, the operator's user."""
    plane.kubectl("apply", "--server-side", "-f", pins.CHECKOUT / "crds")
    plane.kubectl("apply", "--server-side", "-f", binaries.gateway_api() / _ROUTE_CRD)

    async def served() -> bool:
        return all(answers(f"{plane.url}/apis/{kind}", token=plane.token) for kind in _SERVED)

    await until(served, 30, lambda: "the API server does not serve GoLives and HTTPRoutes")
    for made in (objects.node(), *objects.account()):
        await api.post(*made)


async def populate(plant: Plant, plan: Plan) -> None:
    """Make the objects of a plan, and wait until every pod is ready."""
    began = time.monotonic()
    spaces = sorted({app.namespace for app in plan.apps})
    for space in spaces:
        await _namespace(plant.api, space)
    for done, space in enumerate(spaces, 1):
        inside = [app for app in plan.apps if app.namespace == space]
        await plant.api.post_all(made for app in inside for made in objects.workload(app))
        if done % 5 == 0 or done == len(spaces):
            say(f"objects of {min(done * 100, plan.n)} GoLives made")
    for space in spaces:
        await _ready(plant.api, space)
    await plant.api.post_all(objects.golive(app, plan.hold, plan.interval) for app in plan.apps)
    say(f"{plan.n} GoLives with their workloads stand after {time.monotonic() - began:.0f} s")


async def _namespace(api: Api, name: str) -> None:
    await api.post("/api/v1/namespaces", {"metadata": {"name": name}})
    path = f"/api/v1/namespaces/{name}/serviceaccounts"

    async def has_account() -> bool:
        return bool((await api.get(path))["items"])

    # Pods are refused until it is there, and their controller then waits longer and longer.
    await until(has_account, 60, lambda: f"namespace {name} has no service account")


async def _ready(api: Api, space: str) -> None:
    path = f"{objects.APPS}/namespaces/{space}/deployments?resourceVersion=0"
    short = [0]

    async def available() -> bool:
        items = (await api.get(path))["items"]
        short[0] = sum(not item.get("status", {}).get("availableReplicas") for item in items)
        return not short[0]

    await until(available, PATIENCE, lambda: f"{short[0]} Deployments of {space} have no ready pod", 1.0)


async def until(
    there: Callable[[], Awaitable[bool]], seconds: float, missing: Callable[[], str], look: float = _LOOK
) -> None:
    """Look until something is there; ClusterError says what is missing after some seconds."""
    deadline = time.monotonic() + seconds
    while not await there():
        if time.monotonic() > deadline:
            raise ClusterError(f"not within {seconds:.0f} s: {missing()}")
        await asyncio.sleep(look)


def dump(path: Path, content: dict[str, Any]) -> None:
    """Write a result for machines."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content, indent=1) + "\n")
