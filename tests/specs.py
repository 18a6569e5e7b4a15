"""Specs that fit, for the parser and for a real API server; the building blocks of those that do not."""

from collections.abc import Mapping
from copy import deepcopy
from typing import Any, Final

REMOVED: Final = object()
"""A value that takes the field away."""


def component(name: str, *routes: str) -> dict[str, Any]:
    """Build a component whose objects carry its name."""
    return {
        "name": name,
        "blue": {"deployment": f"{name}-blue", "service": f"{name}-blue"},
        "green": {"deployment": f"{name}-green", "service": f"{name}-green"},
        "routes": [{"httpRoute": {"name": route}} for route in routes or (name,)],
    }


def check(name: str) -> dict[str, Any]:
    """Build a check with a rule."""
    return {
        "name": name,
        "prometheus": {"query": "sum(rate(errors_total[1m]))"},
        "interval": "10s",
        "pass": "<= 0.01",
        "rules": [{"when": "> 0.05", "for": "10m", "action": "Rollback"}],
    }


def steps(*weights: object) -> list[dict[str, Any]]:
    """Build steps without holds."""
    return [{"weight": weight} for weight in weights]


def spec() -> dict[str, Any]:
    """Build a spec that fits, with every field written."""
    return {
        "target": "green",
        "version": "1.4.0",
        "components": [component("web"), component("api")],
        "steps": [{"weight": 10, "hold": "30m"}, {"weight": 100, "hold": "0s"}],
        "checks": [check("errors"), check("latency") | {"components": ["web"]}],
        "onNoData": {"after": "10m", "action": "Decide"},
        "deadline": {"after": "4h", "action": "Rollback"},
        "stabilise": {"for": "24h"},
        "rollbackWindow": "168h",
        "retryOn": "NewRevision",
        "suspend": False,
    }


def manifest(name: str, content: Mapping[str, Any]) -> dict[str, Any]:
    """Build the GoLive with a spec."""
    return {
        "apiVersion": "golive.dev/v1alpha1",
        "kind": "GoLive",
        "metadata": {"name": name, "namespace": "default"},
        "spec": dict(content),
    }


def changed(path: str, value: object) -> dict[str, Any]:
    """Build the spec with one value, at a dotted path, put, replaced or REMOVED."""
    whole = spec()
    *parents, last = [int(part) if part.isdigit() else part for part in path.split(".")]
    place: Any = whole
    for part in parents:
        place = place[part]
    if value is REMOVED:
        del place[last]
    else:
        place[last] = deepcopy(value)
    return whole


MANY_ROUTES: Final = [
    component(name, *(f"{name}-{number}" for number in range(count)))
    for name, count in (("web", 8), ("api", 8), ("admin", 8), ("shop", 1))
]


def _largest() -> dict[str, Any]:
    """Build a spec with as much of everything as fits: it must stay within the server's budget for rules."""
    names = [f"{number:02}".ljust(63, "n") for number in range(16)]
    parts = [component(name, *(f"{place}-{name}".ljust(253, "r") for place in "ab")) for name in names[:8]]
    parts += [component(name, f"c-{name}".ljust(253, "r")) for name in names[8:]]
    for part in parts:
        for colour in ("blue", "green"):
            part[colour] = {
                "deployment": part[colour]["deployment"].ljust(253, "d"),
                "service": f"{colour}-{part['name']}"[:63],
            }
    rules = [
        {"when": f"> 1.{number:012}", "for": "99999h59m59s", "action": "PlannedRollback"}
        for number in range(16)
    ]
    checks = [
        check(name) | {"components": names, "rules": rules, "prometheus": {"query": "q" * 4096}}
        for name in (f"{number:02}".ljust(63, "c") for number in range(32))
    ]
    return spec() | {"components": parts, "checks": checks, "steps": steps(*range(1, 32), 100)}


_LEAST_CHECK: Final = {"name": "errors", "prometheus": {"query": "up"}, "pass": "<1", "rules": []}
GOOD: Final[dict[str, dict[str, Any]]] = {
    "whole": spec(),
    "least": {"target": "blue", "components": [component("web")], "checks": [_LEAST_CHECK]},
    "largest": _largest(),
    "one-step": changed("steps", steps(100)),
    "32-steps": changed("steps", steps(*range(1, 32), 100)),
    "24-routes": changed("components", MANY_ROUTES[:3]) | {"checks": [check("errors")]},
    "16-components": changed("components", [component("web"), *(component(f"c{n}") for n in range(15))]),
    "route-shared-by-other-services": changed("components.1", component("api", "web")),
    "32-checks": changed("checks", [check(f"c{number}") for number in range(32)]),
    "16-rules": changed("checks.0.rules", [{"when": f"> {n}", "action": "Hold"} for n in range(16)]),
    "longest-names": changed("checks.0.name", "e" * 63),
    "deployment-with-dots": changed("components.0.blue.deployment", "web.blue-1"),
    "interval-1s": changed("checks.0.interval", "1s"),
    "interval-1000ms": changed("checks.0.interval", "1000ms"),
    "interval-1h30m": changed("checks.0.interval", "1h30m"),
    "longest-query": changed("checks.0.prometheus.query", "ü" * 4096),
    "no-stabilise-time": changed("stabilise", {}),
    **{
        f"threshold-{number}": changed("checks.0.pass", text)
        for number, text in enumerate(("<1", "<= 0.01", "> -5", ">=1e-6", "== 0", "!= 12.5", "< 1.5e+9"))
    },
}
