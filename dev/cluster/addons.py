"""What runs in the cluster: Gateway API, Traefik, Prometheus, the demo app's image; applied and waited for."""

import json
import time
from collections.abc import Callable
from pathlib import Path

import httpx

from dev.cluster import addon_images, binaries, pins
from dev.cluster.engine import Engine
from dev.cluster.kubectl import kubectl
from dev.cluster.programs import run
from dev.cluster.progress import ClusterError, say

WAIT_SECONDS = 120
LOOK_EVERY_SECONDS = 0.25
DEPLOYMENTS = (
    ("kube-system", "coredns"),
    (pins.SYSTEM_NAMESPACE, "traefik"),
    (pins.SYSTEM_NAMESPACE, "prometheus"),
)
RECORD = "golive-cluster"


def load(used: Engine) -> None:
    """Load the images into the cluster's node."""
    archives = (addon_images.system(used), addon_images.app(used))
    words = ("load", "image-archive", *archives, "--name", pins.CLUSTER)
    run(binaries.kind(), *words, what="loading images into the node", timeout=180, env=used.env)


def define() -> None:
    """Apply the Gateway API's CRDs and wait until the API server serves them."""
    _apply(binaries.gateway_api())
    words = ("wait", "--for=condition=Established", "--timeout=60s", "--filename", binaries.gateway_api())
    kubectl(*words, timeout=90)


def apply() -> None:
    """Apply Traefik and Prometheus."""
    _apply(pins.MANIFESTS)


def keep_record(text: str) -> None:
    """Keep the record of the cluster in the cluster, for checkouts with another cache."""
    record = {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": RECORD, "namespace": pins.SYSTEM_NAMESPACE},
        "data": {"state": text},
    }
    _apply("-", json.dumps(record))


def record() -> str:
    """Read the record of the cluster from the cluster; "" where it has none yet."""
    words = (
        "get",
        "configmap",
        RECORD,
        "--namespace",
        pins.SYSTEM_NAMESPACE,
        "--output",
        "jsonpath={.data.state}",
    )
    return kubectl(*words, "--ignore-not-found", timeout=15)


def wait() -> None:
    """Wait until pods, Gateway and both ports on 127.0.0.1 answer."""
    for namespace, name in DEPLOYMENTS:
        say(f"waiting: {name} in {namespace}")
        words = (
            "rollout",
            "status",
            f"deployment/{name}",
            "--namespace",
            namespace,
            f"--timeout={WAIT_SECONDS}s",
        )
        kubectl(*words, timeout=WAIT_SECONDS + 10)
    say("waiting: the Gateway, and the ports on 127.0.0.1")
    gateway = ("wait", "--for=condition=Programmed", "gateway/golive", "--namespace", pins.SYSTEM_NAMESPACE)
    kubectl(*gateway, f"--timeout={WAIT_SECONDS}s", timeout=WAIT_SECONDS + 10)
    _poll("Traefik on 127.0.0.1", lambda: _status(f"http://127.0.0.1:{pins.ROUTER_PORT}/") is not None)
    _poll(
        "Prometheus on 127.0.0.1",
        lambda: _status(f"http://127.0.0.1:{pins.PROMETHEUS_PORT}/-/ready") == httpx.codes.OK,
    )


def _apply(what: str | Path, stdin: str = "") -> None:
    words = ("apply", "--server-side", "--force-conflicts", "--field-manager=golive-dev", "--filename", what)
    kubectl(*words, stdin=stdin, timeout=60)


def _status(url: str) -> int | None:
    try:
        return httpx.get(url, timeout=2, trust_env=False).status_code
    except httpx.HTTPError:
        return None


def _poll(what: str, ready: Callable[[], bool]) -> None:
    deadline = time.monotonic() + WAIT_SECONDS
    while not ready():
        if time.monotonic() > deadline:
            raise ClusterError(
                f"{what} did not answer within {WAIT_SECONDS} s. Look with: kubectl get pods -A"
            )
        time.sleep(LOOK_EVERY_SECONDS)
