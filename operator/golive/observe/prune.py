"""What the cache keeps of an object: the fields that facts are made of, nothing else.

An object whose kept part has not changed is no news: a gateway rewrites a route's status after every write.
"""

from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Any, Final

Raw = Mapping[str, Any]
"""An object as the API server sends it."""

VERSION_LABEL: Final = "app.kubernetes.io/version"
REVISION_ANNOTATION: Final = "deployment.kubernetes.io/revision"
HASH_LABEL: Final = "pod-template-hash"
SERVICE_LABEL: Final = "kubernetes.io/service-name"


class Kind(StrEnum):
    """The kinds that are watched."""

    GOLIVE = "GoLive"
    HTTP_ROUTE = "HTTPRoute"
    DEPLOYMENT = "Deployment"
    REPLICA_SET = "ReplicaSet"
    ENDPOINT_SLICE = "EndpointSlice"
    SERVICE = "Service"
    CONFIG_MAP = "ConfigMap"


def prune(kind: Kind, raw: Raw) -> Raw:
    """Return what is kept of an object."""
    kept = _PRUNE[kind](raw)
    common = _pick(raw["metadata"], "name", "namespace", "uid", "generation", "resourceVersion")
    return {**kept, "metadata": {**common, **kept.get("metadata", {})}}


def _golive(raw: Raw) -> Raw:
    metadata = {key: value for key, value in raw["metadata"].items() if key != "managedFields"}
    return {**_pick(raw, "spec", "status"), "metadata": metadata}


def _http_route(raw: Raw) -> Raw:
    rules = (raw.get("spec") or {}).get("rules") or []
    fields = ("group", "kind", "namespace", "name", "weight")
    refs = [[_pick(ref, *fields) for ref in rule.get("backendRefs") or []] for rule in rules]
    writers = [
        _pick(entry, "manager", "time")
        for entry in raw["metadata"].get("managedFields") or []
        if not entry.get("subresource") and "f:rules" in ((entry.get("fieldsV1") or {}).get("f:spec") or {})
    ]
    return {
        "metadata": {"managedFields": writers},
        "spec": {"rules": [{"backendRefs": backends} for backends in refs]},
    }


def _deployment(raw: Raw) -> Raw:
    spec = raw.get("spec") or {}
    template = spec.get("template") or {}
    containers = (template.get("spec") or {}).get("containers") or []
    return {
        "metadata": {
            "labels": _pick(raw["metadata"].get("labels") or {}, VERSION_LABEL),
            "annotations": _pick(raw["metadata"].get("annotations") or {}, REVISION_ANNOTATION),
        },
        "spec": {
            **_pick(spec, "replicas"),
            "template": {
                "metadata": _pick(template.get("metadata") or {}, "labels"),
                "spec": {"containers": [_pick(container, "image") for container in containers]},
            },
        },
        "status": _pick(
            raw.get("status") or {}, "observedGeneration", "replicas", "updatedReplicas", "availableReplicas"
        ),
    }


def _replica_set(raw: Raw) -> Raw:
    metadata = raw["metadata"]
    return {
        "metadata": {
            "labels": _pick(metadata.get("labels") or {}, HASH_LABEL),
            "annotations": _pick(metadata.get("annotations") or {}, REVISION_ANNOTATION),
            "ownerReferences": [
                _pick(owner, "kind", "name", "uid") for owner in metadata.get("ownerReferences") or []
            ],
        }
    }


def _endpoint_slice(raw: Raw) -> Raw:
    endpoints = [
        {
            "conditions": _pick(endpoint.get("conditions") or {}, "ready", "terminating"),
            "targetRef": _pick(endpoint.get("targetRef") or {}, "kind", "name"),
        }
        for endpoint in raw.get("endpoints") or []
    ]
    labels = _pick(raw["metadata"].get("labels") or {}, SERVICE_LABEL)
    return {"metadata": {"labels": labels}, "endpoints": endpoints}


def _service(raw: Raw) -> Raw:
    return {"spec": _pick(raw.get("spec") or {}, "selector")}


def _config_map(raw: Raw) -> Raw:
    return _pick(raw, "data")


_PRUNE: Final[Mapping[Kind, Callable[[Raw], Raw]]] = {
    Kind.GOLIVE: _golive,
    Kind.HTTP_ROUTE: _http_route,
    Kind.DEPLOYMENT: _deployment,
    Kind.REPLICA_SET: _replica_set,
    Kind.ENDPOINT_SLICE: _endpoint_slice,
    Kind.SERVICE: _service,
    Kind.CONFIG_MAP: _config_map,
}


def _pick(raw: Raw, *keys: str) -> dict[str, Any]:
    return {key: raw[key] for key in keys if key in raw}
