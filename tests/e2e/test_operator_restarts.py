"""The operator is killed at the worst moments: it goes on where it was, and what was taken back stays back."""

from collections.abc import Iterator
from contextlib import contextmanager

from dev.cluster.progress import ClusterError
from dev.demo.promises import LAG
from tests.e2e.manifests import HOLD, SLOW
from tests.e2e.polling import eventually
from tests.e2e.scenario import scenario
from tests.e2e.stage import Stage
from tests.e2e.traffic import ROUTER_LAG


@scenario
def test_killed_at_50_percent(stage: Stage) -> None:
    stage.play_on()
    stage.go_live(steps=SLOW)
    stage.until_step(50)
    held_from = stage.history.weights()[-1].at
    stage.operator.kill()
    run = stage.history.status()["run"]
    stage.operator.start()
    stage.until_phase("Live")
    assert stage.history.climb() == [0, 10, 50, 100]
    assert stage.history.weights()[-1].at - held_from >= HOLD - LAG
    assert stage.history.writes() == 1 + 3
    assert stage.history.status()["run"] == run
    assert stage.traffic.failed() == []


@scenario
def test_killed_between_the_revert_and_its_record(stage: Stage) -> None:
    stage.play_on()
    stage.go_live()
    stage.until_step(50)
    with status_refused(stage):
        stage.tell_pods("web-green", "errors=1")
        back = stage.until_back()
        stage.operator.kill()
    stage.tell_pods("web-green", "errors=0")
    assert stage.history.phase() == "Shifting"
    stage.operator.start()
    stage.until_phase("RolledBack")
    stage.traffic.seen_for(6)
    assert stage.history.climb() == [0, 10, 50, 0]
    assert stage.traffic.answers("green", since=back + ROUTER_LAG) == []


@scenario
def test_taken_back_by_hand_while_the_operator_is_down(stage: Stage) -> None:
    stage.play_on()
    stage.go_live()
    stage.until_step(50)
    stage.operator.kill()
    stage.write_weights(green=0)
    back = stage.until_back()
    stage.operator.start()
    stage.until_phase("Aborted")
    stage.traffic.seen_for(6)
    assert stage.history.climb() == [0, 10, 50, 0]
    assert stage.history.condition("Stalled") == ("True", "Aborted")
    assert stage.traffic.answers("green", since=back + ROUTER_LAG) == []
    assert stage.traffic.failed() == []


@scenario
def test_a_breach_that_starts_while_the_operator_is_down(stage: Stage) -> None:
    stage.play_on()
    stage.go_live()
    stage.until_step(50)
    stage.operator.kill()
    stage.tell_pods("web-green", "errors=1")
    stage.breach_visible()
    stage.operator.start()
    back = stage.until_back()
    stage.until_phase("RolledBack")
    stage.traffic.seen_for(5)
    assert stage.history.climb() == [0, 10, 50, 0]
    assert stage.history.status()["rollback"]["rule"] == "error-rate > 0.05"
    assert stage.traffic.failed(since=back + ROUTER_LAG) == []


@contextmanager
def status_refused(stage: Stage) -> Iterator[None]:
    """Have the API server refuse every write of a GoLive's status in the namespace, from its first refusal on."""
    name = stage.namespace
    here = {"matchLabels": {"kubernetes.io/metadata.name": stage.namespace}}
    rule = {
        "apiGroups": ["golive.dev"],
        "apiVersions": ["*"],
        "operations": ["UPDATE"],
        "resources": ["golives/status"],
    }
    policy = {
        "kind": "ValidatingAdmissionPolicy",
        "spec": {
            "matchConstraints": {"resourceRules": [rule]},
            "validations": [{"expression": "false", "message": "no status is written in this test"}],
        },
    }
    binding = {
        "kind": "ValidatingAdmissionPolicyBinding",
        "spec": {
            "policyName": name,
            "validationActions": ["Deny"],
            "matchResources": {"namespaceSelector": here},
        },
    }
    about = {"apiVersion": "admissionregistration.k8s.io/v1", "metadata": {"name": name}}
    try:
        stage.apply(about | policy, about | binding)
        eventually(lambda: is_refused(stage), what="the status is refused")
        yield
    finally:
        kinds = "validatingadmissionpolicybinding,validatingadmissionpolicy"
        stage.kubectl("delete", kinds, name, "--ignore-not-found")
        eventually(lambda: not is_refused(stage), what="the status is accepted again")


def is_refused(stage: Stage) -> bool:
    words = ("patch", "golive/shop", "--subresource=status", "--type=merge", "--dry-run=server")
    try:
        stage.kubectl(*words, "--patch", '{"status": {"next": "a try"}}')
    except ClusterError:
        return True
    return False
