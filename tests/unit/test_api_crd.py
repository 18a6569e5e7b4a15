"""The generated CRD: up to date, structural, and safe for GitOps; what a server says to it is an integration test."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from golive.api import crd
from golive.api.status import GoLiveStatus
from tests.statuses import whole_status

CHECKED_IN = Path(__file__).parents[2] / "crds" / crd.FILE
SCHEMA: dict[str, Any] = crd.crd()["spec"]["versions"][0]["schema"]["openAPIV3Schema"]


def parts(schema: dict[str, Any], path: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Walk a schema: every part of it with its path."""
    yield path, schema
    if "items" in schema:
        yield from parts(schema["items"], f"{path}[]")
    for name, inside in schema.get("properties", {}).items():
        yield from parts(inside, f"{path}.{name}")


SPEC = dict(parts(SCHEMA["properties"]["spec"], "spec"))
STATUS = dict(parts(SCHEMA["properties"]["status"], "status"))


def test_the_file_is_what_the_models_say() -> None:
    assert CHECKED_IN.read_text(encoding="utf-8") == crd.text(), "run `make crds`"


def test_the_file_can_be_read_back() -> None:
    assert yaml.safe_load(crd.text()) == crd.crd()
    assert crd.text().startswith("# Generated from operator/golive/api by `make crds`")


def test_nothing_is_left_that_a_structural_schema_forbids() -> None:
    forbidden = {"$ref", "$defs", "title", "anyOf", "const", "additionalProperties", "x-golive-asked"}

    assert not [path for path, part in (SPEC | STATUS).items() if forbidden & part.keys()]


def test_nothing_is_defaulted_by_the_schema() -> None:
    assert not [path for path, part in (SPEC | STATUS).items() if "default" in part]


def test_defaults_are_told_in_the_descriptions() -> None:
    told = {
        path: part["description"] for path, part in SPEC.items() if "Default: " in part.get("description", "")
    }

    assert {path: text.split("Default: ")[1] for path, text in told.items()} == {
        "spec.steps[].hold": "0s.",
        "spec.checks[].interval": "30s.",
        "spec.onNoData": "{after: 10m, action: Decide}.",
        "spec.onNoData.action": "Decide.",
        "spec.deadline.action": "Decide.",
        "spec.stabilise": "{for: 24h}.",
        "spec.stabilise.for": "24h.",
        "spec.rollbackWindow": "168h.",
        "spec.suspend": "false.",
    }


def test_every_field_is_described_in_sentences() -> None:
    bare = [
        path
        for path, part in (SPEC | STATUS).items()
        if not path.endswith("[]") and not part.get("description", "").endswith(".")
    ]

    assert not bare


def test_every_text_and_list_of_the_spec_is_bounded() -> None:
    bound = {"string": "maxLength", "array": "maxItems"}
    unbounded = [
        path
        for path, part in SPEC.items()
        if part["type"] in bound and bound[part["type"]] not in part and "enum" not in part
    ]

    assert not unbounded


def test_every_text_and_list_of_the_status_is_bounded() -> None:
    bound = {"string": "maxLength", "array": "maxItems"}
    unbounded = [
        path
        for path, part in STATUS.items()
        if part["type"] in bound and bound[part["type"]] not in part and "format" not in part
    ]

    assert not unbounded


def test_every_rule_says_what_to_write_instead() -> None:
    rules = [rule for part in SPEC.values() for rule in part.get("x-kubernetes-validations", ())]

    assert rules
    assert not [
        rule for rule in rules if not {"rule", "message"} <= rule.keys() or rule["message"].endswith(".")
    ]


def test_at_the_root_there_are_only_rules_about_a_change() -> None:
    assert all("oldSelf" in rule["rule"] for rule in SCHEMA["x-kubernetes-validations"])
    assert not [path for path, part in STATUS.items() if "x-kubernetes-validations" in part]


def test_no_record_is_refused_for_its_words() -> None:
    assert not [path for path, part in STATUS.items() if "enum" in part]
    keys = {path: part["required"] for path, part in STATUS.items() if "required" in part}
    assert keys == {
        "status.components[]": ["name"],
        "status.checks[]": ["name", "component"],
        "status.conditions[]": ["type"],
    }


def test_lists_are_maps_by_name_where_their_items_have_one() -> None:
    maps = {
        path: part["x-kubernetes-list-map-keys"]
        for path, part in (SPEC | STATUS).items()
        if "x-kubernetes-list-map-keys" in part
    }

    assert maps == {
        "spec.components": ["name"],
        "spec.checks": ["name"],
        "status.components": ["name"],
        "status.checks": ["name", "component"],
        "status.conditions": ["type"],
    }
    assert SPEC["spec.steps"]["x-kubernetes-list-type"] == "atomic"


def test_the_status_of_the_tests_has_every_field() -> None:
    unset = set(GoLiveStatus.model_fields) - whole_status().model_fields_set

    assert not unset


@pytest.mark.parametrize("content", [None, "old\n"])
def test_the_check_fails_where_the_file_is_stale(
    content: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "crd.yaml"
    if content is not None:
        file.write_text(content)
    monkeypatch.setattr("sys.argv", ["crd", "--check", str(file)])

    with pytest.raises(SystemExit, match=r"crd.yaml is stale: run `make crds`"):
        crd.main()


def test_what_was_written_passes_the_check(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "crd.yaml"
    for arguments in ([str(file)], ["--check", str(file)]):
        monkeypatch.setattr("sys.argv", ["crd", *arguments])
        crd.main()

    assert file.read_text() == crd.text()
