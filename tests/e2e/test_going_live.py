"""A good release reaches all users, a bad one is taken back: judged by the requests, and by what GoLive says."""

from itertools import pairwise

from tests.e2e import manifests
from tests.e2e.history import KNOWN_WITHIN
from tests.e2e.manifests import FAST, TO_THE_END, Object
from tests.e2e.polling import eventually
from tests.e2e.scenario import scenario
from tests.e2e.stage import Stage
from tests.e2e.traffic import ROUTER_LAG

INTERVAL = 1.0
TOLERANCE = 3.0
"""Points of a share."""


@scenario
def test_a_good_release(stage: Stage) -> None:
    stage.play_on()
    stage.go_live(steps=TO_THE_END)
    stage.until_step(50)
    assert columns(stage) == ["shop", "green", "blue", "Shifting", "50", "2/3", "False"]
    stage.kubectl("wait", "--for=condition=Ready", "golive/shop", "--timeout=60s")
    stage.until_phase("Live")
    assert columns(stage) == ["shop", "green", "green", "Live", "100", "3/3", "True"]
    assert stage.history.climb() == [0, 10, 50, 100]
    assert stage.history.untrue() <= KNOWN_WITHIN
    assert stage.history.condition("Stable") == ("True", "Stable")
    told = ["Started", "WeightReached", "WeightReached", "Live", "Stable"]
    eventually(lambda: sorted(stage.events()) == sorted(told), what=f"told: {told}")
    assert stage.traffic.failed() == []
    weights = stage.history.weights()
    for reached, left in pairwise(weights):
        share = stage.traffic.share("green", reached.at + ROUTER_LAG, left.at)
        assert abs(share - reached.weight) <= TOLERANCE, f"{share:.1f} % at {reached.weight} %"
    assert stage.traffic.share("green", weights[-1].at + ROUTER_LAG, float("inf")) == 100


@scenario
def test_a_breach_at_50_percent(stage: Stage) -> None:
    stage.play_on()
    stage.go_live()
    stage.until_step(50)
    assert stage.traffic.failed() == []
    stage.tell_pods("web-green", "errors=1")
    visible = stage.breach_visible()
    back = stage.until_back()
    stage.until_phase("RolledBack")
    stage.traffic.seen_for(3)
    assert stage.traffic.last_failure() - visible <= INTERVAL + 1
    assert stage.traffic.failed(since=back + ROUTER_LAG) == []
    assert stage.traffic.answers("green", since=back + ROUTER_LAG) == []
    assert stage.history.climb() == [0, 10, 50, 0]
    assert stage.history.untrue() <= KNOWN_WITHIN
    assert stage.history.status()["rollback"]["rule"] == "error-rate > 0.05"
    assert stage.history.condition("Ready") == ("False", "RolledBack")
    eventually(lambda: {"RollingBack", "RolledBack"} <= set(stage.events()), what="it is told")


def columns(stage: Stage) -> list[str]:
    """Read the columns of `kubectl get golive`, all but the age."""
    return stage.kubectl("get", "golive", "--no-headers").split()[:-1]


@scenario
def test_target_set_back_at_50_percent(stage: Stage) -> None:
    stage.play_on()
    stage.go_live()
    stage.until_step(50)
    writes = stage.history.writes()
    stage.patch("golive/shop", {"spec": {"target": "blue"}})
    stage.until_phase("Live")
    stage.traffic.seen_for(5)
    assert stage.history.climb() == [0, 10, 50, 0]
    assert stage.history.writes() == writes + 1
    assert stage.history.condition("Ready") == ("True", "Returned")
    assert stage.history.status()["live"] == "blue"
    assert stage.traffic.failed() == []


@scenario
def test_target_set_back_after_100_percent(stage: Stage) -> None:
    stage.play_on()
    stage.go_live(steps=FAST)
    stage.until_phase("Live")
    writes = stage.history.writes()
    stage.patch("golive/shop", {"spec": {"target": "blue"}})
    back = stage.until_back()
    eventually(lambda: stage.history.status()["live"] == "blue", what="blue is live")
    stage.traffic.seen_for(5)
    assert stage.history.climb() == [0, 50, 100, 0]
    assert stage.history.writes() == writes + 1
    assert stage.history.condition("Ready") == ("True", "Returned")
    assert stage.traffic.answers("green", since=back + ROUTER_LAG) == []
    assert stage.traffic.failed() == []


@scenario
def test_image_and_target_in_one_commit_in_either_order(stage: Stage) -> None:
    stage.play_on()
    stage.go_live(target="blue", version="1", steps=FAST)
    stage.until_phase("Live")
    stage.apply(image(stage, "green", "2"), release(stage, "green", "2"))
    until_live(stage, "green")
    whole = stage.history.weights()[-1].at
    stage.apply(release(stage, "blue", "3"), image(stage, "blue", "3"))
    until_live(stage, "blue")
    assert {one.version for one in stage.traffic.answers("green")} == {"2"}
    assert {one.version for one in stage.traffic.answers("blue", since=whole + ROUTER_LAG)} == {"3"}
    assert stage.history.climb() == [0, 50, 100, 50, 0]
    assert stage.traffic.failed() == []


@scenario
def test_image_and_target_in_one_commit_without_a_version(stage: Stage) -> None:
    stage.play_on()
    stage.go_live(steps=FAST)
    stage.until_phase("Live")
    whole = stage.history.weights()[-1].at
    back = manifests.golive(stage.namespace, target="blue", steps=FAST)
    # The GoLive first: for a moment it looks like a way back to what blue still runs.
    stage.apply(back, image(stage, "blue", "2"))
    until_live(stage, "blue")
    versions = {one.version for one in stage.traffic.answers("blue", since=whole + ROUTER_LAG)}
    assert versions == {"2"}
    assert stage.history.climb() == [0, 50, 100, 50, 0]
    assert stage.traffic.failed() == []


@scenario
def test_one_bad_component_takes_both_back(stage: Stage) -> None:
    stage.play_on("web", "api", replicas=1)
    stage.go_live("web", "api")
    stage.until_step(50)
    stage.tell_pods("api-green", "errors=1")
    visible = stage.breach_visible("api-green")
    back = [stage.until_back(route) for route in ("web", "api")]
    stage.until_phase("RolledBack")
    stage.loads["api"].seen_for(5)
    assert max(back) - min(back) <= 0.5
    assert stage.history.status()["rollback"]["by"] == "api"
    assert stage.history.climb("web") == stage.history.climb("api") == [0, 10, 50, 0]
    assert stage.loads["web"].failed() == []
    assert stage.loads["api"].last_failure() - visible <= INTERVAL + 1
    assert stage.loads["api"].failed(since=max(back) + ROUTER_LAG) == []


def image(stage: Stage, colour: str, tag: str) -> Object:
    return manifests.workload(stage.namespace, f"web-{colour}", tag=tag)[0]


def release(stage: Stage, target: str, version: str) -> Object:
    return manifests.golive(stage.namespace, target=target, version=version, steps=FAST)


def until_live(stage: Stage, colour: str) -> None:
    def live() -> bool:
        return stage.history.phase() == "Live" and stage.history.status()["live"] == colour

    eventually(live, what=f"{colour} is live and stable")
