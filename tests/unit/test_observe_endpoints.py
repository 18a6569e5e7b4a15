from typing import Any

import pytest

from golive.observe.endpoints import ready_pods, selects
from golive.observe.prune import Kind, prune
from tests.raw import a_deployment, a_replica_set, a_service, an_endpoint, an_endpoint_slice

POD = "web-green-5d8f9-abcde"


def count(*slices: dict[str, Any], replica_set: dict[str, Any] | None = None) -> int:
    return ready_pods(
        prune(Kind.DEPLOYMENT, a_deployment()),
        [prune(Kind.REPLICA_SET, replica_set or a_replica_set())],
        [prune(Kind.ENDPOINT_SLICE, one) for one in slices],
    )


@pytest.mark.parametrize(
    ("endpoint", "ready"),
    [
        (an_endpoint(POD, ready=True), 1),
        (an_endpoint(POD), 1),  # unknown is to be read as ready
        (an_endpoint(POD, ready=False), 0),
        (an_endpoint(POD, ready=True, terminating=True), 0),
        (an_endpoint("web-blue-5d8f9-abcde", ready=True), 0),
        (an_endpoint("web-green-5d8f9-other-abcde", ready=True), 0),  # of ReplicaSet web-green-5d8f9-other
        ({"conditions": {"ready": True}}, 0),  # an address without a pod
    ],
)
def test_who_counts_as_ready(endpoint: dict[str, Any], ready: int) -> None:
    assert count(an_endpoint_slice("web-green", endpoint)) == ready


def test_a_pod_in_two_slices_counts_once() -> None:
    slices = [
        an_endpoint_slice("web-green", an_endpoint(POD, ready=True), name=name) for name in ("v4", "v6")
    ]
    assert count(*slices) == 1


def test_a_long_name_is_cut_as_the_api_server_cuts_it() -> None:
    replica_set = a_replica_set(template_hash="x" * 60)
    pod = f"{replica_set['metadata']['name']}-"[:58] + "abcde"
    assert len(pod) == 63
    assert count(an_endpoint_slice("web-green", an_endpoint(pod, ready=True)), replica_set=replica_set) == 1


def test_without_a_deployment_nobody_is_ready() -> None:
    assert ready_pods(None, [a_replica_set()], [an_endpoint_slice("web-green", an_endpoint(POD))]) == 0


@pytest.mark.parametrize(
    ("selector", "expected"),
    [
        ({"app": "web-green"}, True),
        ({"app": "web"}, False),
        ({"app": "web-green", "colour": "x"}, False),
        ({}, False),
    ],
)
def test_whom_a_service_selects(selector: dict[str, str], expected: bool) -> None:  # noqa: FBT001  # a table's column
    assert selects(a_service(selector=selector), a_deployment()) is expected


def test_what_is_missing_selects_nothing() -> None:
    assert not selects(None, a_deployment())
    assert not selects(a_service(), None)
