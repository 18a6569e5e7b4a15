"""The history checker where Prometheus was away, and where a GoLive has two routes."""

import copy
from dataclasses import replace

import pytest

from tests.faults.history import Away, Known, Write
from tests.faults.test_promises import climb, iso, judged, moved, rolled_back, told

PASSES = {"name": "errors", "interval": "1s"}


def away(begun: float, ended: float, *breaches: float) -> Known:
    return Known([(at, 99.0) for at in breaches], [(0.0, 2)], blackouts=[Away(begun, ended)])


def test_a_raise_long_after_the_last_answer_breaks_the_first() -> None:
    late = [replace(write, at=write.at + 5) if write.version >= 5 else write for write in climb()]
    assert judged(late, away(2.0, 20.0)) == {"no pass"}
    assert judged(late, away(8.0, 20.0)) == set()
    assert judged(late, away(2.0, 9.0)) == set()


def test_the_first_traffic_needs_no_answer() -> None:
    assert judged(climb()[:4], away(-10.0, 20.0)) == set()


def checked(writes: list[Write]) -> list[Write]:
    found = copy.deepcopy(writes)
    for write in found:
        if write.kind == "golives":
            write.after["spec"]["checks"] = [PASSES]
    return found


def test_a_verdict_of_a_check_that_never_breached_is_found() -> None:
    verdict = {"rule": "errors > 0.05", "at": iso(5.0)}
    back = checked([*climb(), moved(0, 8, 5.0), told(9, 5.1, "RollingBack", rollback=verdict)])
    assert judged(back) == {"no breach"}
    assert judged(back, Known([(5.5, 99.0)], [(0.0, 2)])) == set()
    assert judged(back, Known([(7.0, 99.0)], [(0.0, 2)])) == {"no breach"}


def test_a_verdict_that_is_none_of_a_check_needs_no_breach() -> None:
    verdict = {"rule": "no ready pod", "at": iso(5.0)}
    assert (
        judged(checked([*climb(), moved(0, 8, 5.0), told(9, 5.1, "RollingBack", rollback=verdict)])) == set()
    )


@pytest.mark.parametrize(
    ("breach", "ended", "broken"),
    [(4.5, 4.8, set()), (4.5, 4.6, set()), (1.15, 4.8, {"I2 in time"}), (4.5, 4.4, {"I2 in time"})],
)
def test_the_way_back_counts_from_when_prometheus_is_there_again(
    breach: float, ended: float, broken: set[str]
) -> None:
    known = away(4.3, ended, breach)
    known.back_within = 0.45
    assert judged(rolled_back(), known) == broken


def both(writes: list[Write]) -> list[Write]:
    """Double the routes: a second one follows the first, a moment and half a version later."""
    found = []
    for write in writes:
        found.append(replace(write, version=2 * write.version))
        if write.kind == "httproutes":
            found.append(replace(write, version=2 * write.version + 1, name="api"))
    return found


def test_two_routes_that_rise_and_fall_together_break_nothing() -> None:
    assert judged(both(climb())) == set()
    assert judged(both(rolled_back())) == set()


def test_a_route_that_leaves_another_behind_breaks_the_first() -> None:
    behind = [write for write in both(climb()) if (write.name, write.version) != ("api", 7)]
    assert judged(behind) == {"I1"}


def test_a_route_that_is_left_up_breaks_the_second() -> None:
    verdict = {"rule": "no ready pod", "at": iso(5.0)}
    over = told(10, 5.2, "RolledBack", rollback=verdict | {"revertedAt": iso(5.2)})
    whole = both([*rolled_back(), over])
    assert judged(whole) == set()
    assert judged([write for write in whole if (write.name, write.version) != ("api", 17)]) == {"I2"}


def test_a_route_of_two_that_rises_again_in_the_same_run_breaks_the_fifth() -> None:
    again = [*both(rolled_back()[:-1]), replace(moved(10, 20, 9.0), name="api")]
    assert "I5" in judged(again)
