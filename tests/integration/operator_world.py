"""What the operator's integration tests act on: a namespace written as its controllers would, and the operator as a process.

There are no controllers and no pods here: the test writes Deployment status, ReplicaSets and EndpointSlices itself.
"""

import json
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TypeVar

import httpx

from dev.controlplane.process import Process
from tests.integration.api_server import ApiServer

ROOT: Final = Path(__file__).parents[2]
FAST_LEASE: Final = ("--lease-duration", "1s", "--renew-deadline", "800ms", "--retry-period", "200ms")
"""For an operator that is killed and started again: it waits for its own old Lease."""
_MERGE: Final = {"Content-Type": "application/merge-patch+json"}
_APPS: Final = "/apis/apps/v1"
_ROUTES: Final = "/apis/gateway.networking.k8s.io/v1"
_GOLIVES: Final = "/apis/golive.dev/v1alpha1"
Raw = dict[str, Any]
T = TypeVar("T")


def until(found: Callable[[], T], seconds: float, wanted: str, seen: Callable[[], object] = str) -> T:
    """Look until something is there; what was seen last is in the error."""
    deadline = time.monotonic() + seconds
    while not (result := found()):
        assert time.monotonic() < deadline, f"not within {seconds} s: {wanted}; saw {seen() or result}"
        time.sleep(0.02)
    return result


@dataclass
class Operator:
    """The operator as a process, which a test can end and start again."""

    server: ApiServer
    prometheus: str
    directory: Path
    kubeconfig: Path | None = None
    """Another user's than the administrator's."""
    more: tuple[str, ...] = ()
    """Further flags."""
    program: tuple[str | Path, ...] = ("-m", "golive")
    """What Python runs; another than the operator itself is one that is broken on purpose."""
    process: Process | None = None
    starts: int = 0

    @property
    def log(self) -> Path:
        """What the one that was started last says."""
        return self.directory / f"operator-{self.starts}.log"

    def start(self, *, leads: bool = True) -> None:
        """Start it, and wait until it leads, or at least watches."""
        python = ["env", f"PYTHONPATH={ROOT / 'operator'}", sys.executable]
        flags = [
            "--kubeconfig",
            str(self.kubeconfig or self.server.kubeconfig),
            "--prometheus",
            self.prometheus,
        ]
        flags += ["--scrape-interval", "5s", "--settle", "500ms", "--listen", "", *FAST_LEASE, *self.more]
        self.starts += 1
        self.process = Process("golive", [*python, *self.program, "run", *flags], self.log)
        words = "golive leads" if leads else "golive watches"
        self.process.wait_until(lambda: words in self.log.read_text(), 30)

    def stop(self) -> None:
        if self.process:
            self.process.stop()

    def kill(self) -> None:
        if self.process:
            self.process.kill()


