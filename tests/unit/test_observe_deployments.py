from typing import Any

import pytest

from golive.observe.deployments import deployment_facts, image_versions
from golive.observe.prune import Kind, prune
from tests.raw import START, a_deployment, a_replica_set


def read(raw: dict[str, Any], *replica_sets: dict[str, Any]) -> Any:
    return deployment_facts(
        prune(Kind.DEPLOYMENT, raw), [prune(Kind.REPLICA_SET, one) for one in replica_sets], START
    )


def test_a_deployment_at_rest_is_current_and_has_a_revision() -> None:
    facts = read(a_deployment(wanted=3), a_replica_set(template_hash="old1", revision="2"), a_replica_set())
    assert facts.current
    assert (facts.replicas, facts.updated, facts.available) == (3, 3, 3)
    assert facts.revision == "5d8f9"
    assert facts.changed_at == START


@pytest.mark.parametrize(
    "status",
    [
        {"updatedReplicas": 1},
        {"availableReplicas": 1},
        {"replicas": 3},  # an old pod is left
        {"observedGeneration": 0},
    ],
)
def test_one_that_is_rolling_out_is_not_current(status: dict[str, int]) -> None:
    assert not read(a_deployment("web-green", 2, "app:2", **status), a_replica_set()).current


def test_the_revision_is_unknown_while_its_controller_lags() -> None:
    assert read(a_deployment(observedGeneration=0), a_replica_set()).revision == ""


def test_a_replica_set_of_a_deployment_before_this_one_is_not_its_revision() -> None:
    earlier = a_replica_set()
    earlier["metadata"]["ownerReferences"][0]["uid"] = "another"
    assert read(a_deployment(), earlier).revision == ""


def test_a_new_deployment_without_status_is_not_current() -> None:
    raw = a_deployment()
    raw["status"] = {}
    assert not read(raw).current


@pytest.mark.parametrize(
    ("image", "versions"),
    [
        ("app:1.4.0", ["1.4.0"]),
        ("registry.example:5000/team/app:1.4.0", ["1.4.0"]),
        ("registry.example:5000/team/app", []),
        ("team/app@sha256:abc", ["sha256:abc"]),
        ("team/app:1.4.0@sha256:abc", ["1.4.0", "sha256:abc"]),
        ("", []),
    ],
)
def test_versions_of_an_image(image: str, versions: list[str]) -> None:
    assert list(image_versions(image)) == versions


def test_versions_come_from_images_and_from_the_version_label() -> None:
    raw = a_deployment(image="app:7")
    raw["metadata"]["labels"] = {"app.kubernetes.io/version": "1.4.0"}
    raw["spec"]["template"]["metadata"]["labels"]["app.kubernetes.io/version"] = "1.4"
    assert read(raw).versions == {"7", "1.4.0", "1.4"}
