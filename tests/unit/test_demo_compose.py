import asyncio
from pathlib import Path

import pytest

from dev.demo.acts import arrived, reached, stuck
from dev.demo.compose import compose, hold
from dev.demo.errors import Late
from dev.demo.objects import GoLive
from dev.demo.state import Colour, Hold
from dev.demo.timeline import Seen, Timeline
from dev.demo.traffic import Tail
from dev.load.log import Entry, dump

STEP = GoLive(target="green", phase="Shifting", step="1/5", acknowledged=True, hold=5, run=2, weight=10)


def entry(sent: float, colour: str = "blue", status: int = 200) -> Entry:
    return Entry(sent, sent, 1, status, colour=colour)


def test_nothing_seen_is_an_empty_screen() -> None:
    state = compose("prelude", Timeline(started=10), [], {}, 12)
    assert (state.clock, state.act, state.phase, state.hold) == (2, "prelude", "", None)
    assert state.colours[0] == Colour("blue", "", None, None, 0, 0, 0)


def test_the_screen_shows_the_newest_of_everything() -> None:
    timeline = Timeline(started=10)
    timeline.saw_weights({"blue": 100, "green": 0})
    timeline.saw_weights({"blue": 90, "green": 10})
    timeline.saw_ready({"blue": 2, "green": 1})
    timeline.saw_golive(STEP)
    recent = [entry(11), entry(11), entry(11, "green", 500), entry(11, "", 404)]
    state = compose("act", timeline, recent, {"blue": "1", "green": "2"}, 12)
    assert (state.phase, state.step) == ("Shifting", "1/5")
    assert state.colours == (
        Colour("blue", "1", 90, 50, 2 / 3, 0, 2),
        Colour("green", "2", 10, 25, 1 / 3, 1 / 3, 1),
    )
    assert state.nobody == 1 / 3


def test_a_hold_counts_from_its_acknowledgement_whatever_else_changes() -> None:
    seen = [
        Seen(1.0, GoLive(target="green", phase="Shifting", step="1/5", run=2)),
        Seen(2.0, STEP),
        Seen(4.0, GoLive(**{**vars(STEP), "waiting_for": "Hold"})),
    ]
    assert hold(seen, 5) == Hold(3, 5)
    assert hold(seen[:1], 5) is None
    assert hold([], 5) is None


def test_a_step_without_a_hold_has_no_bar() -> None:
    assert hold([Seen(1.0, GoLive(**{**vars(STEP), "hold": 0}))], 5) is None


def test_only_changes_are_kept() -> None:
    timeline = Timeline()
    for _ in range(3):
        timeline.saw_weights({"blue": 100})
    assert len(timeline.weights) == 1


async def test_waiting_ends_with_the_change_that_makes_it_true() -> None:
    timeline = Timeline()
    asyncio.get_running_loop().call_later(0.01, timeline.saw_weights, {"blue": 100})
    await timeline.until(lambda: bool(timeline.weights), "a weight", 5)


async def test_what_does_not_happen_is_named() -> None:
    with pytest.raises(Late, match=r"not within 0.01 s: a weight"):
        await Timeline().until(lambda: False, "a weight", 0.01)


def test_the_log_is_followed_line_by_line(tmp_path: Path) -> None:
    path = tmp_path / "load.jsonl"
    tail = Tail(path)
    assert tail.recent(10) == []
    lines = [dump(entry(10)), dump(entry(11)), dump(entry(12))]
    path.write_text(lines[0] + lines[1][:9])
    assert [one.sent for one in tail.recent(12)] == [10]
    path.write_text("".join(lines))
    assert [one.sent for one in tail.recent(13.5)] == [11, 12]


def test_an_act_knows_where_it_waits() -> None:
    live = GoLive(target="green", live="green", phase="Live", ready=True)
    assert arrived(live, "green")
    assert not arrived(GoLive(**{**vars(live), "ready": False}), "green")
    assert not arrived(GoLive(**{**vars(live), "live": "blue"}), "green")
    assert reached(STEP, "green", 10)
    assert not reached(STEP, "blue", 10)
    assert not reached(STEP, "green", 25)
    assert stuck(GoLive(target="blue", version="3", stalled=True), "3")
    assert not stuck(GoLive(target="blue", version="3", stalled=True), "2")
