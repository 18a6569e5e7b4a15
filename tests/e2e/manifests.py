"""The objects of a scenario: two Deployments and Services per component, its route, and a GoLive with short steps."""

from typing import Any

Object = dict[str, Any]


def climb(*steps: tuple[int, str]) -> list[Object]:
    """Make steps of weights and holds; 100 follows by itself."""
    return [*({"weight": weight, "hold": hold} for weight, hold in steps), {"weight": 100}]


HALF_WAY = climb((10, "1s"), (50, "60s"))
"""For stories that end at 50 %: time enough for what happens there."""
TO_THE_END = climb((10, "3s"), (50, "5s"))
HOLD = 8
"""Seconds of each hold of a slow climb."""
SLOW = climb((10, f"{HOLD}s"), (50, f"{HOLD}s"))
FAST = climb((50, "1s"))
LIMIT = "> 0.05"
# A code that never occurred has no series: without `or vector(0)` a good release would have no value at all.
ERROR_RATE = (
    '(sum(rate(http_requests_total{namespace="$(namespace)",service="$(service)",code=~"5.."}[5s])) or vector(0))'
    ' / sum(rate(http_requests_total{namespace="$(namespace)",service="$(service)"}[5s]))'
)


def namespace(name: str) -> Object:
    """Make the namespace."""
    return {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}}


def host(namespace: str, component: str = "web") -> str:
    """Name the host that a component answers on."""
    return f"{component}.{namespace}.example"


def workload(namespace: str, name: str, *, replicas: int = 2, tag: str = "1", **env: str) -> list[Object]:
    """Make a colour: a Deployment of the demo app and its Service."""
    env = {"COLOUR": name.rpartition("-")[2], "VERSION": tag, **env}
    container = {
        "name": "app",
        "image": f"golive.dev/demo-app:{tag}",
        "imagePullPolicy": "IfNotPresent",
        "env": [{"name": key, "value": value} for key, value in env.items()],
        "ports": [{"name": "http", "containerPort": 8080}],
        "readinessProbe": {
            "httpGet": {"path": "/ready", "port": "http"},
            "periodSeconds": 1,
            # A busy machine is no unready pod.
            "timeoutSeconds": 5,
            "failureThreshold": 3,
        },
    }
    annotations = {"prometheus.io/scrape": "true", "prometheus.io/port": "8080"}
    template = {
        "metadata": {"labels": {"app": name}, "annotations": annotations},
        "spec": {"terminationGracePeriodSeconds": 10, "containers": [container]},
    }
    about = {"name": name, "namespace": namespace}
    selector = {"app": name}
    return [
        {
            "apiVersion": "apps/v1",
            "kind": "Deployment",
            "metadata": about,
            "spec": {"replicas": replicas, "selector": {"matchLabels": selector}, "template": template},
        },
        {
            "apiVersion": "v1",
            "kind": "Service",
            "metadata": about,
            "spec": {"selector": selector, "ports": [{"name": "http", "port": 80, "targetPort": "http"}]},
        },
    ]


def route(namespace: str, component: str = "web") -> Object:
    """Make a component's HTTPRoute: blue serves."""
    weights = {"blue": 100, "green": 0}
    refs = [{"name": f"{component}-{colour}", "port": 80, "weight": weights[colour]} for colour in weights]
    return {
        "apiVersion": "gateway.networking.k8s.io/v1",
        "kind": "HTTPRoute",
        "metadata": {"name": component, "namespace": namespace},
        "spec": {
            "parentRefs": [{"name": "golive", "namespace": "golive-system"}],
            "hostnames": [host(namespace, component)],
            "rules": [{"backendRefs": refs}],
        },
    }


def component(name: str = "web") -> Object:
    """Make a component of a GoLive."""
    colours = {
        colour: {"deployment": f"{name}-{colour}", "service": f"{name}-{colour}"}
        for colour in ("blue", "green")
    }
    return {"name": name, **colours, "routes": [{"httpRoute": {"name": name}}]}


def golive(namespace: str, *components: str, name: str = "shop", **spec: Any) -> Object:
    """Make a GoLive that is to bring green."""
    check = {
        "name": "error-rate",
        "prometheus": {"query": ERROR_RATE},
        "interval": "1s",
        "pass": "<= 0.01",
        "rules": [{"when": LIMIT, "action": "Rollback"}],
    }
    return {
        "apiVersion": "golive.dev/v1alpha1",
        "kind": "GoLive",
        "metadata": {"name": name, "namespace": namespace},
        "spec": {
            "target": "green",
            "components": [component(one) for one in components or ("web",)],
            "steps": HALF_WAY,
            "checks": [check],
            "stabilise": {"for": "3s"},
            **spec,
        },
    }
