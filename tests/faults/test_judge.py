"""A run is held against what its scenario states, whatever the undisturbed run did."""

from collections import Counter
from dataclasses import replace

import pytest

from tests.faults.judge import as_stated
from tests.faults.result import MISSED, Result
from tests.faults.scenarios import SCENARIOS
from tests.faults.trial import Trial


def result(name: str, climb: list[int], green: int) -> Result:
    return Result(
        trial=Trial(f"undisturbed/{name}/1", SCENARIOS[name]),
        ending={"route": {"web-blue": 100 - green, "web-green": green}},
        climbs={"web": climb},
        violations=[],
        problems=[],
        fired=Counter(),
        writes=0,
        events=0,
        stops=0,
        revived=0,
        missed=False,
        took_over=None,
        way_back=[],
        seconds=0.0,
    )


@pytest.mark.parametrize(
    ("name", "climb", "green", "problems"),
    [
        ("good", [0, 10, 50, 100], 100, 0),
        ("good", [0, 10, 100], 100, 1),
        ("breach-50", [0, 10, 50, 0], 0, 0),
        ("breach-50", [0, 10, 50], 50, 2),
        ("breach-100", [0, 10, 100, 0], 0, 0),
        ("pods-10", [0, 10, 0], 0, 0),
        ("target-50", [0, 10, 50, 100], 100, 2),
    ],
)
def test_a_run_goes_and_ends_as_its_scenario_says(
    name: str, climb: list[int], green: int, problems: int
) -> None:
    run = result(name, climb, green)
    as_stated(run)
    assert len(run.problems) == problems


def test_what_a_run_found_whose_fault_never_fired_is_kept() -> None:
    missed = replace(
        result("good", [0], 0), violations=["I1: early"], problems=["climb", MISSED], way_back=[2.0]
    )
    again = replace(result("good", [0], 0), violations=["I5: twice"]).after(missed)
    assert again.violations == ["I1: early", "I5: twice"]
    assert (again.problems, again.way_back) == (["climb"], [2.0])
    assert result("good", [0], 0).after(replace(missed, violations=[], problems=[MISSED])).ok
