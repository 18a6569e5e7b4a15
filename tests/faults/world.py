"""A namespace to go live in: its objects, its one GoLive, and the trouble that befalls it."""

import time
from dataclasses import dataclass, field
from typing import Final

import httpx
from typing_extensions import override

from tests.faults.history import Known, green
from tests.faults.scenarios import METRIC, Trouble
from tests.gauges import Gauges
from tests.integration.operator_world import Shop

BAD: Final = 0.2
GONE_FOR: Final = 1.5
"""Seconds in which an object is not there; on a thread of its own."""
GONE_FOR_AT_MOST: Final = 60.0
APPS: Final = "/apis/apps/v1"
CORE: Final = "/api/v1"
SLICES: Final = "/apis/discovery.k8s.io/v1"
ROUTES: Final = "/apis/gateway.networking.k8s.io/v1"
GIT: Final = "argocd-controller"
"""A field manager whose writes of a route are Git's."""


@dataclass
class World(Shop):
    """A namespace whose route holds more than the two weights, and whose changes are dated."""

    known: Known = field(default_factory=Known)
    gauges: Gauges = field(default_factory=lambda: Gauges(METRIC))
    components: tuple[str, ...] = ("web",)
    """Each with a route of its own name; trouble befalls the last."""

    @override
    def set_up(self, *left_out: str) -> None:
        """Write everything a go-live needs, and have its check pass."""
        self.gauges.values[self.namespace] = 0.0
        for component in self.components:
            for colour in ("blue", "green"):
                name = f"{component}-{colour}"
                self.deployment(name)
                self.service(name, {"app": name})
                self.ready_pods(name)
            self.split(0, component)
        self.known.ready.append((now(), 2))

    def split(self, weight: int, component: str = "web", manager: str = "kubectl-create") -> None:
        """Create a component's route with so much for green."""
        backends = ((f"{component}-blue", 100 - weight), (f"{component}-green", weight))
        self.route(*backends, name=component, manager=manager)

    @override
    def route(self, *backends: tuple[str, int], name: str = "web", manager: str = "kubectl-create") -> None:
        """Create a route as a person would, or another manager."""
        refs = [{"name": backend, "port": 80, "weight": weight} for backend, weight in backends]
        modified = {"set": [{"name": "x-shop", "value": "web"}]}
        rule = {
            "matches": [{"path": {"type": "PathPrefix", "value": "/"}}],
            "filters": [{"type": "RequestHeaderModifier", "requestHeaderModifier": modified}],
            "backendRefs": refs,
            "timeouts": {"request": "10s"},
        }
        other = {
            "matches": [{"path": {"type": "PathPrefix", "value": "/static"}}],
            "backendRefs": [{"name": "static", "port": 80, "weight": 7}],
        }
        body = {
            "apiVersion": "gateway.networking.k8s.io/v1",
            "kind": "HTTPRoute",
            "metadata": {"name": name, "labels": {"team": "shop"}, "annotations": {"note": "do not touch"}},
            "spec": {"hostnames": ["shop.example"], "rules": [rule, other]},
        }
        self.post(f"{ROUTES}/namespaces/{self.namespace}/httproutes?fieldManager={manager}", body)

    def befall(self, trouble: Trouble) -> None:
        """Bring a trouble about."""
        last = self.components[-1]
        service = f"{last}-green"
        match trouble:
            case Trouble.NONE:
                pass
            case Trouble.BREACH:
                self.known.breaches.append((now(), float("inf")))
                self.gauges.values[self.namespace] = BAD
            case Trouble.PODS:
                self.known.ready.append((now(), 0))
                self.ready_pods(service, 0)
            case Trouble.TARGET:
                self.edit(target="blue")
            case Trouble.DEPLOYMENT:
                self.renew_deployment(service)
            case Trouble.SERVICE:
                self.renew_service(service)
            case Trouble.ROUTE | Trouble.GIT:
                self.renew_route(0, last, GIT if trouble is Trouble.GIT else "kubectl-create")

    def renew_deployment(self, name: str) -> None:
        """Delete a Deployment with all that it owns, its pods too, and create it again as it was."""
        self._count(name, 0)
        for path in (f"deployments/{name}", f"replicasets/{name}-5d8f9"):
            self._delete(f"{APPS}/namespaces/{self.namespace}/{path}")
        self.ready_pods(name, 0)
        self._stay_away(name)
        self.deployment(name)
        self.ready_pods(name)
        self._count(name, 2)

    def renew_service(self, name: str) -> None:
        """Delete a Service, its EndpointSlice with it, and create both again as they were."""
        self._count(name, 0)
        self._delete(f"{CORE}/namespaces/{self.namespace}/services/{name}")
        self._delete(f"{SLICES}/namespaces/{self.namespace}/endpointslices/{name}-slice")
        self._stay_away(name)
        self.service(name, {"app": name})
        self.ready_pods(name)
        self._count(name, 2)

    def renew_route(self, weight: int, component: str = "web", manager: str = "kubectl-create") -> None:
        """Delete a route, and create it again with so much for green."""
        self._delete(f"{ROUTES}/namespaces/{self.namespace}/httproutes/{component}")
        time.sleep(GONE_FOR)
        self.split(weight, component, manager)

    def _stay_away(self, name: str) -> None:
        """Wait a moment, and longer while green still has traffic: whoever starts meanwhile sees it gone too."""
        component, _, colour = name.partition("-")
        deadline = time.monotonic() + GONE_FOR_AT_MOST
        time.sleep(GONE_FOR)
        while colour == "green" and time.monotonic() < deadline and self._green(component):
            time.sleep(0.1)

    def _green(self, component: str) -> int:
        path = f"{ROUTES}/namespaces/{self.namespace}/httproutes/{component}"
        return green(self.server.http.get(path).raise_for_status().json())

    def _count(self, name: str, pods: int) -> None:
        if name.endswith("-green"):
            self.known.ready.append((now(), pods))

    def _delete(self, path: str) -> None:
        answer = self.server.http.delete(path)
        if answer.status_code != httpx.codes.NOT_FOUND:
            answer.raise_for_status()

    def free_lease(self) -> None:
        """Have the operators' Lease run out."""
        path = f"/apis/coordination.k8s.io/v1/namespaces/{self.namespace}/leases/golive"
        if self.server.http.get(path).is_success:
            self.patch(path, {"spec": {"holderIdentity": ""}})

    @override
    def leave(self) -> None:
        """Leave nothing that anybody works on, nor asks for."""
        self.gauges.values.pop(self.namespace, None)
        super().leave()


def now() -> float:
    """Return the moment as the API server on this machine writes it into its audit log."""
    return time.time()  # noqa: TID251  # compared with stamps of the same clock, it decides nothing
