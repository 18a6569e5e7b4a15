"""Pods that vanish, crash or change: users keep their answers, and nobody gets traffic without ready pods."""

import time

from dev.demo.errors import DemoError
from tests.e2e import manifests
from tests.e2e.history import KNOWN_WITHIN
from tests.e2e.polling import eventually, steadily
from tests.e2e.scenario import scenario
from tests.e2e.stage import Stage
from tests.e2e.traffic import ROUTER_LAG

KNOWN_TO_BACK = 1.0
"""Seconds from the API server's knowing that no pod is ready."""


@scenario
def test_scaled_to_0_at_50_percent(stage: Stage) -> None:
    stage.play_on()
    stage.go_live()
    stage.until_step(50)
    assert stage.traffic.failed() == []
    began = time.monotonic()
    stage.kubectl("scale", "deployment/web-green", "--replicas=0")
    assert_back_at_once(stage, began)


@scenario
def test_crash_looping_at_50_percent(stage: Stage) -> None:
    stage.play_on()
    stage.go_live()
    stage.until_step(50)
    assert stage.traffic.failed() == []
    began = time.monotonic()
    eventually(lambda: is_back_or_crashes(stage), what="web is back at 0 %")
    assert_back_at_once(stage, began)


@scenario
def test_crash_looping_from_the_beginning(stage: Stage) -> None:
    stage.play_on()
    stage.go_live(target="blue")
    stage.until_phase("Live")
    broken = manifests.workload(stage.namespace, "web-green", FAULT_READY="neither")[0]
    stage.apply(broken, manifests.golive(stage.namespace))
    stage.until_phase("Preparing")
    eventually(lambda: stage.history.status()["waitingFor"] == "Pods", what="it waits for pods")
    steadily(lambda: stage.history.climb() == [0], seconds=6, what="green has no traffic")
    assert stage.history.phase() == "Preparing"
    assert "Deployment web-green is not yet rolled out" in stage.history.status()["message"]
    assert stage.traffic.answers("green") == []
    assert stage.traffic.failed() == []


@scenario
def test_the_live_colour_changes_at_50_percent(stage: Stage) -> None:
    stage.play_on()
    stage.go_live(steps=manifests.SLOW)
    stage.until_step(50)
    stage.kubectl("set", "env", "deployment/web-blue", "CHANGED=1")
    eventually(
        lambda: stage.history.condition("LiveChanged") == ("True", "TemplateChanged"),
        what="it says LiveChanged",
    )
    stage.kubectl("rollout", "status", "deployment/web-blue", "--timeout=60s")
    steadily(lambda: stage.history.climb() == [0, 10, 50], seconds=5, what="it holds 50 %")
    assert "LiveChanged" in stage.events()
    stage.kubectl("rollout", "undo", "deployment/web-blue")
    stage.until_phase("Live")
    assert stage.history.climb() == [0, 10, 50, 100]
    assert stage.traffic.failed() == []


def is_back_or_crashes(stage: Stage) -> bool:
    """Tell whether green has no traffic any more; where it has, crash its pods once more."""
    if stage.history.climb()[-1] == 0:
        return True
    for pod in stage.pods("web-green"):
        crashed = stage.backstage.api.post_to_pod(stage.namespace, pod, 8080, "/fault?crash=true")
        try:
            stage.backstage.call(crashed)
        except DemoError:  # a crash answers nothing
            continue
    return False


def assert_back_at_once(stage: Stage, began: float) -> None:
    back = stage.until_back()
    known = stage.history.none_ready_since("web-green", began)
    assert known is not None, "it went back before the API server knew that no pod was ready"
    stage.until_phase("RolledBack")
    stage.traffic.seen_for(5)
    assert back - known <= KNOWN_TO_BACK
    failed = stage.traffic.failed()
    assert {one.colour for one in failed} <= {"", "green"}, "nobody but green, or nobody at all, has failed"
    assert all(one.done - known <= KNOWN_TO_BACK + ROUTER_LAG for one in failed)
    assert stage.history.climb() == [0, 10, 50, 0]
    assert stage.history.untrue() <= KNOWN_WITHIN
    assert stage.history.status()["rollback"]["rule"] == "no ready pod"
    assert stage.traffic.failed(since=back + ROUTER_LAG) == []
    assert stage.traffic.answers("green", since=back + ROUTER_LAG) == []
