import json
import shlex
from copy import deepcopy
from typing import Any

import pytest

from dev.demo import release
from dev.demo.acts import error_rate
from golive.api.spec import GoLiveSpec

APPS = release.read(release.MANIFESTS / "apps.yaml", release.MANIFESTS / "golive.yaml")
[ROUTE] = release.read(release.MANIFESTS / "route.yaml")


def images(items: list[dict[str, Any]]) -> dict[str, str]:
    return {
        item["metadata"]["name"]: item["spec"]["template"]["spec"]["containers"][0]["image"]
        for item in items
        if item["kind"] == "Deployment"
    }


def test_a_release_changes_one_image_the_target_and_the_version_and_nothing_else() -> None:
    before = deepcopy(APPS)
    after = release.release(APPS, "green", "2")
    assert before == APPS
    assert images(after) == {"web-blue": "golive.dev/demo-app:1", "web-green": "golive.dev/demo-app:2"}
    golive = release.golive_of(after)
    assert (golive["spec"]["target"], golive["spec"]["version"]) == ("green", "2")
    golive["spec"] |= {"target": "blue", "version": "1"}
    for item in after:
        if item["metadata"]["name"] == "web-green" and item["kind"] == "Deployment":
            item["spec"]["template"]["spec"]["containers"][0]["image"] = "golive.dev/demo-app:1"
    assert after == before


@pytest.mark.parametrize(
    ("kind", "path"),
    [
        ("Deployment", "/apis/apps/v1/namespaces/golive-demo/deployments/web-blue"),
        ("Service", "/api/v1/namespaces/golive-demo/services/web-blue"),
        ("GoLive", "/apis/golive.dev/v1alpha1/namespaces/golive-demo/golives/shop"),
    ],
)
def test_each_object_is_found_where_the_api_server_keeps_it(kind: str, path: str) -> None:
    assert release.path_of(next(item for item in APPS if item["kind"] == kind)) == path


def test_a_namespace_is_found_without_one() -> None:
    [namespace] = release.read(release.MANIFESTS / "namespace.yaml")
    assert release.path_of(namespace) == "/api/v1/namespaces/golive-demo"


def test_the_demo_s_golive_is_one_that_the_operator_reads() -> None:
    spec = GoLiveSpec.model_validate(release.golive_of(APPS)["spec"])
    assert [step.weight for step in spec.steps] == [10, 25, 50, 75, 100]


@pytest.mark.parametrize("live", ["blue", "green"])
def test_the_way_back_is_a_patch_that_fits_the_demo_s_route(live: str) -> None:
    words = shlex.split(release.way_back(live))
    assert words[:6] == ["kubectl", "-n", "golive-demo", "patch", "httproute", "web"]
    refs = deepcopy(ROUTE["spec"]["rules"][0]["backendRefs"])
    for operation in json.loads(words[-1]):
        *_, rules, rule, backends, index, field = operation["path"].split("/")
        assert (rules, rule, backends) == ("rules", "0", "backendRefs")
        if operation["op"] == "test":
            assert refs[int(index)][field] == operation["value"]
        else:
            refs[int(index)][field] = operation["value"]
    assert {ref["name"]: ref["weight"] for ref in refs} == {"web-blue": 0, "web-green": 0} | {
        f"web-{live}": 100
    }


def test_the_breach_is_asked_for_with_the_check_s_own_query() -> None:
    query, rule = error_rate(APPS, "blue")
    assert 'namespace="golive-demo",service="web-blue"' in query
    assert "$(" not in query
    assert (rule.breached(0.06), rule.breached(0.05), rule.breached(float("nan"))) == (True, False, False)
