import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from dev.demo import report
from dev.demo.measure import Act, Revert, Shift, Step
from dev.demo.objects import GoLive, Rollback
from dev.demo.promises import ERRORS, UNREADY, Promise
from dev.demo.release import way_back
from dev.demo.timeline import Seen, Timeline
from dev.demo.verdict import GOOD, Verdict, all_of, judge, rollback

HOLDS = {10: 5.0, 25: 5.0, 50: 5.0, 75: 5.0, 100: 0.0}
AT = datetime(2026, 1, 1, tzinfo=UTC)
REVERT = Revert(900, 0.41234, 30.00049, 80, 2, 0, 0.9, 30, 16.1, 18.1, ((0, 100),), "error-rate > 0.05")


def told(at: float, rule: str, *, done: bool = True) -> Seen[GoLive]:
    return Seen(at, GoLive(target="blue", rollback=Rollback(rule, "", "", AT, AT if done else None)))


def test_an_act_that_was_not_played_breaks_the_demo() -> None:
    promises = all_of({GOOD: Verdict([Promise("a", "b", "c", ok=True)])})
    assert [(one.text, one.ok) for one in promises] == [
        ("a", True),
        ("bad release: comes to its end", False),
        ("unready release: comes to its end", False),
    ]


def test_an_act_that_ended_early_says_why() -> None:
    act = Act(1, 30, "green", "blue", late="not within 90 s: green is live")
    found = judge(GOOD, act, [], Timeline(), HOLDS)
    assert found.promises[0].measured == "not within 90 s: green is live"
    assert not found.kept
    assert isinstance(found.figures, Shift)


@pytest.mark.parametrize(("name", "count"), [(GOOD, 5), (ERRORS.name, 6), (UNREADY.name, 6)])
def test_each_act_is_judged_by_its_own_promises(name: str, count: int) -> None:
    found = judge(name, Act(1, 30, "blue", "green", fault=5, visible=6), [], Timeline(), HOLDS)
    assert len(found.promises) == count
    assert {one.text.split(":")[0] for one in found.promises} == {name}


def test_the_rollback_of_an_act_is_the_one_told_in_it() -> None:
    timeline = Timeline(
        golives=[told(3, "old"), told(11, "half", done=False), told(12, "mine"), told(31, "later")]
    )
    assert (found := rollback(Act(4, 30, "blue", "green", fault=10), timeline)) is not None
    assert found.rule == "mine"
    assert rollback(Act(4, 11.5, "blue", "green", fault=10), timeline) is None
    assert rollback(Act(4, 30, "blue", "green"), timeline) is None


def test_the_figures_have_the_shape_that_was_agreed(tmp_path: Path) -> None:
    shift = Shift(2400, 0, (Step(10, 10.4), Step(25, None)), 21.00049, 40, ((10, 90),))
    path = tmp_path / "build" / "demo.json"
    report.write(report.to_json({GOOD: shift, ERRORS.name: REVERT}), path)
    assert json.loads(path.read_text()) == {
        "shift": {
            "requests": 2400,
            "failed": 0,
            "steps": [{"weight": 10, "observed_share": 10.4}, {"weight": 25, "observed_share": None}],
            "seconds": 21.0,
        },
        "revert": {
            "breach_visible_to_verdict_s": 0.412,
            "verdict_to_written_ms": 30.0,
            "written_to_last_bad_response_ms": 80,
            "first_to_last_bad_s": 2,
            "requests": 900,
            "failed_after_revert": 0,
        },
        "unready": None,
    }


def test_the_table_has_a_row_for_each_promise() -> None:
    table = report.table([Promise("a", "b", "c", ok=True), Promise("d", "e", "f", ok=False)])
    assert [str(cell) for column in table.columns for cell in column.cells] == [
        "a",
        "d",
        "b",
        "e",
        "c",
        "f",
        "yes",
        "NO",
    ]


def test_the_farewell_can_be_pasted(tmp_path: Path) -> None:
    text = report.farewell(tmp_path / "kubeconfig", tmp_path, "python -m golive run", "green")
    for line in (
        f"  export KUBECONFIG={tmp_path}/kubeconfig",
        f"  export PATH=$PATH:{tmp_path}",
        "  kubectl -n golive-demo get gl",
        "  kubectl -n golive-demo get gl -o wide",
        "  kubectl -n golive-demo describe gl shop",
        "  python -m golive run",
        """  kubectl -n golive-demo patch gl shop --type=merge -p '{"spec":{"target":"green","version":"2"}}'""",
        f"  {way_back('green')}",
        "  kubectl -n golive-demo wait --for=condition=Ready --timeout=60s gl/shop",
        "  make cluster-down",
    ):
        assert line in text.splitlines()


def test_the_farewell_leaves_a_path_alone_that_has_kubectl(tmp_path: Path) -> None:
    assert "PATH=" not in report.farewell(tmp_path, None, "python -m golive run", "blue")
