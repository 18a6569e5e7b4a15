"""Other people's hands on the route and on the GoLive: down is obeyed, up is not, everything else is left alone."""

import copy
import json
import time

from tests.e2e import manifests
from tests.e2e.history import KNOWN_WITHIN, Object
from tests.e2e.polling import eventually, steadily
from tests.e2e.scenario import scenario
from tests.e2e.stage import Stage
from tests.e2e.traffic import ROUTER_LAG


@scenario
def test_taken_back_by_hand_at_50_percent(stage: Stage) -> None:
    stage.play_on()
    stage.go_live()
    stage.until_step(50)
    stage.write_weights(green=0)
    back = stage.until_back()
    stage.until_phase("Aborted")
    stage.traffic.seen_for(6)
    assert stage.history.climb() == [0, 10, 50, 0]
    assert stage.history.untrue() <= KNOWN_WITHIN
    assert stage.history.writes() == 1 + 2 + 1
    assert stage.history.condition("Stalled") == ("True", "Aborted")
    assert stage.history.status()["rollback"]["by"] == "kubectl-edit"
    assert stage.traffic.answers("green", since=back + ROUTER_LAG) == []
    assert stage.traffic.failed() == []


@scenario
def test_raised_by_hand_is_put_down_at_once(stage: Stage) -> None:
    stage.play_on()
    stage.go_live(steps=manifests.SLOW)
    stage.until_step(10)
    stage.write_weights(green=80)
    eventually(lambda: stage.history.climb() == [0, 10, 80, 10], what="it is put down to 10 %")
    raised, lowered = stage.history.weights()[2:4]
    assert lowered.at - raised.at <= 1
    eventually(lambda: "RouteRepaired" in stage.events(), what="it is told")
    stage.until_phase("Live")
    assert stage.history.climb() == [0, 10, 80, 10, 50, 100]
    assert stage.history.untrue() <= KNOWN_WITHIN
    assert stage.traffic.failed() == []


@scenario
def test_a_filter_and_a_rule_added_by_somebody_else_survive(stage: Stage) -> None:
    header = {"set": [{"name": "x-added", "value": "mid-way"}]}
    redirect = {"type": "RequestRedirect", "requestRedirect": {"hostname": "new.example", "statusCode": 302}}
    rule = {"matches": [{"path": {"type": "PathPrefix", "value": "/old"}}], "filters": [redirect]}
    added = [{"type": "RequestHeaderModifier", "requestHeaderModifier": header}]
    stage.play_on()
    stage.go_live(steps=manifests.TO_THE_END)
    stage.until_step(10)
    patch = [
        {"op": "add", "path": "/spec/rules/0/filters", "value": added},
        {"op": "add", "path": "/spec/rules/0", "value": rule},
    ]
    stage.patch("httproute/web", patch, kind="json")
    eventually(lambda: len(stage.history.route()["spec"]["rules"]) == 2, what="the rule is there")
    before = without_weights(stage.history.route())
    stage.until_phase("Live")
    assert without_weights(stage.history.route()) == before
    assert stage.history.climb() == [0, 10, 50, 100]
    assert stage.traffic.failed() == []


@scenario
def test_deleted_at_50_percent(stage: Stage) -> None:
    stage.play_on()
    stage.go_live()
    stage.until_step(50)
    stage.kubectl("delete", "golive/shop", "--wait=false")
    eventually(lambda: not stage.history.golive(), what="the GoLive is gone")
    gone = time.monotonic()
    assert stage.until_back() < gone
    stage.traffic.seen_for(3)
    assert stage.history.climb() == [0, 10, 50, 0]
    assert stage.traffic.answers("green", since=gone + ROUTER_LAG) == []
    assert stage.traffic.failed() == []


@scenario
def test_deleted_and_applied_again_after_a_rollback(stage: Stage) -> None:
    stage.play_on()
    stage.go_live(steps=manifests.FAST)
    stage.until_step(50)
    stage.tell_pods("web-green", "errors=1")
    stage.until_phase("RolledBack")
    back = stage.until_back()
    stage.kubectl("delete", "golive/shop", "--timeout=20s")
    stage.tell_pods("web-green", "errors=0")
    stage.go_live(steps=manifests.FAST)
    stage.until_phase("RolledBack")
    steadily(lambda: stage.history.phase() == "RolledBack", seconds=6, what="it is not tried again")
    assert "applied again unchanged" in stage.history.status()["message"]
    assert stage.history.climb() == [0, 50, 0]
    assert stage.traffic.answers("green", since=back + ROUTER_LAG) == []


@scenario
def test_a_second_golive_on_the_same_route(stage: Stage) -> None:
    stage.play_on()
    stage.go_live(steps=manifests.TO_THE_END)
    stage.until_step(10)
    stage.go_live(name="later")
    eventually(
        lambda: stage.history.condition("Stalled", "later") == ("True", "Conflict"),
        what="the later one is stalled",
    )
    stage.until_phase("Live")
    assert stage.history.climb() == [0, 10, 50, 100]
    assert stage.history.condition("Stalled", "later") == ("True", "Conflict")
    assert "run" not in stage.history.status("later")
    assert stage.traffic.failed() == []


def without_weights(route: Object) -> str:
    """Write the route's spec, byte by byte, with every weight left out."""
    spec = copy.deepcopy(route["spec"])
    for rule in spec["rules"]:
        for ref in rule.get("backendRefs", []):
            del ref["weight"]
    return json.dumps(spec)
