from dataclasses import replace
from io import StringIO

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from dev.demo.lines import changes
from dev.demo.state import Check, Colour, Hold, Note, State
from dev.demo.view import bar, clock, draw

STATE = State(
    clock=75,
    act="act 2 of 3: a bad release is taken back",
    phase="Shifting",
    waiting_for="Hold",
    step="2/5",
    target="blue",
    live="green",
    message="25 % of the traffic is on blue",
    hold=Hold(2, 5),
    colours=(
        Colour("blue", "3", 25, 24.8, 15, 15, 2),
        Colour("green", "2", 75, 75.2, 45, 0, 2),
    ),
    checks=(Check("error-rate", "1", "<= 0.01", "Breach"), Check("p95", "0.0048", "<= 0.25", "Pass")),
    notes=tuple(Note(float(number), f"note {number}") for number in range(40)),
)


def drawn(state: State, width: int = 80, lines: int = 24, *, colour: bool = False) -> str:
    console = Console(file=StringIO(), width=width, force_terminal=colour, no_color=not colour, record=True)
    console.print(draw(state, lines))
    return console.export_text()


def test_everything_a_person_asks_for_is_on_the_screen() -> None:
    text = " ".join(drawn(STATE).split())
    for expected in (
        "act 2 of 3: a bad release is taken back",
        "Shifting · waiting for Hold · step 2/5 · live green, target blue",
        "2 of 5 s",
        "traffic version asked observed req/s errors/s ready",
        "blue 3 25 % 24.8 % 15 15 2 ████",
        "green 2 75 % 75.2 % 45 0 2 ████████████",
        "error-rate 1 <= 0.01 Breach",
        "p95 0.0048 <= 0.25 Pass",
        "0:39 note 39",
        "1:15",
    ):
        assert expected in text


@pytest.mark.parametrize("nobody", [0, 3])
@pytest.mark.parametrize("checks", [STATE.checks, ()])
@pytest.mark.parametrize("notes", [0, 3, 40])
@pytest.mark.parametrize("lines", [24, 40])
def test_the_screen_has_one_height_whatever_happens(
    nobody: float, checks: tuple[Check, ...], notes: int, lines: int
) -> None:
    state = replace(STATE, nobody=nobody, checks=checks, notes=STATE.notes[:notes])
    assert len(drawn(state, lines=lines).splitlines()) == lines


def test_long_sentences_do_not_break_the_frame() -> None:
    state = replace(STATE, hold=None, message="m" * 300, notes=(Note(1, "n" * 300),), waiting_for="w" * 90)
    lines = drawn(state).splitlines()
    assert len(lines) == 24
    assert {len(line) for line in lines} == {80}


def test_an_empty_state_can_be_drawn() -> None:
    text = drawn(State(clock=0, act="the operator looks around"))
    assert "not seen yet" in text
    assert "none asked at this moment" in text


def test_requests_that_nobody_answered_have_a_row() -> None:
    assert "no application" in drawn(replace(STATE, nobody=3))
    assert "nobody" not in drawn(STATE)


def test_words_carry_the_meaning_without_colour() -> None:
    plain = Console(file=StringIO(), width=80, force_terminal=True, no_color=True)
    with plain.capture() as caught:
        plain.print(draw(STATE))
    assert "\x1b[3" not in caught.get()
    assert "Breach" in caught.get()


@given(st.floats(0, 100))
def test_a_bar_shows_whatever_is_above_zero(percent: float) -> None:
    assert (len(bar(percent, 20)) > 0) == (percent > 0)
    assert len(bar(percent, 20)) <= 20


@pytest.mark.parametrize(("seconds", "text"), [(0, "0:00"), (59.9, "0:59"), (61, "1:01"), (600, "10:00")])
def test_the_clock(seconds: float, text: str) -> None:
    assert clock(seconds) == text


def test_without_a_terminal_the_first_state_is_told_whole() -> None:
    assert changes(None, replace(STATE, notes=STATE.notes[:1])) == [
        "  75.0s  == act 2 of 3: a bad release is taken back",
        "  75.0s  note 0",
        "  75.0s  phase Shifting, step 2/5, waiting for Hold",
        "  75.0s  route: blue 25 %, green 75 %",
        "  75.0s  responses: blue 15/s, 15/s failing, green 45/s, 0/s failing",
        "  75.0s  check error-rate: Breach (1, limit <= 0.01)",
        "  75.0s  check p95: Pass (0.0048, limit <= 0.25)",
    ]


def test_without_a_terminal_nothing_new_is_no_line() -> None:
    blue, green = STATE.colours
    later = replace(
        STATE,
        clock=76,
        hold=Hold(3, 5),
        colours=(replace(blue, observed=25.1, rate=16, errors=14), green),
        checks=(replace(STATE.checks[0], value="0.9"), STATE.checks[1]),
    )
    assert changes(STATE, later) == []


def test_without_a_terminal_each_change_is_one_line() -> None:
    blue, green = STATE.colours
    back = (replace(blue, asked=0, errors=0), replace(green, asked=100))
    later = replace(STATE, clock=76, phase="RolledBack", step="", waiting_for="", colours=back, nobody=2)
    assert changes(STATE, later) == [
        "  76.0s  phase RolledBack",
        "  76.0s  route: blue 0 %, green 100 %",
        "  76.0s  responses: blue 15/s, 0/s failing, green 45/s, 0/s failing, 2/s answered by nobody",
    ]
