"""What only the operator can see is Stalled=True/InvalidSpec within 5 s, says what to write instead, and moves nothing."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.integration.operator_world import Operator, Shop, a_check, until

Arrange = Callable[[Shop], None]


def left_out(what: str) -> Arrange:
    return lambda shop: shop.set_up(what)


def routed(*backends: tuple[str, int]) -> Arrange:
    def arrange(shop: Shop) -> None:
        shop.set_up("HTTPRoute web")
        shop.route(*backends)

    return arrange


def selects_both(shop: Shop) -> None:
    shop.set_up("Service web-green")
    shop.service("web-green", {"kind": "web"})


def asking(query: str) -> dict[str, Any]:
    return {"checks": [a_check(query)]}


EVERYTHING: Arrange = lambda shop: shop.set_up()  # noqa: E731  # a row's first column

ROWS: list[tuple[str, Arrange, dict[str, Any], tuple[str, ...]]] = [
    (
        "no Deployment",
        left_out("Deployment web-green"),
        {},
        ("component web, green: Deployment web-green does not exist: create it, or correct the name",),
    ),
    (
        "no Service",
        left_out("Service web-blue"),
        {},
        ("component web, blue: Service web-blue does not exist: create it, or correct the name",),
    ),
    (
        "no HTTPRoute",
        left_out("HTTPRoute web"),
        {},
        ("HTTPRoute web is missing: create it, or correct its name",),
    ),
    (
        "route without the pair",
        routed(("docs", 1)),
        {},
        (
            "HTTPRoute web: no rule names both web-blue and web-green",
            "write both in the backendRefs of one rule",
        ),
    ),
    (
        "route with one of the pair",
        routed(("web-blue", 100), ("docs", 0)),
        {},
        ("names web-blue but not web-green: write both in its backendRefs",),
    ),
    (
        "route split at first sight",
        routed(("web-blue", 70), ("web-green", 30)),
        {},
        ("write weight 100 for Service web-blue and 0 for Service web-green",),
    ),
    (
        "Service that selects both",
        selects_both,
        {},
        ("Service web-green also selects the pods of Deployment web-blue", "give its selector a label"),
    ),
    (
        "query that Prometheus rejects",
        EVERYTHING,
        asking("sum("),
        ("Prometheus refuses the query", "parse error"),
    ),
    (
        "query giving several series",
        EVERYTHING,
        asking('label_replace(vector(0), "a", "1", "", "") or label_replace(vector(0), "a", "2", "", "")'),
        ("the query gives 2 series and must give one: aggregate it, with sum()",),
    ),
    (
        "unknown name",
        EVERYTHING,
        asking("vector(0) + vector($(colour))"),
        ("$(colour) is unknown: write one of $(component) $(service)", "or $$(colour) for the literal text"),
    ),
    (
        "third backend and a pair that does not sum to 100",
        routed(("web-blue", 60), ("web-green", 0), ("docs", 40)),
        {},
        ("which must sum to 100, beside the rule's other backends: write web-blue 100, web-green 0",),
    ),
]


@pytest.mark.parametrize(("what", "arrange", "spec", "says"), ROWS, ids=[row[0] for row in ROWS])
def test_it_says_what_to_write_and_leaves_traffic_alone(
    operator: Operator, shop: Shop, what: str, arrange: Arrange, spec: dict[str, Any], says: tuple[str, ...]
) -> None:
    assert operator.process
    arrange(shop)
    before = shop.read_route()
    shop.golive(**spec)
    sentence = shop.stalled("InvalidSpec", 5)
    assert [part for part in says if part not in sentence] == [], what
    assert shop.read_route() == before
    status = shop.read()["status"]
    assert status["phase"] in {"Pending", "Preparing"}
    assert status["observedGeneration"] == 1
    assert shop.condition("Ready")["status"] == "False"
    until(lambda: "InvalidSpec" in shop.reasons(), 5, "an event", shop.reasons)
    assert shop.read()["metadata"].get("finalizers", []) == []


@pytest.mark.usefixtures("operator")
def test_a_field_that_the_client_dropped_without_a_word_is_named(shop: Shop) -> None:
    shop.set_up()
    manifest = shop.manifest(stabilize={"for": "1s"})
    shop.kubectl("apply", "--validate=false", "-f", "-", stdin=json.dumps(manifest))
    assert "stabilize" not in shop.read()["spec"]
    sentence = shop.stalled("InvalidSpec", 5)
    assert "spec.stabilize: there is no such field, and the API server has dropped it" in sentence
    assert shop.green() == 0


@pytest.mark.usefixtures("operator")
def test_what_was_wrong_and_is_mended_goes_on_by_itself(shop: Shop) -> None:
    shop.set_up("Service web-green")
    shop.golive()
    shop.stalled("InvalidSpec", 5)
    shop.service("web-green", {"app": "web-green"})
    shop.at_weight(10)
    assert shop.condition("Stalled") == {}


@pytest.mark.usefixtures("operator")
def test_a_spec_that_turns_invalid_midway_holds(shop: Shop) -> None:
    shop.set_up()
    shop.golive()
    shop.at_weight(10)
    shop.edit(checks=[a_check("sum(")])
    assert "Prometheus refuses the query" in shop.stalled("InvalidSpec", 5)
    assert shop.green() == 10
