"""The operator's parser: every fault has its one sentence, and what fits is read as it was meant."""

from datetime import timedelta
from typing import Any

import pytest

from golive.api.model import wire
from golive.api.salvage import parse_spec
from golive.api.spec import DEFAULT_STEPS, Action, Colour, GoLiveSpec
from tests.bad import Bad
from tests.bad_specs import BAD, UNKNOWN
from tests.specs import GOOD, REMOVED, changed, spec


@pytest.mark.parametrize("bad", [*BAD, *UNKNOWN], ids=lambda bad: bad.name)
def test_says_what_is_wrong_and_what_to_write_instead(bad: Bad) -> None:
    _, problems = parse_spec(bad.spec())

    assert problems == (bad.operator,)


@pytest.mark.parametrize("good", GOOD.values(), ids=GOOD.keys())
def test_accepts_what_fits(good: dict[str, Any]) -> None:
    parsed, problems = parse_spec(good)

    assert problems == ()
    assert parsed is not None


def test_writes_a_spec_as_it_was_read() -> None:
    assert wire(GoLiveSpec.read(spec())) == spec()


def test_what_is_left_out_has_its_default() -> None:
    parsed = GoLiveSpec.read(GOOD["least"])

    assert parsed.steps == DEFAULT_STEPS
    assert [step.weight for step in parsed.steps] == [10, 25, 50, 75, 100]
    assert [step.hold for step in parsed.steps] == [timedelta(minutes=30)] * 4 + [timedelta(0)]
    assert (parsed.version, parsed.deadline, parsed.retry_on, parsed.suspend) == (None, None, None, False)
    assert parsed.on_no_data.after == timedelta(minutes=10)
    assert parsed.on_no_data.action == "Decide"
    assert parsed.stabilise.for_ == timedelta(hours=24)
    assert parsed.rollback_window == timedelta(days=7)
    assert parsed.checks[0].interval == timedelta(seconds=30)


def test_a_check_is_asked_for_the_components_it_names_or_for_all() -> None:
    parsed = GoLiveSpec.read(spec())

    assert [check.name for check in parsed.checks_of("web")] == ["errors", "latency"]
    assert [check.name for check in parsed.checks_of("api")] == ["errors"]


def test_a_component_knows_its_colours() -> None:
    web = GoLiveSpec.read(spec()).components[0]

    assert web.colour(Colour.BLUE).deployment == "web-blue"
    assert web.colour(Colour.BLUE.other).service == "web-green"
    assert Colour.GREEN.other is Colour.BLUE


def test_a_rule_keeps_what_was_written() -> None:
    rule = GoLiveSpec.read(spec()).checks[0].rules[0]

    assert (str(rule.when), rule.for_, rule.action) == ("> 0.05", timedelta(minutes=10), Action.ROLLBACK)


def test_a_rule_without_for_fires_at_once() -> None:
    assert GoLiveSpec.read(changed("checks.0.rules.0.for", REMOVED)).checks[0].rules[0].for_ is None


def test_a_field_has_no_name_but_that_of_the_wire() -> None:
    raw = changed("rollbackWindow", REMOVED) | {"rollback_window": "1h"}

    _, problems = parse_spec(raw)

    assert problems == ("spec.rollback_window: there is no such field: remove it, or correct its name",)
