"""A seeded slice of the fault trials, and whether the checker catches operators that are broken on purpose."""

from typing import Any

import pytest

from tests.faults.kinds import BROKEN, KINDS


@pytest.mark.parametrize("kind", KINDS)
def test_a_disturbed_go_live_ends_as_an_undisturbed_one_and_breaks_no_promise(
    report: dict[str, Any], kind: str
) -> None:
    assert report["kinds"].get(kind) or kind in {"outages", "defaults"}, "none of this kind was played"
    assert {name: said for name, said in report["bad"].items() if name.startswith(f"{kind}/")} == {}


def test_operators_were_really_killed(report: dict[str, Any]) -> None:
    assert report["cut_points"]["SIGKILL"] >= 8


@pytest.mark.parametrize("name", BROKEN)
def test_an_operator_that_is_broken_on_purpose_is_caught(report: dict[str, Any], name: str) -> None:
    assert name not in report["broken"]["uncaught"]