@dataclass
class Shop:
    """A namespace with blue and green of one component, all traffic on blue."""

    server: ApiServer
    namespace: str

    def __post_init__(self) -> None:
        self.post("/api/v1/namespaces", {"metadata": {"name": self.namespace}})

    def set_up(self, *left_out: str) -> None:
        """Write everything a go-live needs but what is left out."""
        for name in ("web-blue", "web-green"):
            if f"Deployment {name}" not in left_out:
                self.deployment(name)
            if f"Service {name}" not in left_out:
                self.service(name, {"app": name})
            self.ready_pods(name)
        if "HTTPRoute web" not in left_out:
            self.route(("web-blue", 100), ("web-green", 0))

    def deployment(
        self, name: str, pods: int = 2, template_hash: str = "5d8f9", image: str = "app:1"
    ) -> None:
        labels = {"app": name, "kind": "web"}
        template = {
            "metadata": {"labels": labels},
            "spec": {"containers": [{"name": "app", "image": image}]},
        }
        spec = {"replicas": pods, "selector": {"matchLabels": labels}, "template": template}
        annotations = {"deployment.kubernetes.io/revision": "1"}
        made = self.post(
            f"{_APPS}/namespaces/{self.namespace}/deployments",
            {"metadata": {"name": name, "annotations": annotations}, "spec": spec},
        )
        counts = dict.fromkeys(("replicas", "updatedReplicas", "readyReplicas", "availableReplicas"), pods)
        self.patch(
            f"{_APPS}/namespaces/{self.namespace}/deployments/{name}/status",
            {"status": {"observedGeneration": made["metadata"]["generation"], **counts}},
        )
        self.replica_set(made, template_hash)

    def replica_set(self, deployment: Raw, template_hash: str, revision: str = "1") -> None:
        name, spec = deployment["metadata"]["name"], deployment["spec"]
        owner = {
            "apiVersion": "apps/v1",
            "kind": "Deployment",
            "name": name,
            "uid": deployment["metadata"]["uid"],
        }
        hashed = {**spec["selector"]["matchLabels"], "pod-template-hash": template_hash}
        metadata = {
            "name": f"{name}-{template_hash}",
            "labels": hashed,
            "annotations": {"deployment.kubernetes.io/revision": revision},
            "ownerReferences": [{**owner, "controller": True}],
        }
        body = {
            "replicas": spec["replicas"],
            "selector": {"matchLabels": hashed},
            "template": {**spec["template"], "metadata": {"labels": hashed}},
        }
        self.post(f"{_APPS}/namespaces/{self.namespace}/replicasets", {"metadata": metadata, "spec": body})

    def service(self, name: str, selector: Mapping[str, str]) -> None:
        spec = {"selector": dict(selector), "ports": [{"port": 80}]}
        self.post(f"/api/v1/namespaces/{self.namespace}/services", {"metadata": {"name": name}, "spec": spec})

    def ready_pods(self, name: str, pods: int = 2, template_hash: str = "5d8f9") -> None:
        endpoints = [
            {
                "addresses": [f"10.1.0.{number + 1}"],
                "conditions": {"ready": True},
                "targetRef": {"kind": "Pod", "name": f"{name}-{template_hash}-pod{number}"},
            }
            for number in range(pods)
        ]
        metadata = {"name": f"{name}-slice", "labels": {"kubernetes.io/service-name": name}}
        body = {"metadata": metadata, "addressType": "IPv4", "endpoints": endpoints}
        path = f"/apis/discovery.k8s.io/v1/namespaces/{self.namespace}/endpointslices"
        if self.server.http.get(f"{path}/{name}-slice").status_code == httpx.codes.OK:
            self.patch(f"{path}/{name}-slice", {"endpoints": endpoints})
        else:
            self.post(path, body)

    def route(self, *backends: tuple[str, int], name: str = "web") -> None:
        refs = [{"name": backend, "port": 80, "weight": weight} for backend, weight in backends]
        body = {
            "apiVersion": "gateway.networking.k8s.io/v1",
            "kind": "HTTPRoute",
            "metadata": {"name": name},
            "spec": {"rules": [{"backendRefs": refs}]},
        }
        self.post(f"{_ROUTES}/namespaces/{self.namespace}/httproutes", body)

    def manifest(self, name: str = "shop", **spec: Any) -> Raw:
        colours = {
            colour: {"deployment": f"web-{colour}", "service": f"web-{colour}"}
            for colour in ("blue", "green")
        }
        whole = {
            "target": "green",
            "components": [{"name": "web", **colours, "routes": [{"httpRoute": {"name": "web"}}]}],
            "steps": [{"weight": 10, "hold": "1s"}, {"weight": 100}],
            "checks": [a_check()],
            "stabilise": {"for": "1s"},
            **spec,
        }
        metadata = {"name": name, "namespace": self.namespace}
        return {"apiVersion": "golive.dev/v1alpha1", "kind": "GoLive", "metadata": metadata, "spec": whole}

    def golive(self, name: str = "shop", **spec: Any) -> None:
        self.post(f"{_GOLIVES}/namespaces/{self.namespace}/golives", self.manifest(name, **spec))

    def edit(self, name: str = "shop", **spec: Any) -> None:
        self.patch(f"{_GOLIVES}/namespaces/{self.namespace}/golives/{name}", {"spec": spec})

    def read(self, name: str = "shop") -> Raw:
        answer = self.server.http.get(f"{_GOLIVES}/namespaces/{self.namespace}/golives/{name}")
        return dict(answer.json()) if answer.status_code == httpx.codes.OK else {}

    def delete(self, name: str = "shop") -> None:
        self.server.http.delete(f"{_GOLIVES}/namespaces/{self.namespace}/golives/{name}").raise_for_status()

    def leave(self) -> None:
        """Leave nothing that anybody works on: a GoLive that is held is let go."""
        path = f"{_GOLIVES}/namespaces/{self.namespace}/golives"
        for item in self.server.http.get(path).raise_for_status().json()["items"]:
            name = item["metadata"]["name"]
            self.server.http.delete(f"{path}/{name}")
            self.server.http.patch(
                f"{path}/{name}", content=json.dumps({"metadata": {"finalizers": None}}), headers=_MERGE
            )

    def condition(self, kind: str, name: str = "shop") -> Raw:
        conditions = self.read(name).get("status", {}).get("conditions", [])
        return next((entry for entry in conditions if entry["type"] == kind), {})

    def read_route(self, name: str = "web") -> Raw:
        return dict(self.server.http.get(f"{_ROUTES}/namespaces/{self.namespace}/httproutes/{name}").json())

    def green(self) -> int:
        weights = {ref["name"]: ref["weight"] for ref in self.read_route()["spec"]["rules"][0]["backendRefs"]}
        return int(weights["web-green"])

    def events(self) -> list[Raw]:
        """List what the operator told; the API server posts events of its own, about Services."""
        path = f"/apis/events.k8s.io/v1/namespaces/{self.namespace}/events"
        told = self.server.http.get(path).raise_for_status().json()["items"]
        return [event for event in told if event["reportingController"] == "golive.dev/operator"]

    def reasons(self) -> list[str]:
        return sorted(event["reason"] for event in self.events())

    def in_phase(self, phase: str, seconds: float = 20) -> Raw:
        def found() -> Raw:
            whole = self.read()
            return whole if whole.get("status", {}).get("phase") == phase else {}

        return until(found, seconds, f"phase {phase}; {self.read().get('status')}")

    def at_weight(self, weight: int, seconds: float = 10) -> None:
        seen: list[str] = []

        def found() -> bool:
            status = self.read().get("status", {})
            seen[:] = [str(status)]
            return bool(status.get("step", {}).get("acknowledgedAt")) and self.green() == weight

        until(found, seconds, f"{weight} % for green", lambda: seen)

    def stalled(self, reason: str, seconds: float = 5, name: str = "shop") -> str:
        """Wait for Stalled=True of a reason, and return its sentence."""

        def found() -> str:
            condition = self.condition("Stalled", name)
            return str(condition["message"]) if condition.get("reason") == reason else ""

        return until(found, seconds, f"Stalled=True/{reason}")

    def kubectl(self, *words: str, stdin: str = "") -> str:
        done = self.server.kubectl("--namespace", self.namespace, *words, stdin=stdin)
        assert done.code == 0, done.err
        return done.out

    def post(self, path: str, body: Raw) -> Raw:
        return _answered(self.server.http.post(path, json=body))

    def patch(self, path: str, body: Raw) -> Raw:
        return _answered(self.server.http.patch(path, content=json.dumps(body), headers=_MERGE))


def a_check(query: str = "vector(0)", **fields: Any) -> Raw:
    return {
        "name": "errors",
        "prometheus": {"query": query},
        "interval": "1s",
        "pass": "<= 0.01",
        "rules": [{"when": "> 0.05", "action": "Rollback"}],
        **fields,
    }


def _answered(answer: httpx.Response) -> Raw:
    assert answer.is_success, answer.text
    return dict(answer.json())
