"""What stays armed when a stored spec or status is unfit: everything that can still be read."""

from datetime import timedelta
from typing import Any

import pytest

from golive.api.check import Check
from golive.api.golive import parse
from golive.api.salvage import parse_spec, parse_status
from golive.api.spec import DEFAULT_STEPS, Colour, GoLiveSpec
from tests.bad_specs import BAD, UNKNOWN
from tests.specs import REMOVED, changed, check, component, manifest, spec, steps

# Without these nobody can tell which traffic is whose.
UNREADABLE = {
    "no-service",
    "no-deployment",
    "one-deployment",
    "one-service",
    "deployment-upper-case",
    "route-name-with-space",
    "no-green",
    "no-blue",
    "no-components",
    "component-without-name",
    "routes-left-out",
    "route-without-a-kind",
    "route-without-a-name",
    "no-routes",
    "route-twice",
    "component-twice",
    "no-target",
    "target-red",
    "components-as-text",
}


def armed(raw: dict[str, Any]) -> GoLiveSpec:
    parsed, problems = parse_spec(raw)
    assert parsed is not None
    assert problems
    return parsed


def asked(raw: dict[str, Any]) -> list[str]:
    return [check.name for check in armed(raw).checks]


@pytest.mark.parametrize("bad", [*BAD, *UNKNOWN], ids=lambda bad: bad.name)
def test_only_what_names_the_traffic_leaves_nothing_armed(bad: Any) -> None:
    parsed, _ = parse_spec(bad.spec())

    assert (parsed is None) == (bad.name in UNREADABLE)


def test_unfit_steps_are_replaced_by_the_default_and_the_rest_is_kept() -> None:
    kept = armed(changed("steps", steps(50, 10)))

    assert kept.steps == DEFAULT_STEPS
    assert kept.model_copy(update={"steps": ()}) == GoLiveSpec.read(spec()).model_copy(update={"steps": ()})


def test_an_unknown_field_costs_nothing() -> None:
    assert armed(changed("color", "red")) == GoLiveSpec.read(spec())


def test_an_unknown_field_of_a_component_costs_nothing() -> None:
    raw = changed("components.0.blue.drain", "5s")
    raw["components"][1]["weightless"] = True

    assert armed(raw).components == GoLiveSpec.read(spec()).components


def test_a_route_of_an_unknown_kind_leaves_nothing_armed() -> None:
    assert parse_spec(changed("components.0.routes.0", {"grpcRoute": {"name": "web"}}))[0] is None


def test_components_that_share_a_deployment_can_still_go_back() -> None:
    shared = component("api") | {"blue": {"deployment": "web-blue", "service": "api-blue"}}

    assert [part.name for part in armed(changed("components.1", shared)).components] == ["web", "api"]


@pytest.mark.parametrize("value", [None, "web", [None], ["web"], [{}], []])
def test_components_of_the_wrong_shape_leave_nothing_armed(value: object) -> None:
    parsed, problems = parse_spec(changed("components", value))

    assert parsed is None
    assert problems


def test_an_unfit_rule_disarms_no_other() -> None:
    raw = spec()
    raw["checks"][0]["rules"] = [
        {"when": "0.05", "action": "Rollback"},
        {"when": "> 0.1", "action": "Rollback"},
        {"when": "> 0.2", "for": "1d", "action": "Rollback"},
        "> 0.3",
    ]

    assert [str(rule.when) for rule in armed(raw).checks[0].rules] == ["> 0.1"]


@pytest.mark.parametrize("value", ["0.05", REMOVED, None])
def test_without_a_pass_the_rules_stay_and_nothing_passes(value: object) -> None:
    kept = armed(changed("checks.0.pass", value)).checks[0]

    assert kept.rules == GoLiveSpec.read(spec()).checks[0].rules
    assert not kept.pass_.holds(0.0)
    assert not kept.pass_.holds(-1e90)


def test_an_unfit_interval_becomes_the_default() -> None:
    assert armed(changed("checks.0.interval", "1ms")).checks[0].interval == timedelta(seconds=30)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("checks.0.name", REMOVED),
        ("checks.0.name", "E"),
        ("checks.0.prometheus", REMOVED),
        ("checks.0.prometheus.query", ""),
        ("checks.0.components", ["shop"]),
        ("checks.0.components", [["web"]]),
        ("checks.0.compare", {"to": "Live"}),
        ("checks.0", "errors"),
    ],
)
def test_a_check_that_cannot_be_asked_as_it_was_meant_is_not_asked(path: str, value: object) -> None:
    assert asked(changed(path, value)) == ["latency"]


def test_a_check_is_asked_for_the_components_that_exist() -> None:
    kept = armed(changed("checks.0.components", ["web", "shop"]))

    assert kept.checks[0].components == ("web",)


def test_of_two_checks_with_one_name_the_first_is_asked() -> None:
    raw = changed("checks.1", check("errors") | {"interval": "5s"})

    assert armed(raw).checks == (Check.read(check("errors")),)


def test_no_checks_at_all_are_none() -> None:
    assert asked(changed("checks", REMOVED)) == []
    assert asked(changed("checks", "none")) == []


def test_a_spec_that_is_nothing_is_unreadable() -> None:
    assert parse_spec({})[0] is None


def test_an_unfit_field_of_the_status_counts_as_not_written() -> None:
    status, problems = parse_status({"phase": "Dancing", "live": "blue", "weight": 50, "later": 1})

    assert (status.phase, status.live, status.weight) == ("Pending", Colour.BLUE, 50)
    assert len(problems) == 1
    assert problems[0].startswith("status.phase: write 'Pending', ")


def test_an_object_with_an_unfit_status_is_read() -> None:
    body = manifest("shop", spec())
    body["metadata"] |= {"uid": "1", "resourceVersion": "7"}

    assert parse(body | {"status": {"run": 5}}).problems == ("status.run: write fields, each with its name",)
