from dataclasses import replace
from typing import Any

import pytest

from dev.demo import promises
from dev.demo.measure import Act, Revert, Shift, Step
from dev.demo.promises import ERRORS, UNREADY
from dev.load.log import Entry

STEPS = (10, 25, 50, 75, 100)
PAIRS = tuple((weight, 100 - weight) for weight in STEPS)
HOLDS = {10: 5.0, 25: 5.0, 50: 5.0, 75: 5.0, 100: 0.0}
TAKEN = tuple(Step(weight, weight - weight / 100, 5.2) for weight in STEPS)
GOOD = Shift(2400, 0, TAKEN, 21.0, 40.0, PAIRS)
BACK = Revert(
    requests=900,
    breach_visible_to_verdict_s=0.4,
    verdict_to_written_ms=30,
    written_to_last_bad_response_ms=80,
    first_to_last_bad_s=2.0,
    failed_after_revert=0,
    visible_to_last_bad_s=0.9,
    failed=30,
    first_bad=16.1,
    last_bad=18.1,
    asked=((10, 90), (25, 75), (0, 100)),
    rule="error-rate > 0.05",
)
UNFIT = replace(BACK, rule="no ready pod")
ACT = Act(1, 30, "green", "blue", fault=16, visible=17)


def entry(sent: float, status: int = 200) -> Entry:
    return Entry(sent, sent, 1, status, colour="green")


LOG = [entry(10), entry(16.5, 500), entry(17.9, 500), entry(20)]


def broken(kept: list[promises.Promise]) -> list[str]:
    return [one.text for one in kept if not one.ok]


def test_a_good_go_live_keeps_every_promise() -> None:
    assert broken(promises.of_shift(GOOD, HOLDS)) == []


@pytest.mark.parametrize(
    ("change", "text"),
    [
        ({"failed": 1}, "no request fails"),
        ({"lasted": 48.1}, "constant load"),
        ({"steps": (Step(10, 10, 4.6), *TAKEN[1:])}, "each weight is held"),
        ({"steps": (*TAKEN[:4], Step(100, 96.9, 9))}, "traffic follows each weight"),
        ({"steps": (*TAKEN[:4], Step(100, None, 9))}, "traffic follows each weight"),
        ({"asked": (PAIRS[0], *PAIRS[2:])}, "weights rise step by step"),
        ({"asked": (PAIRS[1], PAIRS[0], *PAIRS[2:])}, "weights rise step by step"),
        ({"asked": (*PAIRS[:4], (100, 25))}, "weights rise step by step"),
        ({"asked": ()}, "weights rise step by step"),
    ],
)
def test_each_promise_of_a_good_release_can_be_broken_alone(change: dict[str, Any], text: str) -> None:
    assert broken(promises.of_shift(replace(GOOD, **change), HOLDS)) == [f"good release: {text}"]


def test_without_a_request_or_a_weight_a_good_go_live_promises_nothing() -> None:
    nothing = replace(GOOD, requests=0, steps=(), asked=())
    assert len(broken(promises.of_shift(nothing, HOLDS))) == 5


@pytest.mark.parametrize(("known", "back"), [(ERRORS, BACK), (UNREADY, UNFIT)])
def test_a_release_taken_back_in_time_keeps_every_promise(known: promises.Known, back: Revert) -> None:
    assert broken(promises.of_revert(ACT, back, LOG, (10, 25), known)) == []


@pytest.mark.parametrize(
    ("change", "text"),
    [
        ({"verdict_to_written_ms": 201}, "verdict to route written"),
        ({"verdict_to_written_ms": -1}, "verdict to route written"),
        ({"verdict_to_written_ms": None}, "verdict to route written"),
        ({"visible_to_last_bad_s": 2.01}, "last bad response"),
        ({"visible_to_last_bad_s": None}, "last bad response"),
        ({"failed_after_revert": 1}, "no request fails 1 s after the way back"),
        ({"failed_after_revert": None}, "no request fails 1 s after the way back"),
        ({"rule": "no ready pod"}, "what fired"),
        ({"rule": ""}, "what fired"),
        ({"asked": ((10, 90), (25, 75))}, "taken back in one write"),
        ({"asked": ((10, 90), (25, 75), (10, 90), (0, 100))}, "taken back in one write"),
        ({"asked": ((10, 90), (25, 75), (0, 100), (10, 90))}, "taken back in one write"),
        ({"asked": ((10, 90), (25, 75), (0, 75))}, "taken back in one write"),
    ],
)
def test_each_promise_of_a_bad_release_can_be_broken_alone(change: dict[str, Any], text: str) -> None:
    [one] = broken(promises.of_revert(ACT, replace(BACK, **change), LOG, (10, 25), ERRORS))
    assert one.startswith(f"bad release: {text}")


@pytest.mark.parametrize("stray", [entry(15.9, 500), entry(19.01, 404), entry(29, 503)])
def test_a_failure_outside_the_fault_breaks_a_promise(stray: Entry) -> None:
    kept = promises.of_revert(ACT, BACK, [*LOG, stray], (10, 25), ERRORS)
    assert broken(kept) == ["bad release: no other request fails"]


@pytest.mark.parametrize(
    ("colour", "known", "kept"),
    [("blue", ERRORS, False), ("blue", UNREADY, False), ("", ERRORS, False), ("", UNREADY, True)],
)
def test_only_the_new_colour_may_fail_and_the_gateway_where_pods_are_missing(
    colour: str, known: promises.Known, *, kept: bool
) -> None:
    stray = replace(entry(17.5, 503), colour=colour)
    back = UNFIT if known is UNREADY else BACK
    told = broken(promises.of_revert(ACT, back, [*LOG, stray], (10, 25), known))
    assert told == ([] if kept else [f"{known.name}: no other request fails"])


def test_an_unready_release_has_one_second_only() -> None:
    late = entry(18.1, 500)
    assert broken(promises.of_revert(ACT, BACK, [*LOG, late], (10, 25), ERRORS)) == []
    assert broken(promises.of_revert(ACT, UNFIT, [*LOG, late], (10, 25), UNREADY)) == [
        "unready release: no other request fails"
    ]


def test_without_a_visible_fault_nothing_is_promised_to_be_kept() -> None:
    kept = promises.of_revert(replace(ACT, visible=None), BACK, LOG, (10, 25), ERRORS)
    assert broken(kept) == ["bad release: no other request fails"]


def test_what_was_measured_is_said_in_numbers() -> None:
    said = {one.text: one.measured for one in promises.of_shift(GOOD, HOLDS)}
    assert list(said.values()) == [
        "60.0 requests/s", "0 of 2,400", "10 25 50 75 100", "5.2 5.2 5.2 5.2 5.2 s", "worst 1.0 at 100 %",
    ]  # fmt: skip
    wrong = promises.steps_are_taken(replace(GOOD, asked=((10, 100),)), STEPS)
    assert wrong.measured == "10; 10 and 100 are not 100"
    assert promises.missing("bad release", "not within 90 s: blue has 25 %").ok is False
