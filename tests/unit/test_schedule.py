"""The schedule, in scripted time: an hour of it passes in no time."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from typing_extensions import override

from golive.schedule import Key, Schedule, Tick
from tests.scripted_time import play

A, B, C = ("shop", "a"), ("shop", "b"), ("shop", "c")


@dataclass
class Ticks:
    """What was ticked and when, and how long each tick takes."""

    takes: float = 0.0
    again: float | None = None
    done: list[tuple[float, Key]] = field(default_factory=list)
    running: set[Key] = field(default_factory=set)
    most: int = 0
    overlapped: bool = False
    on_start: Callable[[Key], None] = lambda _: None

    async def __call__(self, key: Key) -> float | None:
        self.overlapped = self.overlapped or key in self.running
        self.running.add(key)
        self.most = max(self.most, len(self.running))
        self.done.append((asyncio.get_running_loop().time(), key))
        self.on_start(key)
        await asyncio.sleep(self.takes)
        self.running.discard(key)
        return self.again


@asynccontextmanager
async def a_schedule(tick: Tick, **fields: Any) -> AsyncIterator[Schedule]:
    schedule = Schedule(tick, asyncio.get_running_loop().time, **fields)
    running = asyncio.create_task(schedule.run())
    try:
        yield schedule
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


def seen(
    ticks: Ticks, scene: Callable[[Schedule], Coroutine[Any, Any, None]], **fields: Any
) -> list[tuple[float, Key]]:
    """Play a scene, and return the ticks it led to."""

    async def whole() -> None:
        async with a_schedule(ticks, **fields) as schedule:
            await scene(schedule)

    play(whole())
    return [(round(at, 3), key) for at, key in ticks.done]


def test_ticks_come_in_the_order_they_are_due() -> None:
    async def scene(schedule: Schedule) -> None:
        schedule.mark(A, delay=3)
        schedule.mark(B, delay=1)
        schedule.mark(C, delay=2)
        await asyncio.sleep(10)

    assert seen(Ticks(), scene) == [(1, B), (2, C), (3, A)]


def test_an_earlier_moment_stands_and_a_later_one_changes_nothing() -> None:
    async def scene(schedule: Schedule) -> None:
        schedule.mark(A, delay=5)
        schedule.mark(A, delay=2)
        schedule.mark(A, delay=9)
        await asyncio.sleep(20)

    assert seen(Ticks(), scene) == [(2, A)]


def test_a_tick_says_when_the_next_is_due() -> None:
    async def scene(schedule: Schedule) -> None:
        schedule.mark(A)
        await asyncio.sleep(35)

    assert [at for at, _ in seen(Ticks(again=10), scene)] == [0, 10, 20, 30]


def test_marks_of_one_moment_make_one_tick() -> None:
    async def scene(schedule: Schedule) -> None:
        for _ in range(100):
            schedule.mark(A)
        await asyncio.sleep(1)

    assert seen(Ticks(), scene) == [(0, A)]


def test_a_mark_during_a_tick_is_not_lost_and_waits_for_its_end() -> None:
    async def scene(schedule: Schedule) -> None:
        schedule.mark(A)
        await asyncio.sleep(0.5)
        schedule.mark(A)
        await asyncio.sleep(10)

    ticks = Ticks(takes=1)
    assert seen(ticks, scene) == [(0, A), (1, A)]
    assert not ticks.overlapped


def test_a_mark_during_a_tick_is_not_lost_to_the_later_moment_that_the_tick_asks_for() -> None:
    async def scene(schedule: Schedule) -> None:
        schedule.mark(A)
        await asyncio.sleep(0.5)
        schedule.mark(A)
        await asyncio.sleep(3)

    assert [at for at, _ in seen(Ticks(takes=1, again=60), scene)] == [0, 1]


def test_draining_ends_what_runs_and_begins_nothing() -> None:
    async def scene(schedule: Schedule) -> None:
        schedule.mark(A)
        schedule.mark(B, delay=1)
        await asyncio.sleep(0.5)
        await schedule.drain()
        assert asyncio.get_running_loop().time() == pytest.approx(2)
        await asyncio.sleep(10)

    ticks = Ticks(takes=2)
    assert seen(ticks, scene) == [(0, A)]
    assert not ticks.running


def test_a_thousand_that_wait_for_a_worker_cost_a_start_each_and_no_more() -> None:
    starts: list[int] = []

    class Counted(deque[Key]):
        @override
        def popleft(self) -> Key:
            starts.append(1)
            return super().popleft()

    async def scene(schedule: Schedule) -> None:
        schedule._ordinary = Counted()
        for number in range(1000):
            schedule.mark(("shop", str(number)))
        await asyncio.sleep(2000)

    assert len(seen(Ticks(takes=1), scene, workers=1)) == 1000
    assert len(starts) == 1000


def test_a_mark_from_within_a_tick_is_not_lost() -> None:
    marks = [A]

    async def scene(schedule: Schedule) -> None:
        ticks.on_start = lambda key: schedule.mark(key) if marks and marks.pop() else None
        schedule.mark(A)
        await asyncio.sleep(10)

    ticks = Ticks(takes=1)
    assert seen(ticks, scene) == [(0, A), (1, A)]


def test_a_mark_during_a_tick_comes_before_what_the_tick_asked_for() -> None:
    async def scene(schedule: Schedule) -> None:
        schedule.mark(A)
        await asyncio.sleep(0.5)
        schedule.mark(A, delay=1)
        await asyncio.sleep(4)

    assert [at for at, _ in seen(Ticks(takes=1, again=60), scene)] == [0, 1.5]


def test_workers_are_bounded() -> None:
    async def scene(schedule: Schedule) -> None:
        for number in range(50):
            schedule.mark(("shop", str(number)))
        await asyncio.sleep(100)

    ticks = Ticks(takes=1)
    assert len(seen(ticks, scene, workers=4, urgent_workers=2)) == 50
    assert ticks.most == 4
    assert max(at for at, _ in ticks.done) == pytest.approx(12)


def a_full_house(schedule: Schedule) -> None:
    for number in range(10):
        schedule.mark(("shop", str(number)))


def test_reverts_have_a_lane_of_their_own() -> None:
    async def scene(schedule: Schedule) -> None:
        a_full_house(schedule)
        await asyncio.sleep(0.5)
        schedule.mark(A, urgent=True)
        await asyncio.sleep(30)

    ticks = Ticks(takes=5)
    assert (0.5, A) in seen(ticks, scene, workers=4, urgent_workers=2)
    assert ticks.most == 5


def test_the_lane_of_reverts_is_bounded_too() -> None:
    async def scene(schedule: Schedule) -> None:
        a_full_house(schedule)
        await asyncio.sleep(0.5)
        for key in (A, B, C):
            schedule.mark(key, urgent=True)
        await asyncio.sleep(30)

    ticks = Ticks(takes=5)
    times = {key: at for at, key in seen(ticks, scene, workers=4, urgent_workers=2)}
    assert [times[key] for key in (A, B, C)] == [0.5, 0.5, 5.5]
    assert ticks.most == 6


def test_however_many_reverts_there_are_the_others_go_on() -> None:
    async def scene(schedule: Schedule) -> None:
        for moment in range(40):
            for number in range(12):
                schedule.mark(("shop", f"urgent-{number}"), urgent=True)
            if moment == 10:
                schedule.mark(A)
            await asyncio.sleep(0.05)

    ticks = Ticks(takes=0.3)
    assert (0.5, A) in seen(ticks, scene, workers=2, urgent_workers=8)


def test_one_that_is_to_hurry_is_done_in_the_lane_of_reverts_when_it_is_due() -> None:
    async def scene(schedule: Schedule) -> None:
        schedule.mark(A, delay=1)
        schedule.hurry(A)
        a_full_house(schedule)
        await asyncio.sleep(30)

    assert (1, A) in seen(Ticks(takes=5), scene, workers=4, urgent_workers=2)


def test_one_that_would_go_back_when_its_time_has_come_is_done_in_the_lane_of_reverts() -> None:
    async def scene(schedule: Schedule) -> None:
        schedule.mark(A, delay=1)
        schedule.mark(B, delay=1)
        a_full_house(schedule)
        await asyncio.sleep(30)

    done = seen(Ticks(takes=5), scene, workers=4, urgent_workers=2, goes_down=lambda key: key == A)
    assert (1, A) in done
    assert next(at for at, key in done if key == B) > 1


def test_while_a_worker_is_free_nobody_is_asked_whether_it_would_go_back() -> None:
    async def scene(schedule: Schedule) -> None:
        schedule.mark(A, delay=1)
        await asyncio.sleep(2)

    def never(key: Key) -> bool:
        raise AssertionError(key)

    assert seen(Ticks(), scene, goes_down=never) == [(1, A)]


def test_moments_that_count_no_more_are_let_go_long_before_they_come() -> None:
    async def scene(schedule: Schedule) -> None:
        for _ in range(1000):
            schedule.mark(A)
            await asyncio.sleep(30)
        assert len(schedule._heap) < 200

    ticks = Ticks(again=86400)
    assert len(seen(ticks, scene)) == 1000


def test_what_is_due_at_once_is_not_asked_whether_it_would_go_back() -> None:
    async def scene(schedule: Schedule) -> None:
        schedule.mark(A)
        await asyncio.sleep(1)

    def never(key: Key) -> bool:
        raise AssertionError(key)

    assert seen(Ticks(), scene, goes_down=never) == [(0, A)]


def test_what_waits_for_a_worker_and_turns_urgent_waits_no_longer() -> None:
    async def scene(schedule: Schedule) -> None:
        a_full_house(schedule)
        schedule.mark(A)
        await asyncio.sleep(0.5)
        schedule.mark(A, urgent=True)
        await asyncio.sleep(30)

    assert (0.5, A) in seen(Ticks(takes=5), scene, workers=4, urgent_workers=2)


def test_what_is_due_later_and_turns_urgent_waits_no_longer() -> None:
    async def scene(schedule: Schedule) -> None:
        schedule.mark(A, delay=60)
        await asyncio.sleep(1)
        schedule.mark(A, urgent=True)
        await asyncio.sleep(10)

    assert seen(Ticks(), scene) == [(1, A)]


def test_urgency_ends_with_the_tick_that_it_was_for() -> None:
    async def scene(schedule: Schedule) -> None:
        schedule.mark(A, urgent=True)
        await asyncio.sleep(6)
        a_full_house(schedule)
        await asyncio.sleep(0.5)
        schedule.mark(A)
        await asyncio.sleep(30)

    times = [at for at, key in seen(Ticks(takes=5), scene, workers=4, urgent_workers=2) if key == A]
    assert times[0] == 0
    assert times[1] > 7


def test_it_says_who_waits_and_how_long_and_when_a_tick_last_began() -> None:
    async def scene(schedule: Schedule) -> None:
        assert (schedule.due(), schedule.overdue()) == (0, 0)
        schedule.mark(A)
        schedule.mark(B, delay=1)
        schedule.mark(C, delay=60)
        await asyncio.sleep(4)
        assert (schedule.due(), schedule.overdue()) == (1, 3)
        assert schedule.ticked_at == 0
        await asyncio.sleep(2)
        assert (schedule.due(), schedule.overdue()) == (0, 0)
        assert schedule.ticked_at == 5

    seen(Ticks(takes=5), scene, workers=1, urgent_workers=0)


def test_a_tick_that_fails_frees_its_worker() -> None:
    ticks = Ticks()

    async def tick(key: Key) -> float | None:
        await ticks(key)
        raise AssertionError("a fault")

    async def scene(schedule: Schedule) -> None:
        asyncio.get_running_loop().set_exception_handler(lambda *_: None)
        for key in (A, B, A, C):
            schedule.mark(key)
            await asyncio.sleep(1)

    async def whole() -> None:
        async with a_schedule(tick, workers=1, urgent_workers=0) as schedule:
            await scene(schedule)

    play(whole())
    assert [key for _, key in ticks.done] == [A, B, A, C]


def test_when_it_ends_its_ticks_end() -> None:
    ended: list[Key] = []

    async def tick(key: Key) -> float | None:
        try:
            await asyncio.sleep(60)
        finally:
            ended.append(key)
        return None

    async def whole() -> None:
        schedule = Schedule(tick, asyncio.get_running_loop().time)
        running = asyncio.create_task(schedule.run())
        schedule.mark(A)
        await asyncio.sleep(1)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)

    play(whole())
    assert ended == [A]


@settings(deadline=None, max_examples=100)
@given(
    st.lists(
        st.tuples(st.sampled_from([A, B, C]), st.floats(0, 3), st.floats(0, 3), st.booleans()), max_size=15
    ),
    st.integers(1, 3),
)
def test_whatever_is_marked_is_ticked_after_the_mark_in_time_and_never_twice_at_once(
    marks: list[tuple[Key, float, float, bool]], workers: int
) -> None:
    marked: list[tuple[float, float, Key]] = []

    async def scene(schedule: Schedule) -> None:
        for key, delay, pause, urgent in marks:
            schedule.mark(key, delay=delay, urgent=urgent)
            now = asyncio.get_running_loop().time()
            marked.append((now, now + delay, key))
            await asyncio.sleep(pause)
        await asyncio.sleep(60)

    ticks = Ticks(takes=1)
    seen(ticks, scene, workers=workers, urgent_workers=1)
    assert not ticks.overlapped
    assert ticks.most <= workers + 1
    longest_queue = len(marks)
    for now, moment, key in marked:
        assert any(other == key and now <= at <= moment + longest_queue for at, other in ticks.done)
    assert len(ticks.done) <= len(marks)
