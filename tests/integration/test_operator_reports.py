"""What a GoLive's conditions, columns, events and finalizer say while it goes live, and who owns what."""

import json
import re
from collections.abc import Callable

import pytest

from tests.integration.api_server import ApiServer
from tests.integration.operator_world import Operator, Shop, a_check, until

LONG_HOLD = [{"weight": 10, "hold": "10m"}, {"weight": 100}]
ON_RECORD = ["Live", "Stable", "Started", "WeightReached"]


def milestones(shop: Shop) -> list[str]:
    """List the reasons told, but for what it waited for on its way."""
    return [reason for reason in shop.reasons() if reason != "Waiting"]


def described_in_one_line(shop: Shop) -> str:
    """Read `kubectl describe` with its padding taken out."""
    return " ".join(shop.kubectl("describe", "gl", "shop").split())


def few_pods(shop: Shop) -> None:
    shop.ready_pods("web-green", 0)
    shop.golive()


def another_version(shop: Shop) -> None:
    shop.golive(version="9")


def by_hand(shop: Shop) -> None:
    shop.golive(steps=LONG_HOLD)
    shop.at_weight(10)
    refs = shop.read_route()["spec"]["rules"][0]["backendRefs"]
    weights = json.dumps(
        [
            {"op": "replace", "path": f"/spec/rules/0/backendRefs/{place}/weight", "value": weight}
            for place, weight in ((0, 100), (1, 0))
            if refs[place]["name"]
        ]
    )
    shop.kubectl("patch", "httproute/web", "--type=json", "-p", weights, "--field-manager=kubectl-edit")


def undecided(shop: Shop) -> None:
    rules = [{"when": "> 0.05", "action": "Decide"}]
    shop.golive(steps=[{"weight": 10, "hold": "10m"}, {"weight": 100}], checks=[a_check(rules=rules)])
    shop.at_weight(10)
    shop.edit(checks=[a_check("vector(0.2)", rules=rules)])


def suspended(shop: Shop) -> None:
    shop.golive(suspend=True)


