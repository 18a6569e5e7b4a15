from typing import Any

import pytest

from dev.bench.audit import Request
from dev.bench.reverts import by_route, figures, revert
from golive.act.swap import operations
from golive.api.spec import Colour
from golive.decide.decision import SetWeights

LIVE, NEW = "app-1-green", "app-1-blue"


def patch(blue: int, seen: int = 10) -> list[dict[str, Any]]:
    """What the operator itself writes to have a weight on blue."""
    refs = [{"name": NEW, "weight": seen}, {"name": LIVE, "weight": 100 - seen}]
    route = {
        "metadata": {"namespace": "bench-00", "generation": 1},
        "spec": {"rules": [{"backendRefs": refs}]},
    }
    weights = {Colour.BLUE: (seen,), Colour.GREEN: (100 - seen,)}
    action = SetWeights("app-1", NEW, LIVE, weights, Colour.BLUE, blue, up=blue > seen)
    return operations(route, action)


def write(at: float, body: Any, name: str = "app-1") -> Request:
    return Request(at - 0.05, at, "patch", "httproutes", ("bench-00", name), "golive", 200, body)


def test_only_the_write_of_all_to_live_answers_a_breach_and_the_first_such_counts() -> None:
    writes = [write(10.2, patch(25)), write(10.4, patch(5)), write(10.6, patch(0)), write(12.0, patch(0, 5))]

    found = revert([10.3], 10.0, writes, (LIVE, NEW))

    assert found.write is writes[2]
    assert found.answer_to_written == pytest.approx(0.3)
    assert found.visible_to_written == pytest.approx(0.6)


def test_all_to_the_new_colour_is_no_way_back() -> None:
    assert revert([10.3], 10.0, [write(10.6, patch(100))], (LIVE, NEW)).write is None
    assert revert([10.3], 10.0, [write(10.6, patch(100))], (NEW, LIVE)).write is not None


@pytest.mark.parametrize("body", [None, {}, {"spec": {}}, []])
def test_a_write_that_does_not_say_what_it_wrote_is_no_way_back(body: Any) -> None:
    assert revert([10.3], 10.0, [write(10.6, body)], (LIVE, NEW)).write is None


def test_an_operator_that_overlooks_the_first_answer_pays_for_it() -> None:
    found = revert([9.0, 10.5, 15.5], 10.0, [write(15.6, patch(0))], (LIVE, NEW))

    assert found.answered == 10.5
    assert found.answer_to_written == pytest.approx(5.1)


@pytest.mark.parametrize(
    ("asked", "visible", "at"),
    [([9.0], 10.0, 10.4), ([9.0, 15.0], 10.0, 10.4), ([9.0, 10.5], None, 10.6), ([10.5], 10.0, None)],
    ids=["never asked", "written before it was asked", "never visible", "never written"],
)
def test_a_breach_without_a_match_is_counted_and_not_dropped(
    asked: list[float], visible: float | None, at: float | None
) -> None:
    writes = [] if at is None else [write(at, patch(0))]
    good = revert([10.5], 10.0, [write(10.6, patch(0))], (LIVE, NEW))

    told = figures([good, revert(asked, visible, writes, (LIVE, NEW))])

    assert (told["breaches"], told["breaches_matched"], told["breaches_unmatched"]) == (2, 1, 1)
    assert told["verdict_to_written_ms"]["max"] == 100.0


def test_the_last_of_all_counts_from_its_own_answer() -> None:
    first = revert([10.5], 10.0, [write(10.6, patch(0))], (LIVE, NEW))
    last = revert([38.0], 10.0, [write(38.7, patch(0))], (LIVE, NEW))

    told = figures([first, last])

    assert told["last_verdict_to_written_s"] == 0.7
    assert told["first_visible_to_last_written_s"] == 28.7


def test_of_no_match_nothing_is_known() -> None:
    told = figures([revert([], 10.0, [], (LIVE, NEW))])

    assert told["last_verdict_to_written_s"] is None
    assert told["first_visible_to_last_written_s"] is None
    assert told["verdict_to_written_ms"]["p99"] is None


def test_an_answer_that_may_have_come_before_prometheus_kept_the_value_is_told() -> None:
    writes = [write(15.6, patch(0))]

    assert figures([revert([10.1, 15.5], 10.0, writes, (LIVE, NEW))])["answers_maybe_before_kept"] == 1
    assert figures([revert([10.3, 15.5], 10.0, writes, (LIVE, NEW))])["answers_maybe_before_kept"] == 0


def test_writes_are_sorted_by_their_route_each_in_order() -> None:
    late, early, other = write(12.0, []), write(11.0, []), write(11.5, [], "app-2")

    assert by_route([late, other, early]) == {"app-1": [early, late], "app-2": [other]}
