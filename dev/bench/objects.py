"""The objects of a bench as the API server takes them: pure."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any, Final

from dev.bench.plan import WEIGHTS, App

Object = dict[str, Any]
Made = tuple[str, Object]
"""Where to post, and what."""

NODE: Final = "kwok"
GAUGE: Final = "bench_errors"
GOLIVES: Final = "/apis/golive.dev/v1alpha1"
ROUTES: Final = "/apis/gateway.networking.k8s.io/v1"
APPS: Final = "/apis/apps/v1"
SYSTEM: Final = "golive-system"
ACCOUNT: Final = "golive"
OPERATOR: Final = f"system:serviceaccount:{SYSTEM}:{ACCOUNT}"
"""The operator's user: only its requests are in the audit log."""
LONG: Final = 3600.0
"""Seconds of a hold that nothing of the bench outlasts."""
COLOURS: Final = ("blue", "green")

AUDIT_POLICY: Final[Object] = {
    "apiVersion": "audit.k8s.io/v1",
    "kind": "Policy",
    "omitStages": ["RequestReceived"],
    "omitManagedFields": True,
    "rules": [
        {
            "level": "Request",
            "users": [OPERATOR],
            "verbs": ["patch"],
            "resources": [{"group": "golive.dev"}, {"group": "gateway.networking.k8s.io"}],
        },
        {"level": "Metadata", "users": [OPERATOR]},
        {"level": "None"},
    ],
}


def node() -> Made:
    """Return the node on which all pods are; kwok keeps it."""
    allocatable = {"cpu": "100000", "memory": "1000Ti", "pods": "1000000"}
    return "/api/v1/nodes", {
        "metadata": {"name": NODE, "annotations": {"kwok.x-k8s.io/node": "fake"}},
        "status": {"allocatable": allocatable, "capacity": allocatable},
    }


def account() -> Iterator[Made]:
    """Return the operator's user and its rights."""
    group = "rbac.authorization.k8s.io"
    yield "/api/v1/namespaces", {"metadata": {"name": SYSTEM}}
    yield f"/api/v1/namespaces/{SYSTEM}/serviceaccounts", {"metadata": {"name": ACCOUNT}}
    yield (
        f"/apis/{group}/v1/clusterrolebindings",
        {
            "metadata": {"name": "golive-bench"},
            "roleRef": {"apiGroup": group, "kind": "ClusterRole", "name": "cluster-admin"},
            "subjects": [{"kind": "ServiceAccount", "name": ACCOUNT, "namespace": SYSTEM}],
        },
    )


def workload(app: App) -> Iterator[Made]:
    """Return what a GoLive names: two Deployments, two Services, one route, all traffic on blue."""
    for colour in COLOURS:
        name = f"{app.name}-{colour}"
        yield f"{APPS}/namespaces/{app.namespace}/deployments", _deployment(name)
        spec = {"selector": {"app": name}, "ports": [{"port": 80}]}
        yield f"/api/v1/namespaces/{app.namespace}/services", {"metadata": {"name": name}, "spec": spec}
    refs = [
        {"name": f"{app.name}-{colour}", "port": 80, "weight": weight}
        for colour, weight in zip(COLOURS, (100, 0), strict=True)
    ]
    route = {"metadata": {"name": app.name}, "spec": {"rules": [{"backendRefs": refs}]}}
    yield f"{ROUTES}/namespaces/{app.namespace}/httproutes", _typed(ROUTES, "HTTPRoute", route)


def _deployment(name: str) -> Object:
    labels = {"app": name}
    pod = {"nodeName": NODE, "containers": [{"name": "app", "image": "app:1"}]}
    template = {"metadata": {"labels": labels}, "spec": pod}
    spec = {"replicas": 1, "selector": {"matchLabels": labels}, "template": template}
    return {"metadata": {"name": name}, "spec": spec}


def golive(app: App, hold: float, interval: float) -> Made:
    """Return a GoLive whose target is live already."""
    colours = {
        colour: {"deployment": f"{app.name}-{colour}", "service": f"{app.name}-{colour}"}
        for colour in COLOURS
    }
    spec = {
        "target": "blue",
        "components": [{"name": "web", **colours, "routes": [{"httpRoute": {"name": app.name}}]}],
        "steps": steps(hold),
        "checks": [
            {
                "name": "errors",
                "prometheus": {"query": query(app)},
                "interval": duration(interval),
                "pass": "<= 0.01",
                "rules": [{"when": "> 0.05", "action": "Rollback"}],
            }
        ],
        "stabilise": {"for": duration(hold)},
        # The way back to blue is to be a go-live too.
        "rollbackWindow": "0s",
    }
    body = _typed(GOLIVES, "GoLive", {"metadata": {"name": app.name}, "spec": spec})
    return f"{GOLIVES}/namespaces/{app.namespace}/golives", body


def steps(hold: float) -> list[Object]:
    """Return the steps of a climb; the last is held by `stabilise`."""
    return [{"weight": weight, "hold": duration(hold)} for weight in WEIGHTS[:-1]] + [{"weight": WEIGHTS[-1]}]


def query(app: App) -> str:
    """Ask for the one gauge of a GoLive."""
    return f'{GAUGE}{{golive="{app.name}"}}'


def path(app: App) -> str:
    """Return where a GoLive is."""
    return f"{GOLIVES}/namespaces/{app.namespace}/golives/{app.name}"


def duration(seconds: float) -> str:
    """Write a time as the API takes it."""
    return f"{seconds:.0f}s" if seconds == int(seconds) else f"{seconds * 1000:.0f}ms"


def _typed(api: str, kind: str, body: Object) -> Object:
    return {"apiVersion": api.removeprefix("/apis/"), "kind": kind, **body}


def moment(stamp: str) -> float:
    """Read a time of the API server, in seconds since 1970."""
    return datetime.fromisoformat(stamp).timestamp()
