"""docs/api.md: of today, with every field, and with an example that works."""

import re

import yaml

from dev import reference
from golive.api.salvage import parse_spec
from golive.api.spec import GoLiveSpec
from golive.api.status import GoLiveStatus
from tests.bad import LAST, RISING


def test_the_page_is_what_the_models_say() -> None:
    assert reference.PAGE.read_text(encoding="utf-8") == reference.page(), "run `make crds`"


def test_the_example_works() -> None:
    _, problems = parse_spec(yaml.safe_load(reference.EXAMPLE)["spec"])

    assert problems == ()


def test_every_field_has_a_row() -> None:
    rows = set(re.findall(r"^\| (?:\*\*)?`([^`]+)`", reference.page(), flags=re.MULTILINE))
    models = (*GoLiveSpec.model_fields.values(), *GoLiveStatus.model_fields.values())

    assert {field.alias for field in models} <= rows
    assert {
        "checks[].rules[].for",
        "components[].blue.service",
        "run.trafficAt",
        "conditions[].reason",
    } <= rows


def test_required_fields_are_bold_and_others_are_not() -> None:
    page = reference.page()

    assert "| **`target`** |" in page
    assert "| **`checks[].pass`** |" in page
    assert "| `suspend` |" in page


def test_the_rules_of_the_api_server_are_told() -> None:
    for rule in (RISING, LAST):
        assert f"- `spec.steps`: {rule}." in reference.page()
    assert "- `spec.components`: components cannot change while traffic is split" in reference.page()
