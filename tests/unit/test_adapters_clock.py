from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from golive.adapters.clock import ServerClock

EPOCH = datetime(2026, 1, 1, 12, 0, 0, 700_000, tzinfo=UTC)


@dataclass
class World:
    """A server's clock that started at EPOCH, and our monotonic seconds, which run beside it."""

    seconds: float = 1000.0
    offset: timedelta = timedelta(0)
    pace: float = 1.0
    clock: ServerClock = field(init=False)

    def __post_init__(self) -> None:
        self.clock = ServerClock(lambda: self.seconds)

    @property
    def server(self) -> datetime:
        return EPOCH + self.offset + timedelta(seconds=(self.seconds - 1000) * self.pace)

    def ask(self, there: float = 0.002, back: float = 0.002) -> None:
        """Do one request that takes so long to get there and back."""
        sent = self.seconds
        self.seconds += there
        date = format_datetime(self.server.replace(microsecond=0), usegmt=True)
        self.seconds += back
        self.clock.observe(date, sent, self.seconds)

    @property
    def error(self) -> float:
        return (self.clock.now() - self.server).total_seconds()


def test_it_is_not_read_before_the_first_answer() -> None:
    with pytest.raises(AssertionError, match="before the API server has answered"):
        World().clock.now()


def test_one_answer_brings_it_within_half_a_second() -> None:
    world = World()
    world.ask()
    assert abs(world.error) <= 0.51


def test_the_bounds_of_many_answers_meet() -> None:
    world = World()
    for _ in range(40):
        world.ask()
        world.seconds += 0.237
    assert abs(world.error) <= 0.02


def test_a_slow_answer_never_makes_it_worse() -> None:
    world = World()
    for _ in range(40):
        world.ask()
        world.seconds += 0.237
    world.ask(there=1.9, back=0.05)
    assert abs(world.error) <= 0.03


def test_it_runs_on_between_answers() -> None:
    world = World()
    world.ask()
    before = world.clock.now()
    world.seconds += 10
    assert world.clock.now() - before == timedelta(seconds=10)


def test_it_never_goes_back() -> None:
    world = World()
    told = []
    for number in range(200):
        world.ask(there=0.001 * (number % 7), back=0.001 * (number % 11))
        world.seconds += 0.05
        told.append(world.clock.now())
    assert told == sorted(told)


def test_a_server_clock_that_is_set_forward_is_followed_once_three_answers_agree() -> None:
    world = World()
    world.ask()
    world.offset = timedelta(minutes=5)
    for _ in range(3):
        world.ask()
    assert abs(world.error) <= 0.51


@pytest.mark.parametrize("leap", [timedelta(hours=1), timedelta(hours=-1)])
def test_one_answer_of_another_time_moves_nothing(leap: timedelta) -> None:
    world = World()
    world.ask()
    for _ in range(5):
        world.offset = leap
        world.ask()
        world.offset = timedelta(0)
        world.ask()
    assert abs(world.error) <= 0.51


def test_a_server_clock_that_is_set_back_slows_ours_until_they_meet() -> None:
    world = World()
    world.ask()
    world.clock.now()
    world.offset = timedelta(seconds=-10)
    for _ in range(3):
        world.ask()
    before = world.clock.now()
    world.seconds += 4
    assert 1.9 <= (world.clock.now() - before).total_seconds() <= 2.1
    for _ in range(30):
        world.seconds += 1
        world.ask()
        world.clock.now()
    assert abs(world.error) <= 0.51


def test_clocks_that_drift_apart_are_followed_closely() -> None:
    world = World(pace=1.0003)
    errors = []
    for _ in range(2000):
        world.ask()
        world.seconds += 5.237
        errors.append(abs(world.error))
    assert max(errors[200:]) <= 0.1


@pytest.mark.parametrize("date", ["", "yesterday", "Thu, 99 Jan 2026 12:00:00 GMT"])
def test_an_answer_without_a_date_changes_nothing(date: str) -> None:
    world = World()
    world.ask()
    before = world.clock.now()
    world.clock.observe(date, world.seconds, world.seconds)
    assert world.clock.now() == before
