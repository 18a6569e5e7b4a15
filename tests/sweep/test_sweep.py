"""Acts in any order never get a go-live stuck; and operators that are broken on purpose are found out."""

import threading
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.sweep import ending
from tests.sweep.acts import ACTS, known
from tests.sweep.course import Course
from tests.sweep.ground import Ground

TESTS = Path(__file__).parents[1]
EXAMPLES = 16
RULES = 6
BROKEN = {
    "sweep/broken/forgets_to_resume.py": (("climb:10", "suspend:on", "wait:2"), "is stuck"),
    "sweep/broken/writes_the_whole_route.py": (("climb:10",), "more than two weights was written"),
    "sweep/broken/remembers_too_much.py": (("climb:10", "wait:4", "route:0", "wait:4"), "rollback: None"),
    "e2e/broken/leaves_out_a_step.py": (("steps:1", "climb:50"), "green rose from 10 to 50"),
    "e2e/broken/never_reverts.py": (
        ("climb:10", "suspend:on", "wait:2", "metrics:bad"),
        "traffic was not taken back within",
    ),
}
"""Each with acts that are enough for it, and what the sweep says then."""


def test_no_order_of_acts_gets_a_golive_stuck(shared: Ground) -> None:
    with shared.operator() as operator:
        course = Course(shared, operator)
        course.run(seed=0, examples=EXAMPLES, side_by_side=EXAMPLES, rules=RULES)
        course.look_at_the_operator()
    assert course.findings == []
    assert course.acts >= EXAMPLES * RULES


def test_operators_that_are_broken_on_purpose_are_found_out(
    shared: Ground, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ending, "BEGUN_WITHIN", 10.0)
    monkeypatch.setattr(ending, "SETTLED_WITHIN", 2.0)
    with ExitStack() as running:
        courses = {
            program: Course(
                shared,
                running.enter_context(shared.broken(TESTS / program)),
                name=Path(program).stem.replace("_", "-"),
            )
            for program in BROKEN
        }
        threads = [
            threading.Thread(target=course.repeat, args=(BROKEN[program][0],), daemon=True)
            for program, course in courses.items()
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    for program, course in courses.items():
        assert [BROKEN[program][1] in finding.why for finding in course.findings] == [True], program


def test_every_act_that_a_finding_names_can_be_repeated() -> None:
    assert all(known(f"{name}:{choice}") for name, act in ACTS.items() for choice in act.choices)
    assert not known("climb:11")
    assert not known("fly:1")
