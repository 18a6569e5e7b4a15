"""A namespace to go live in: its objects, its one GoLive, and the trouble that befalls it."""

import time
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final

from typing_extensions import override

from tests.faults.history import BLUE, GREEN, Known
from tests.gauges import Gauges
from tests.integration.operator_world import Shop, a_check

BAD: Final = 0.2
GONE_FOR: Final = 1.5
"""Seconds in which a Deployment is not there; on a thread of its own."""
APPS: Final = "/apis/apps/v1"
ROUTES: Final = "/apis/gateway.networking.k8s.io/v1"


METRIC: Final = "faults_errors"
"""The share of errors of each namespace's new colour."""


class Trouble(StrEnum):
    """What befalls a go-live."""

    NONE = "none"
    BREACH = "breach"
    PODS = "pods"
    """All of green's pods are gone."""
    TARGET = "target"
    """A person sets the target back."""
    DEPLOYMENT = "deployment"
    """Green's Deployment is deleted, with all that it owns, and created again."""


@dataclass(frozen=True, slots=True)
class Scenario:
    """A go-live and how it ends where nothing disturbs it."""

    name: str
    steps: tuple[int, ...] = (10, 50, 100)
    trouble: Trouble = Trouble.NONE
    at: int = 0
    """The weight whose reading back brings the trouble."""

    @property
    def spec(self) -> dict[str, Any]:
        """The fields of the GoLive's spec."""
        steps = [{"weight": weight, "hold": self._hold(weight)} for weight in self.steps[:-1]]
        query = f'{METRIC}{{namespace="$(namespace)"}}'
        return {
            "steps": [*steps, {"weight": 100}],
            "checks": [a_check(query)],
            "stabilise": {"for": self._hold(100)},
        }

    @property
    def ends(self) -> str:
        """The phase that it rests in."""
        return "Live" if self.trouble in {Trouble.NONE, Trouble.TARGET} else "RolledBack"

    @property
    def live(self) -> str:
        """The colour that serves in the end."""
        return "green" if self.trouble is Trouble.NONE else "blue"

    @property
    def climb(self) -> list[int]:
        """Green's weights on the way, each change once."""
        if self.trouble is Trouble.NONE:
            return [0, *self.steps]
        return [0, *(weight for weight in self.steps if weight <= self.at), 0]

    @property
    def route(self) -> dict[str, int]:
        """The weights in the end."""
        return {BLUE: 100 - self.climb[-1], GREEN: self.climb[-1]}

    def _hold(self, weight: int) -> str:
        # Long enough for the trouble to be seen before the next step would be taken.
        return "8s" if self.trouble is not Trouble.NONE and weight == self.at else "1500ms"


SCENARIOS: Final = {
    scenario.name: scenario
    for scenario in (
        Scenario("good"),
        Scenario("five", (10, 25, 50, 75, 100)),
        Scenario("two", (10, 100)),
        Scenario("breach-10", trouble=Trouble.BREACH, at=10),
        Scenario("breach-50", trouble=Trouble.BREACH, at=50),
        Scenario("breach-100", (10, 100), Trouble.BREACH, 100),
        Scenario("pods-10", trouble=Trouble.PODS, at=10),
        Scenario("pods-50", trouble=Trouble.PODS, at=50),
        Scenario("deployment-10", trouble=Trouble.DEPLOYMENT, at=10),
        Scenario("target-10", trouble=Trouble.TARGET, at=10),
        Scenario("target-50", trouble=Trouble.TARGET, at=50),
    )
}


@dataclass
class World(Shop):
    """A namespace whose route holds more than the two weights, and whose changes are dated."""

    known: Known = field(default_factory=Known)
    gauges: Gauges = field(default_factory=lambda: Gauges(METRIC))

    @override
    def set_up(self, *left_out: str) -> None:
        """Write everything a go-live needs, and have its check pass."""
        self.gauges.values[self.namespace] = 0.0
        super().set_up(*left_out)
        self.known.ready.append((now(), 2))

    @override
    def route(self, *backends: tuple[str, int], name: str = "web") -> None:
        """Write a route as a person would."""
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
        self.post(f"{ROUTES}/namespaces/{self.namespace}/httproutes", body)

    def befall(self, trouble: Trouble) -> None:
        """Bring a trouble about."""
        if trouble is Trouble.BREACH:
            self.known.breaches.append((now(), float("inf")))
            self.gauges.values[self.namespace] = BAD
        if trouble is Trouble.PODS:
            self.known.ready.append((now(), 0))
            self.ready_pods(GREEN, 0)
        if trouble is Trouble.TARGET:
            self.edit(target="blue")
        if trouble is Trouble.DEPLOYMENT:
            self._renew_deployment()

    def _renew_deployment(self) -> None:
        self.known.ready.append((now(), 0))
        for path in (f"deployments/{GREEN}", f"replicasets/{GREEN}-5d8f9"):
            self.server.http.delete(f"{APPS}/namespaces/{self.namespace}/{path}").raise_for_status()
        time.sleep(GONE_FOR)
        self.deployment(GREEN)
        self.known.ready.append((now(), 2))

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