@pytest.mark.usefixtures("operator")
@pytest.mark.parametrize(
    ("arrange", "why"),
    [
        (few_pods, "Service web-green has no ready pod of Deployment web-green"),
        (another_version, "Deployment web-green runs 1, spec.version is 9"),
        (by_hand, "HTTPRoute web was set to blue = 100 by hand, by kubectl-edit"),
        (undecided, "a person must decide: errors of web fires a rule with action Decide: mend the cause"),
        (suspended, "paused by spec.suspend: set it to false to go on"),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_kubectl_describe_alone_says_why_nothing_moves(
    shop: Shop, arrange: Callable[[Shop], None], why: str
) -> None:
    shop.set_up()
    arrange(shop)
    until(lambda: why in described_in_one_line(shop), 10, why, lambda: shop.read().get("status"))


def columns(shop: Shop, *words: str) -> dict[str, str]:
    """Read the table of `kubectl get` by its headings, as a person does."""
    heading, row = shop.kubectl("get", "gl", "shop", *words).splitlines()
    starts = [match.start() for match in re.finditer(r"\S+", heading)]
    ends = [*starts[1:], None]
    return {heading[a:b].strip(): row[a:b].strip() for a, b in zip(starts, ends, strict=True)}


def test_a_whole_go_live_is_told_truthfully(operator: Operator, shop: Shop) -> None:
    assert operator.process
    shop.set_up()
    shop.golive()
    shop.at_weight(10)
    midway = shop.read()
    assert midway["metadata"]["finalizers"] == ["golive.dev/traffic"]
    ready, going = shop.condition("Ready"), shop.condition("Reconciling")
    assert (ready["status"], going["status"]) == ("False", "True")
    shown = columns(shop, "-o", "wide")
    assert (shown["TARGET"], shown["LIVE"], shown["PHASE"], shown["WEIGHT"], shown["STEP"]) == (
        "green", "blue", "Shifting", "10", "1/2",
    )  # fmt: skip
    shop.kubectl("wait", "--for=condition=Ready", "gl/shop", "--timeout=30s")
    shop.in_phase("Live")
    shown = columns(shop)
    assert (shown["LIVE"], shown["PHASE"], shown["WEIGHT"]) == ("green", "Live", "100")
    assert shop.read()["metadata"].get("finalizers", []) == []
    assert (shop.condition("Ready")["reason"], shop.condition("Stable")["status"]) == ("Live", "True")
    until(lambda: milestones(shop) == ON_RECORD, 5, "every event", shop.reasons)
    uid = shop.read()["metadata"]["uid"]
    about = {
        (event["regarding"]["kind"], event["regarding"]["name"], event["regarding"]["uid"])
        for event in shop.events()
    }
    assert about == {("GoLive", "shop", uid)}
    described = shop.kubectl("describe", "gl", "shop")
    assert "green is live and stable" in described
    assert "WeightReached" in described


@pytest.mark.usefixtures("operator")
def test_a_breach_is_told_with_its_rule_and_its_value(shop: Shop) -> None:
    shop.set_up()
    shop.golive(steps=LONG_HOLD)
    shop.at_weight(10)
    shop.edit(checks=[a_check("vector(0.2)")])
    shop.in_phase("RolledBack")
    assert shop.green() == 0
    stalled = shop.condition("Stalled")
    assert (stalled["status"], stalled["reason"]) == ("True", "RolledBack")
    rollback = shop.read()["status"]["rollback"]
    assert (rollback["rule"], rollback["value"], rollback["by"]) == ("errors > 0.05", "0.2", "web")
    assert shop.read()["metadata"].get("finalizers", []) == []
    until(lambda: {"RollingBack", "RolledBack"} <= set(shop.reasons()), 5, "both events")
    kinds = {event["reason"]: event["type"] for event in shop.events()}
    assert (kinds["RolledBack"], kinds["WeightReached"]) == ("Warning", "Normal")
    data = shop.kubectl("get", "configmap", "shop-runs", "-o", "jsonpath={.data.last}")
    assert '"outcome": "RolledBack"' in data
    described = described_in_one_line(shop)
    for why in (
        "blue serves again: errors > 0.05 (0.2), in component web",
        "Limit: > 0.05",
        "Query: vector(0.2)",
        "Result: Breach",
        "Value: 0.2",
    ):
        assert why in described


def test_killed_midway_it_goes_on_at_the_same_step_and_tells_nothing_twice(
    operator: Operator, shop: Shop
) -> None:
    shop.set_up()
    shop.golive(steps=[{"weight": 10, "hold": "4s"}, {"weight": 100}])
    shop.at_weight(10)
    until(lambda: "WeightReached" in shop.reasons(), 5, "the event")
    run = shop.read()["status"]["run"]
    operator.kill()
    operator.start()
    assert shop.in_phase("Live")["status"]["run"] == run
    until(lambda: milestones(shop) == ON_RECORD, 5, "every event once", shop.reasons)


@pytest.mark.usefixtures("operator")
def test_pods_gone_takes_traffic_back(shop: Shop) -> None:
    shop.set_up()
    shop.golive(steps=LONG_HOLD)
    shop.at_weight(10)
    shop.ready_pods("web-green", 0)
    until(lambda: shop.green() == 0, 2, "green at 0")
    assert shop.in_phase("RolledBack")["status"]["rollback"]["rule"] == "no ready pod"


@pytest.mark.usefixtures("operator")
def test_deleted_midway_it_gives_traffic_back_and_is_gone(shop: Shop) -> None:
    shop.set_up()
    shop.golive(steps=LONG_HOLD)
    shop.at_weight(10)
    shop.delete()
    until(lambda: not shop.read(), 5, "the GoLive is gone")
    assert shop.green() == 0


@pytest.mark.usefixtures("operator")
@pytest.mark.parametrize("shared", ["route", "Deployment"])
def test_the_later_of_two_that_share_something_stands_back_until_the_first_goes(
    shop: Shop, shared: str
) -> None:
    shop.set_up()
    shop.golive("first", target="blue")
    until(lambda: shop.condition("Ready", "first").get("status") == "True", 5, "first is ready")
    other = shop.manifest("second")["spec"]["components"][0]
    if shared == "route":
        other["blue"]["deployment"], other["green"]["deployment"] = "api-blue", "api-green"
        shop.deployment("api-blue")
        shop.deployment("api-green")
    else:
        other["routes"] = [{"httpRoute": {"name": "api"}}]
        shop.route(("web-blue", 100), ("web-green", 0), name="api")
    shop.golive("second", components=[other])
    sentence = shop.stalled("Conflict", 5, "second")
    owned = "Deployment web-blue" if shared == "Deployment" else "Service web-blue of HTTPRoute web"
    assert sentence == f"GoLive first, which is older, already owns {owned}: remove it from one of the two"
    assert shop.green() == 0
    assert shop.condition("Ready", "first")["status"] == "True"
    shop.delete("first")
    until(lambda: shop.condition("Stalled", "second") == {}, 5, "second goes on")


@pytest.mark.usefixtures("operator")
def test_what_happens_around_a_golive_at_rest_costs_no_write(server: ApiServer, shop: Shop) -> None:
    shop.set_up()
    shop.golive(target="blue")
    until(lambda: shop.condition("Ready").get("status") == "True", 5, "it is ready")
    settled = shop.read()["metadata"]
    for pods in (0, 1, 2):
        shop.ready_pods("web-green", pods)
    for kind in ("deployment/web-green", "service/web-blue", "httproute/web"):
        shop.kubectl("annotate", kind, "seen=yes")
    later = Shop(server, f"{shop.namespace}-later")
    later.set_up()
    later.golive(target="blue")
    until(lambda: later.condition("Ready").get("status") == "True", 5, "what came after is done")
    later.leave()
    assert shop.read()["metadata"] == settled
    assert "finalizers" not in settled
    assert shop.events() == []
