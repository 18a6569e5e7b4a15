from dataclasses import replace
from datetime import UTC, datetime, timedelta

from dev.demo import measure
from dev.demo.measure import Act, Step
from dev.demo.objects import GoLive, Rollback
from dev.demo.timeline import Seen, Weights
from dev.load.log import Entry

CLIMB = (10, 25, 50, 75, 100)
STEP = 10.0
RATE = 60
VERDICT = datetime(2026, 1, 1, tzinfo=UTC)


def weights(*pairs: tuple[float, int]) -> list[Seen[Weights]]:
    return [Seen(at, {"green": new, "blue": 100 - new}) for at, new in pairs]


def climb(start: float) -> list[Seen[Weights]]:
    return weights(*((start + STEP * index, weight) for index, weight in enumerate(CLIMB)))


def acknowledged(route: list[Seen[Weights]], lag: float = 0.1) -> list[Seen[GoLive]]:
    return [
        Seen(one.at + lag, GoLive(target="green", weight=one.what["green"], acknowledged=True))
        for one in route
    ]


def traffic(route: list[Seen[Weights]], end: float, lag: float = 0.1) -> list[Entry]:
    """Send the responses a gateway would, that takes on each weight `lag` after it is written."""
    log, owed = [], 0.0
    for number in range(int(end * RATE)):
        sent = number / RATE
        share = next((one.what["green"] for one in reversed(route) if one.at + lag <= sent), 0)
        owed += share / 100
        colour = "green" if owed >= 1 else "blue"
        owed -= colour == "green"
        log.append(Entry(sent, sent, 2, 200, colour=colour))
    return log


def failing(log: list[Entry], start: float, end: float, colour: str = "green") -> list[Entry]:
    return [
        replace(one, status=500) if start <= one.sent < end and one.colour == colour else one for one in log
    ]


def test_a_good_go_live_is_measured_step_by_step() -> None:
    route = climb(5)
    shift = measure.shift(Act(1, 60, "green", "blue"), traffic(route, 60), route, acknowledged(route))
    assert (shift.failed, shift.seconds) == (0, 40)
    assert shift.requests == 59 * RATE
    assert shift.asked == tuple((weight, 100 - weight) for weight in CLIMB)
    assert [one.weight for one in shift.steps] == list(CLIMB)
    assert [one.seconds for one in shift.steps] == [STEP] * 4 + [15]
    assert all(
        one.observed_share is not None and abs(one.observed_share - one.weight) < 1 for one in shift.steps
    )


def test_a_gateway_that_ignores_a_weight_shows_in_the_share() -> None:
    route = climb(5)
    shift = measure.shift(Act(1, 60, "green", "blue"), traffic(route[:1], 60), route, acknowledged(route))
    assert [round(one.observed_share or 0) for one in shift.steps] == [10, 10, 10, 10, 10]


def test_a_weight_that_was_never_acknowledged_has_no_share() -> None:
    route = climb(5)
    shift = measure.shift(Act(1, 60, "green", "blue"), traffic(route, 60), route, acknowledged(route)[:-1])
    assert shift.steps[-1] == Step(100, None, 15)


def test_an_acknowledgement_may_arrive_before_the_weight() -> None:
    route = climb(5)
    shift = measure.shift(Act(1, 60, "green", "blue"), traffic(route, 60), route, acknowledged(route, -0.01))
    assert all(
        one.observed_share is not None and abs(one.observed_share - one.weight) < 1 for one in shift.steps
    )


def test_only_what_happened_in_the_act_counts() -> None:
    route = climb(5)
    log = failing(traffic(route, 60), 0, 1, "blue")
    earlier = [Seen(0.5, {"green": 77, "blue": 23})]
    shift = measure.shift(Act(1, 60, "green", "blue"), log, [*earlier, *route], acknowledged(route))
    assert (shift.failed, len(shift.asked)) == (0, 5)


BACK = weights((5, 10), (15, 25), (18, 0))
ACT = Act(1, 30, "green", "blue", fault=16, visible=17.5)


def rollback(ms: int) -> Rollback:
    return Rollback("error-rate > 0.05", "1", "web", VERDICT, VERDICT + timedelta(milliseconds=ms))


def test_a_rollback_is_measured_from_the_breach_to_the_last_bad_response() -> None:
    log = failing(traffic(BACK, 30), 16, 30)
    revert = measure.revert(ACT, log, BACK, rollback(80))
    assert revert.verdict_to_written_ms == 80
    assert revert.breach_visible_to_verdict_s is not None
    assert abs(revert.breach_visible_to_verdict_s - 0.42) < 1e-6
    assert revert.written_to_last_bad_response_ms is not None
    assert 0 < revert.written_to_last_bad_response_ms <= 102
    assert revert.visible_to_last_bad_s is not None
    assert 0.5 < revert.visible_to_last_bad_s <= 0.602
    assert revert.failed_after_revert == 0
    assert revert.asked == ((10, 90), (25, 75), (0, 100))


def test_a_verdict_is_never_before_the_breach_could_be_known() -> None:
    assert (
        measure.revert(replace(ACT, visible=17.99), [], BACK, rollback(80)).breach_visible_to_verdict_s == 0
    )


def test_failures_long_after_the_way_back_are_counted() -> None:
    log = failing(failing(traffic(BACK, 30), 16, 30), 20, 20.1, "blue")
    assert measure.revert(ACT, log, BACK, rollback(80)).failed_after_revert == 6


def test_a_release_that_is_never_taken_back_is_not_measured_as_if_it_were() -> None:
    log = failing(traffic(BACK[:2], 30), 16, 30)
    revert = measure.revert(ACT, log, BACK[:2], None)
    assert revert.verdict_to_written_ms is None
    assert revert.breach_visible_to_verdict_s is None
    assert revert.written_to_last_bad_response_ms is None
    assert revert.failed_after_revert is None
    assert revert.visible_to_last_bad_s is not None
    assert revert.visible_to_last_bad_s > 12


def test_a_rollback_without_its_end_is_not_measured() -> None:
    half = Rollback("error-rate > 0.05", "1", "web", VERDICT, None)
    assert measure.revert(ACT, [], BACK, half).verdict_to_written_ms is None


def test_without_a_bad_response_there_is_no_last_one() -> None:
    revert = measure.revert(ACT, traffic(BACK, 30), BACK, rollback(80))
    assert (revert.failed, revert.first_to_last_bad_s, revert.visible_to_last_bad_s) == (0, None, None)


def test_a_zero_before_the_fault_is_no_way_back() -> None:
    route = weights((2, 10), (3, 0), (5, 10), (15, 25), (18, 0))
    assert measure.way_back(ACT, route) == 18
    assert measure.way_back(replace(ACT, fault=None), route) is None
