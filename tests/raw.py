"""Builders of raw objects as the API server sends them; each test says only what it is about."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

NAMESPACE = "shop"
START = datetime(2026, 1, 1, 12, 0, tzinfo=UTC)
_VERSIONS = count(1)

Raw = dict[str, Any]


@dataclass
class FakeClock:
    """A clock that only moves when told to."""

    moment: datetime = START

    def now(self) -> datetime:
        return self.moment

    def advance(self, seconds: float) -> None:
        self.moment += timedelta(seconds=seconds)


def stamped(raw: Raw) -> Raw:
    """Give an object the next resourceVersion."""
    return {**raw, "metadata": {**raw["metadata"], "resourceVersion": str(next(_VERSIONS))}}


def an_object(name: str, namespace: str = NAMESPACE, **metadata: Any) -> Raw:
    return stamped(
        {
            "metadata": {
                "name": name,
                "namespace": namespace,
                "uid": f"uid-{name}",
                "generation": 1,
                **metadata,
            }
        }
    )


def a_component(name: str = "web", route: str = "web") -> Raw:
    return {
        "name": name,
        "blue": {"deployment": f"{name}-blue", "service": f"{name}-blue"},
        "green": {"deployment": f"{name}-green", "service": f"{name}-green"},
        "routes": [{"httpRoute": {"name": route}}],
    }


def a_golive(
    name: str = "shop",
    components: Iterable[Raw] | None = None,
    created: str = "2026-01-01T11:00:00Z",
    **spec: Any,
) -> Raw:
    check: Raw = {"name": "errors", "prometheus": {"query": "0"}, "pass": "<= 1", "rules": []}
    spec = {
        "target": "green",
        "components": list(components or [a_component()]),
        "checks": [check],
        **spec,
    }
    return {**an_object(name, creationTimestamp=created), "spec": spec}


def a_deployment(name: str = "web-green", wanted: int = 2, image: str = "app:2", **status: int) -> Raw:
    """A Deployment that is fully rolled out, unless its status says otherwise."""
    rolled_out = {
        "observedGeneration": 1,
        "replicas": wanted,
        "updatedReplicas": wanted,
        "availableReplicas": wanted,
    }
    template = {"metadata": {"labels": {"app": name}}, "spec": {"containers": [{"image": image}]}}
    return {
        **an_object(name, annotations={"deployment.kubernetes.io/revision": "3"}),
        "spec": {"replicas": wanted, "template": template},
        "status": {**rolled_out, **status},
    }


def a_replica_set(deployment: str = "web-green", template_hash: str = "5d8f9", revision: str = "3") -> Raw:
    return an_object(
        f"{deployment}-{template_hash}",
        labels={"pod-template-hash": template_hash},
        annotations={"deployment.kubernetes.io/revision": revision},
        ownerReferences=[{"kind": "Deployment", "name": deployment, "uid": f"uid-{deployment}"}],
    )


def an_endpoint(pod: str, **conditions: bool) -> Raw:
    return {"conditions": conditions, "targetRef": {"kind": "Pod", "name": pod}}


def an_endpoint_slice(service: str = "web-green", *endpoints: Raw, name: str = "") -> Raw:
    metadata = an_object(name or f"{service}-x1", labels={"kubernetes.io/service-name": service})
    return {**metadata, "endpoints": list(endpoints)}


def ready_slice(service: str = "web-green", pods: int = 2, template_hash: str = "5d8f9") -> Raw:
    """A slice of ready pods of the Deployment that is named as the Service."""
    names = [f"{service}-{template_hash}-pod{number}" for number in range(pods)]
    return an_endpoint_slice(service, *(an_endpoint(name, ready=True) for name in names))


def a_service(name: str = "web-green", selector: Mapping[str, str] | None = None) -> Raw:
    return {**an_object(name), "spec": {"selector": {"app": name} if selector is None else selector}}


def a_ref(name: str, weight: int | None = None, **fields: Any) -> Raw:
    return {"name": name, "port": 80, **fields} | ({} if weight is None else {"weight": weight})


def a_rule(*refs: Raw) -> Raw:
    return {"backendRefs": list(refs)}


def a_pair(blue: int | None = 100, green: int | None = 0, name: str = "web") -> tuple[Raw, Raw]:
    return a_ref(f"{name}-blue", blue), a_ref(f"{name}-green", green)


def a_route(*rules: Raw, name: str = "web", writers: Iterable[Raw] = ()) -> Raw:
    """An HTTPRoute; without rules it has one that gives everything to blue."""
    return {
        **an_object(name, managedFields=list(writers)),
        "spec": {"rules": list(rules) or [a_rule(*a_pair())]},
    }


def wrote_rules(manager: str, time: str, operation: str = "Update", **fields: Any) -> Raw:
    owned: Raw = {"f:spec": {"f:rules": {}}}
    return {"manager": manager, "operation": operation, "time": time, "fieldsV1": owned, **fields}
