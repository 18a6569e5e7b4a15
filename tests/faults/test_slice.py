"""A seeded slice of the fault trials, and whether the checker catches operators that are broken on purpose."""

from typing import Any

import pytest

from tests.faults.kinds import BROKEN, KINDS
from tests.faults.scenarios import SCENARIOS

LONG = frozenset({"defaults"})
"""Kinds that take minutes."""


def test_every_run_was_good_the_undisturbed_ones_too(report: dict[str, Any]) -> None:
    bad = [f"{name}: {line}" for name, lines in report["bad"].items() for line in lines]
    if bad or report["exit_code"]:
        told = "\n".join([*bad, f"it ended with {report['exit_code']} and said:", report["said"]])
        pytest.fail(told, pytrace=False)


@pytest.mark.parametrize("name", SCENARIOS)
def test_every_scenario_was_played_undisturbed(report: dict[str, Any], name: str) -> None:
    assert name in report["undisturbed"]


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind not in LONG])
def test_some_go_lives_of_every_kind_are_disturbed(report: dict[str, Any], kind: str) -> None:
    assert report["kinds"].get(kind)


def test_operators_were_really_killed(report: dict[str, Any]) -> None:
    assert report["cut_points"]["SIGKILL"] >= 8


@pytest.mark.parametrize("name", BROKEN)
def test_an_operator_that_is_broken_on_purpose_is_caught(report: dict[str, Any], name: str) -> None:
    assert name in report["broken"]["caught"]
