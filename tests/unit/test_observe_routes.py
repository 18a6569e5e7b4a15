from datetime import UTC, datetime
from typing import Any

import pytest

from golive.api.spec import Colour
from golive.facts import RouteFacts
from golive.observe.pairs import pairs
from golive.observe.prune import Kind, prune
from golive.observe.routes import route_facts
from tests.raw import a_pair, a_ref, a_route, a_rule, wrote_rules

BLUE, GREEN = Colour.BLUE, Colour.GREEN
SERVICES = {BLUE: "web-blue", GREEN: "web-green"}
GITOPS = {"argocd-controller"}


def read(route: dict[str, Any] | None, live: Colour | None = None) -> RouteFacts:
    pruned = None if route is None else prune(Kind.HTTP_ROUTE, route)
    return route_facts("web", pruned, SERVICES, live, GITOPS)


def test_a_route_with_one_pair_is_read_as_it_stands() -> None:
    facts = read(a_route(a_rule(*a_pair(75, 25))))
    assert (facts.found, facts.problem) == (True, "")
    assert facts.weights == {BLUE: (75,), GREEN: (25,)}


def test_every_rule_that_names_both_is_matched_and_others_are_left_alone() -> None:
    facts = read(a_route(a_rule(*a_pair(90, 10)), a_rule(a_ref("admin")), a_rule(*reversed(a_pair(90, 10)))))
    assert facts.problem == ""
    assert facts.weights == {BLUE: (90, 90), GREEN: (10, 10)}


def test_places_of_backends_are_told_for_the_write() -> None:
    route = a_route(a_rule(a_ref("admin")), a_rule(a_ref("third", 0), *reversed(a_pair(90, 10))))
    (pair,) = pairs(route, "web-blue", "web-green")
    assert (pair.rule, pair.places[GREEN], pair.places[BLUE], pair.beside) == (1, 1, 2, 0)


def test_a_missing_route_is_a_problem() -> None:
    facts = read(None)
    assert not facts.found
    assert facts.problem == "HTTPRoute web is missing: create it, or correct its name"


@pytest.mark.parametrize(
    ("rules", "problem"),
    [
        (
            [a_rule(*a_pair()), a_rule(a_ref("web-green", 1))],
            (
                "HTTPRoute web: rule 2 of its spec.rules names web-green but not web-blue:"
                " write both in its backendRefs, web-blue 100, web-green 0, or neither"
            ),
        ),
        (
            [a_rule(a_ref("admin"))],
            (
                "HTTPRoute web: no rule names both web-blue and web-green:"
                " write both in the backendRefs of one rule, web-blue 100, web-green 0"
            ),
        ),
        (
            [a_rule(*a_pair(None, None))],
            (
                "HTTPRoute web: rule 1 of its spec.rules gives web-blue and web-green the weights 1 and 1,"
                " which must sum to 100: write web-blue 100, web-green 0"
            ),
        ),
        (
            [a_rule(*a_pair(0, 1))],
            (
                "HTTPRoute web: rule 1 of its spec.rules gives web-blue and web-green the weights 0 and 1,"
                " which must sum to 100: write web-green 100, web-blue 0"
            ),
        ),
        (
            [a_rule(*a_pair(50, 0), a_ref("third", 50))],
            (
                "HTTPRoute web: rule 1 of its spec.rules gives web-blue and web-green the weights 50 and 0,"
                " which must sum to 100, beside the rule's other backends: write web-blue 100, web-green 0"
            ),
        ),
        (
            [a_rule(*a_pair(), a_ref("web-blue", 0))],
            "HTTPRoute web: rule 1 of its spec.rules names web-blue twice in its backendRefs: write it once",
        ),
    ],
)
def test_what_cannot_be_moved_says_what_to_write(rules: list[dict[str, Any]], problem: str) -> None:
    assert read(a_route(*rules)).problem == problem


@pytest.mark.parametrize(
    ("rules", "alone", "serves"),
    [
        ([a_rule(*a_pair(100, 0))], set(), {BLUE}),
        ([a_rule(*a_pair(60, 40))], set(), {BLUE, GREEN}),
        ([a_rule(*a_pair(100, 0)), a_rule(a_ref("web-green", 7))], {GREEN}, {BLUE, GREEN}),
        ([a_rule(*a_pair(100, 0)), a_rule(a_ref("web-green", 0))], set(), {BLUE}),
        ([a_rule(a_ref("web-blue"))], {BLUE}, {BLUE}),
        ([a_rule(a_ref("docs", 1))], set(), set()),
    ],
)
def test_a_colour_serves_wherever_a_rule_gives_it_a_weight(
    rules: list[dict[str, Any]], alone: set[Colour], serves: set[Colour]
) -> None:
    facts = read(a_route(*rules))
    assert facts.alone == alone
    assert {colour for colour in Colour if facts.serves(colour)} == serves


def test_the_advice_keeps_the_live_colour_live() -> None:
    assert read(a_route(a_rule(*a_pair(2, 1))), live=GREEN).problem.endswith(
        "write web-green 100, web-blue 0"
    )


def test_a_third_backend_is_fine_while_the_pair_sums_to_100() -> None:
    assert read(a_route(a_rule(*a_pair(60, 40), a_ref("third", 300)))).problem == ""


@pytest.mark.parametrize(
    "ref",
    [
        a_ref("web-blue", 100, kind="Bucket", group="storage.example"),
        a_ref("web-blue", 100, namespace="elsewhere"),
        a_ref("web-blue-2", 100),
    ],
)
def test_only_a_service_of_the_own_namespace_counts(ref: dict[str, Any]) -> None:
    facts = read(a_route(a_rule(ref, a_ref("web-green", 0))))
    assert "names web-green but not web-blue" in facts.problem
    assert facts.weights == {}


def test_weights_that_were_left_out_are_a_half_not_one_percent() -> None:
    facts = read(a_route(a_rule(*a_pair(None, None))))
    assert (facts.weight(GREEN), facts.all_on(BLUE)) == (50, False)


def test_the_last_writer_of_the_rules_is_named() -> None:
    writers = [
        wrote_rules("kubectl-edit", "2026-01-01T12:00:05Z"),
        wrote_rules("golive", "2026-01-01T12:00:03Z"),
        wrote_rules("traefik", "2026-01-01T12:00:09Z", subresource="status"),
        {"manager": "labeller", "time": "2026-01-01T12:00:08Z", "fieldsV1": {"f:metadata": {}}},
    ]
    facts = read(a_route(writers=writers))
    assert (facts.writer, facts.ours, facts.gitops) == ("kubectl-edit", False, False)
    assert facts.written_at == datetime(2026, 1, 1, 12, 0, 5, tzinfo=UTC)


def test_we_and_git_are_told_from_people() -> None:
    assert read(a_route(writers=[wrote_rules("golive", "2026-01-01T12:00:03Z")])).ours
    by_git = [wrote_rules("argocd-controller", "2026-01-01T12:00:03Z", operation="Apply")]
    assert read(a_route(writers=by_git)).gitops


def test_a_route_without_managed_fields_has_no_writer() -> None:
    assert read(a_route()).writer == ""
