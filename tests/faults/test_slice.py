"""A seeded slice of the fault trials, and whether the checker catches operators that are broken on purpose."""

import pytest

from tests.faults.kinds import BROKEN, KINDS
from tests.faults.suite import Played


@pytest.mark.parametrize("kind", KINDS)
def test_a_disturbed_go_live_ends_as_an_undisturbed_one_and_breaks_no_promise(
    played: Played, kind: str
) -> None:
    results = [result for result in played.suite.results if result.trial.kind == kind]
    assert results
    bad = {result.trial.name: [*result.violations, *result.problems] for result in results if not result.ok}
    assert bad == {}


def test_operators_were_really_killed(played: Played) -> None:
    kills = [result for result in played.suite.results if result.trial.kind == "kills"]
    assert sum(result.stops for result in kills) >= 8


@pytest.mark.parametrize("name", BROKEN)
def test_an_operator_that_is_broken_on_purpose_is_caught(played: Played, name: str) -> None:
    promise, _ = BROKEN[name]
    assert [line for line in played.broken[name] if line.startswith(promise)], played.broken[name]
