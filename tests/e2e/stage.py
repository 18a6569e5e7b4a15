"""Where one scenario plays: a namespace with both colours, its operator, its load, its history, and what people do."""

import json
import secrets
import time
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from dev.cluster.kubectl import kubectl
from dev.cluster.lifecycle import Cluster
from dev.demo.prometheus import Threshold, fill, visible
from dev.demo.release import path_of
from tests.e2e import manifests
from tests.e2e.backstage import Backstage
from tests.e2e.history import History, Object
from tests.e2e.operator_process import Operator
from tests.e2e.polling import eventually
from tests.e2e.traffic import Traffic


@dataclass
class Stage:
    """One scenario's namespace, and everything in and around it."""

    cluster: Cluster
    backstage: Backstage
    folder: Path
    namespace: str
    history: History = field(default_factory=History)
    loads: dict[str, Traffic] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.operator = Operator(self.cluster, self.namespace, self.folder / "operator.log")

    @property
    def traffic(self) -> Traffic:
        """The load on the component web."""
        return self.loads["web"]

    def play_on(self, *components: str, replicas: int = 2, tag: str = "1") -> None:
        """Set the stage: pods of both colours, routes to blue, constant load, the operator; all of it up."""
        self._create(manifests.namespace(self.namespace))
        self.operator.start()
        for component in components or ("web",):
            for colour in ("blue", "green"):
                self._create(
                    *manifests.workload(self.namespace, f"{component}-{colour}", replicas=replicas, tag=tag)
                )
            self._create(manifests.route(self.namespace, component))
            self.loads[component] = Traffic(manifests.host(self.namespace, component))
        self.history.follow(self.backstage, self.namespace)
        for component, traffic in self.loads.items():
            self._until_ready(component, replicas)
            self._until_served(traffic)

    def close(self) -> None:
        """End what runs and give up the namespace; it is not awaited."""
        with ExitStack() as ends:
            ends.callback(self._give_up)
            ends.callback(self.history.close)
            ends.callback(self.operator.stop)
            for traffic in self.loads.values():
                ends.callback(traffic.stop, self.backstage)

    def kubectl(self, *words: str, stdin: str = "", timeout: float = 60) -> str:
        """Do what a person does."""
        return kubectl(
            "--namespace", self.namespace, *words,
            kubeconfig=self.cluster.kubeconfig, stdin=stdin, timeout=timeout,
        )  # fmt: skip

    def apply(self, *objects: Object) -> None:
        """Apply objects with kubectl, as one commit does."""
        listed = {"apiVersion": "v1", "kind": "List", "items": list(objects)}
        self.kubectl("apply", "--filename", "-", stdin=json.dumps(listed))

    def patch(self, what: str, patch: Any, *, kind: str = "merge", manager: str = "kubectl-edit") -> None:
        """Patch an object, as `kubectl edit` does."""
        words = ("patch", what, f"--type={kind}", f"--field-manager={manager}", "--patch", json.dumps(patch))
        self.kubectl(*words)

    def go_live(self, *components: str, **spec: Any) -> None:
        """Apply a GoLive that is to bring green."""
        self.apply(manifests.golive(self.namespace, *components, **spec))

    def until_step(self, weight: int) -> None:
        """Wait until a step's weight has been read back."""
        eventually(lambda: self.history.stands_at(weight), what=f"a step read back at {weight} %")

    def until_phase(self, phase: str, name: str = "shop") -> None:
        """Wait until a GoLive is in a phase."""
        eventually(lambda: self.history.phase(name) == phase, what=f"{name} is {phase}")

    def until_back(self, route: str = "web") -> float:
        """Wait until green has no traffic again, and return the moment in which the API server said so."""
        eventually(lambda: self.history.climb(route)[-1] == 0, what=f"route {route} is back at 0 %")
        return self.history.weights(route)[-1].at

    def events(self) -> list[str]:
        """List the reasons of the events that were told of this namespace's GoLives, in the order of their times."""
        path = f"/apis/events.k8s.io/v1/namespaces/{self.namespace}/events"
        listed = self.backstage.call(self.backstage.api.get(path)) or {}
        ours = [one for one in listed["items"] if one["regarding"].get("kind") == "GoLive"]
        return [one["reason"] for one in sorted(ours, key=lambda one: str(one["eventTime"]))]

    def write_weights(self, green: int, *, manager: str = "kubectl-edit") -> None:
        """Write both weights of the route."""
        weights = {"web-blue": 100 - green, "web-green": green}
        patch = [
            {"op": "replace", "path": f"/spec/rules/{rule}/backendRefs/{place}/weight", "value": weights[ref["name"]]}
            for rule, found in enumerate(self.history.route()["spec"]["rules"])
            for place, ref in enumerate(found.get("backendRefs", []))
        ]  # fmt: skip
        self.patch("httproute/web", patch, kind="json", manager=manager)

    def tell_pods(self, deployment: str, query: str) -> float:
        """POST a fault to every pod of a Deployment, and return the moment before."""
        began = time.monotonic()
        for pod in self.pods(deployment):
            self.backstage.call(self.backstage.api.post_to_pod(self.namespace, pod, 8080, f"/fault?{query}"))
        return began

    def pods(self, deployment: str) -> list[str]:
        """Name the pods of a Deployment that are not being deleted."""
        path = f"/api/v1/namespaces/{self.namespace}/pods"
        listed = self.backstage.call(self.backstage.api.get(path, labelSelector=f"app={deployment}")) or {}
        return [
            pod["metadata"]["name"] for pod in listed["items"] if "deletionTimestamp" not in pod["metadata"]
        ]

    def breach_visible(self, service: str = "web-green", prometheus: str = "") -> float:
        """Wait until Prometheus shows the breach, and return the last moment at which it did not yet."""
        query = fill(manifests.ERROR_RATE, {"namespace": self.namespace, "service": service})
        url = prometheus or self.cluster.prometheus
        return self.backstage.call(visible(url, query, Threshold(manifests.LIMIT), 30), 35)

    def _give_up(self) -> None:
        # A GoLive whose operator is gone would hold the namespace for ever.
        for name in self.history.golives[-1].objects if self.history.golives else ():
            path = f"/apis/golive.dev/v1alpha1/namespaces/{self.namespace}/golives/{name}"
            self.backstage.call(self.backstage.api.merge(path, {"metadata": {"finalizers": None}}))
        self.backstage.call(self.backstage.api.delete(f"/api/v1/namespaces/{self.namespace}"))

    def _create(self, *objects: Object) -> None:
        for one in objects:
            self.backstage.call(self.backstage.api.apply(path_of(one), one))

    def _until_ready(self, component: str, replicas: int) -> None:
        for colour in ("blue", "green"):
            service = f"{component}-{colour}"
            eventually(
                lambda service=service: self.history.ready(service) == replicas,  # type: ignore[misc]  # bound on purpose
                what=f"{replicas} ready pods of {service}",
            )

    def _until_served(self, traffic: Traffic) -> None:
        # The first answers may come before the router knows the route: the log begins when it does.
        traffic.start(self.backstage, self.cluster.router)
        eventually(traffic.flows, what=f"the gateway serves {traffic.host}")
        served = next(number for number, one in enumerate(traffic.entries) if not one.failed)
        del traffic.entries[:served]


def new_stage(cluster: Cluster, backstage: Backstage, folder: Path, scenario: str) -> Stage:
    """Name a namespace that no earlier run has left behind."""
    word = scenario.replace("_", "-")[:40].rstrip("-")
    return Stage(cluster, backstage, folder, f"e2e-{word}-{secrets.token_hex(2)}")
