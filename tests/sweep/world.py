"""A namespace that an example works on: everything in it can be changed, taken away and brought back, in any order."""

from dataclasses import dataclass, field
from typing import Any, Final

import httpx
from typing_extensions import override

from tests.integration.operator_world import Shop
from tests.sweep.gauges import GOOD
from tests.sweep.ground import Ground
from tests.sweep.ledger import Page, Seen
from tests.sweep.specs import ROUTES, sound

Raw = dict[str, Any]
BLUE, GREEN = "blue", "green"
_GOLIVES: Final = "/apis/golive.dev/v1alpha1/namespaces/{}/golives/shop"
_ROUTES: Final = "/apis/gateway.networking.k8s.io/v1/namespaces/{}/httproutes"
_APPS: Final = "/apis/apps/v1/namespaces/{}"
_MERGE: Final = {"Content-Type": "application/merge-patch+json"}


def other(colour: str) -> str:
    return GREEN if colour == BLUE else BLUE


@dataclass
class Side:
    """A colour, as it is to stand."""

    tag: int = 1
    """Of its image; its pod template hash follows it."""
    replicas: int = 2
    ready: int = 2
    deployed: bool = True
    served: bool = True

    @property
    def template_hash(self) -> str:
        return f"5d8f{self.tag}"


@dataclass
class World(Shop):
    """Blue and green of one component, and what was written here by hand."""

    ground: Ground = field(kw_only=True)
    sides: dict[str, Side] = field(default_factory=lambda: {BLUE: Side(), GREEN: Side()})
    mine: set[int] = field(default_factory=set)
    """The resourceVersions of routes that the example wrote: all others are the operator's."""
    routed: bool = True

    @override
    def __post_init__(self) -> None:
        answer = self.server.http.post("/api/v1/namespaces", json={"metadata": {"name": self.namespace}})
        assert answer.is_success or answer.status_code == httpx.codes.CONFLICT, answer.text

    def build(self, live: str = BLUE) -> None:
        """Write everything but the GoLive, with all traffic on a colour."""
        self.ground.gauges.values[self.namespace] = GOOD
        for colour in self.sides:
            self._deploy(colour)
            self.service(f"web-{colour}", {"app": f"web-{colour}"})
        for name in ROUTES:
            self.lay_route({live: 100, other(live): 0}, name=name)

    def seen(self, kind: str, name: str) -> list[Seen]:
        return [one for one in self.page.read() if (one.kind, one.name) == (kind, name)]

    @property
    def page(self) -> Page:
        """What the watches brought of this namespace."""
        return self.ground.ledger.page(self.namespace)

    @property
    def status(self) -> Raw:
        """The GoLive's status, as the watch last brought it."""
        found: Raw = self.page.last("GoLive", "shop").get("status", {})
        return found

    def weights(self, name: str = "web") -> dict[str, int]:
        """Return the weight of each colour that a route names, as the watch last brought it."""
        rules = self.page.last("HTTPRoute", name).get("spec", {}).get("rules", [])
        refs = [ref for rule in rules for ref in rule.get("backendRefs", [])]
        return {str(ref["name"]).removeprefix("web-"): int(ref["weight"]) for ref in refs}

    def release(self, colour: str) -> None:
        """Roll a new image out, as its controllers would write it down."""
        side = self.sides[colour]
        side.tag += 1
        if side.deployed:
            self._roll_out(colour)

    def scale(self, colour: str, replicas: int) -> None:
        side = self.sides[colour]
        side.replicas = side.ready = replicas
        if side.deployed:
            path = f"{_APPS.format(self.namespace)}/deployments/web-{colour}"
            self._count(colour, self.patch(path, {"spec": {"replicas": replicas}}))

    def make_ready(self, colour: str, pods: int) -> None:
        side = self.sides[colour]
        side.ready = min(pods, side.replicas)
        if side.deployed:
            path = f"{_APPS.format(self.namespace)}/deployments/web-{colour}"
            self._count(colour, dict(self.server.http.get(path).json()))

    def toggle_deployment(self, colour: str) -> None:
        """Delete a Deployment with all it has, or bring it back under another uid."""
        side = self.sides[colour]
        side.deployed = not side.deployed
        if side.deployed:
            self._deploy(colour)
            return
        apps, name = _APPS.format(self.namespace), f"web-{colour}"
        self._delete(f"{apps}/deployments/{name}")
        sets = f"{apps}/replicasets"
        self.server.http.delete(sets, params={"labelSelector": f"app={name}"}).raise_for_status()
        self._fill(colour, 0)

    def toggle_service(self, colour: str) -> None:
        side, name = self.sides[colour], f"web-{colour}"
        side.served = not side.served
        if side.served:
            self.service(name, {"app": name})
        else:
            self._delete(f"/api/v1/namespaces/{self.namespace}/services/{name}")
        self._fill(colour, side.ready if side.deployed else 0)

    def lay_route(self, weights: dict[str, int], manager: str = "kubectl-edit", name: str = "web") -> None:
        """Write a route by hand, or make it where it is gone."""
        refs = [{"name": f"web-{colour}", "port": 80, "weight": weight} for colour, weight in weights.items()]
        spec = {"rules": [{"backendRefs": refs}]}
        path, by = _ROUTES.format(self.namespace), {"fieldManager": manager}
        answer = self.server.http.patch(f"{path}/{name}", json={"spec": spec}, headers=_MERGE, params=by)
        if answer.status_code == httpx.codes.NOT_FOUND:
            body = {
                "apiVersion": "gateway.networking.k8s.io/v1",
                "kind": "HTTPRoute",
                "metadata": {"name": name, "labels": {"kept": "as-it-is"}},
                "spec": spec,
            }
            answer = self.server.http.post(path, json=body, params=by)
        self.mine.add(int(answer.raise_for_status().json()["metadata"]["resourceVersion"]))
        self.routed = self.routed or name == "web"

    def touch_route(self, what: str) -> None:
        """Write something of the route that is nobody's business here."""
        body = {"metadata": {"labels": {"by-hand": what}}, "spec": {"hostnames": [f"{what}.test"]}}
        answer = self.server.http.patch(
            f"{_ROUTES.format(self.namespace)}/web",
            json=body,
            headers=_MERGE,
            params={"fieldManager": "kubectl-edit"},
        )
        if answer.status_code != httpx.codes.NOT_FOUND:
            self.mine.add(int(answer.raise_for_status().json()["metadata"]["resourceVersion"]))

    def drop_route(self) -> None:
        self._delete(f"{_ROUTES.format(self.namespace)}/web")
        self.routed = False

    def apply(self, **spec: Any) -> None:
        """Apply the GoLive anew."""
        self.golive(**(sound() | spec))

    def write_spec(self, **spec: Any) -> httpx.Response:
        """Merge into the spec; refused is an answer too."""
        path = _GOLIVES.format(self.namespace)
        return self.server.http.patch(path, json={"spec": spec}, headers=_MERGE)

    def ask_to_go(self) -> None:
        """Delete the GoLive; it may be held."""
        self._delete(_GOLIVES.format(self.namespace))

    def _delete(self, path: str) -> None:
        answer = self.server.http.delete(path)
        assert answer.is_success or answer.status_code == httpx.codes.NOT_FOUND, answer.text

    def _deploy(self, colour: str) -> None:
        side, name = self.sides[colour], f"web-{colour}"
        self.deployment(name, side.replicas, side.template_hash, f"app:{side.tag}")
        self._fill(colour, side.ready)

    def _roll_out(self, colour: str) -> None:
        side, name = self.sides[colour], f"web-{colour}"
        path = f"{_APPS.format(self.namespace)}/deployments/{name}"
        containers = [{"name": "app", "image": f"app:{side.tag}"}]
        made = self.patch(path, {"spec": {"template": {"spec": {"containers": containers}}}})
        self.replica_set(made, side.template_hash, f"{side.tag}")
        revision = {"deployment.kubernetes.io/revision": f"{side.tag}"}
        self._count(colour, self.patch(path, {"metadata": {"annotations": revision}}))

    def _count(self, colour: str, deployment: Raw) -> None:
        side = self.sides[colour]
        counts = {
            "replicas": side.replicas,
            "updatedReplicas": side.replicas,
            "readyReplicas": side.ready,
            "availableReplicas": side.ready,
        }
        path = f"{_APPS.format(self.namespace)}/deployments/web-{colour}/status"
        self.patch(path, {"status": {"observedGeneration": deployment["metadata"]["generation"], **counts}})
        self._fill(colour, side.ready)

    def _fill(self, colour: str, pods: int) -> None:
        side = self.sides[colour]
        self.ready_pods(f"web-{colour}", pods if side.served else 0, side.template_hash)
