"""The demo's manifests, and what a release changes in them: an image, a target and a version. Pure but for `read`."""

import copy
import json
from pathlib import Path
from typing import Any

import yaml

Object = dict[str, Any]

MANIFESTS = Path(__file__).parent / "manifests"
NAMESPACE = "golive-demo"
GOLIVE = "shop"
ROUTE = "web"
HOST = "shop.example"

_PLURALS = {
    "Namespace": "namespaces",
    "Service": "services",
    "Deployment": "deployments",
    "HTTPRoute": "httproutes",
    "GoLive": "golives",
    "CustomResourceDefinition": "customresourcedefinitions",
}


def read(*files: Path) -> list[Object]:
    """Read every object of some YAML files, in order."""
    return [item for file in files for item in yaml.safe_load_all(file.read_text(encoding="utf-8")) if item]


def path_of(item: Object) -> str:
    """Give the path of an object on the API server; KeyError for a kind the demo does not use."""
    group = item["apiVersion"]
    namespace = item["metadata"].get("namespace")
    return "/".join(
        [
            f"/api/{group}" if "/" not in group else f"/apis/{group}",
            *(["namespaces", namespace] if namespace else []),
            _PLURALS[item["kind"]],
            item["metadata"]["name"],
        ]
    )


def release(items: list[Object], colour: str, version: str) -> list[Object]:
    """Change what one commit changes: the image of one colour, and the GoLive's target and version."""
    changed = copy.deepcopy(items)
    for item in changed:
        if item["kind"] == "Deployment" and item["metadata"]["name"] == f"web-{colour}":
            container = item["spec"]["template"]["spec"]["containers"][0]
            container["image"] = f"{container['image'].rpartition(':')[0]}:{version}"
        if item["kind"] == "GoLive":
            item["spec"] |= {"target": colour, "version": version}
    return changed


def golive_of(items: list[Object]) -> Object:
    """Find the GoLive among the manifests."""
    return next(item for item in items if item["kind"] == "GoLive")


def way_back(live: str) -> str:
    """Give the command that sends all traffic to one colour, with the operator up or dead."""
    weights = {"blue": 0, "green": 0} | {live: 100}
    patch = [
        {"op": "test", "path": f"/spec/rules/0/backendRefs/{index}/name", "value": f"web-{colour}"}
        for index, colour in enumerate(("blue", "green"))
    ] + [
        {"op": "replace", "path": f"/spec/rules/0/backendRefs/{index}/weight", "value": weights[colour]}
        for index, colour in enumerate(("blue", "green"))
    ]
    compact = json.dumps(patch, separators=(",", ":"))
    return f"kubectl -n {NAMESPACE} patch httproute {ROUTE} --type=json -p '{compact}'"
