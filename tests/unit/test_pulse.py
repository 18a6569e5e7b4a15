"""The pulse, in scripted time: what it tells of a loop that lags, of silence, and of ticks that do not begin."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

from golive.pulse import BEAT, Pulse
from golive.record.health import Vitals
from golive.schedule import Schedule
from tests.scripted_time import play

A = ("shop", "a")


@dataclass
class Hearing:
    unheard: tuple[str, ...] = ()
    listened: int = 0

    def listen(self) -> None:
        self.listened += 1

    def silences(self) -> dict[str, float]:
        return {"GoLive": 3.0}

    def unlisted(self) -> tuple[str, ...]:
        return self.unheard


@dataclass
class Scene:
    """A pulse that beats over a schedule that nobody runs."""

    hearing: Hearing = field(default_factory=Hearing)
    leads: bool = True
    late: float = 0.0
    lags: list[float] = field(default_factory=list)
    found: list[Vitals] = field(default_factory=list)

    async def play(self, *steps: Callable[[], object] | float) -> Vitals:
        schedule = Schedule(self._tick, lambda: asyncio.get_running_loop().time() + self.late)
        self.schedule = schedule
        pulse = Pulse(schedule, self.hearing, lambda: self.leads, self.lags.append, 70.0)
        beating = asyncio.create_task(pulse.beat())
        await asyncio.sleep(0)
        for step in steps:
            if callable(step):
                step()
            else:
                await asyncio.sleep(step)
        beating.cancel()
        await asyncio.gather(beating, return_exceptions=True)
        return pulse.vitals()

    async def _tick(self, key: tuple[str, str]) -> None:
        raise AssertionError(f"nobody ticks here: {key}")

    def stall(self) -> None:
        # The clock goes on while the loop does not.
        self.late += 12.0


def test_it_beats_and_listens_without_lag() -> None:
    scene = Scene()
    vitals = play(scene.play(10.1))
    assert len(scene.lags) == scene.hearing.listened == int(10 / BEAT)
    assert max(scene.lags) < 0.001
    assert vitals.lag < BEAT
    assert (vitals.silences, vitals.patience, vitals.overdue) == ({"GoLive": 3.0}, 70.0, 0.0)


def test_a_stall_is_told_at_once_and_for_ten_seconds() -> None:
    during = Scene()
    assert play(during.play(5, during.stall)).lag > 11
    after = Scene()
    assert play(after.play(5, after.stall, 9)).lag > 11
    assert max(after.lags) > 11
    later = Scene()
    assert play(later.play(5, later.stall, 11)).lag < 1


def test_a_golive_that_is_due_while_no_tick_begins_is_told() -> None:
    scene = Scene()
    vitals = play(scene.play(5, lambda: scene.schedule.mark(A), 40))
    assert vitals.overdue == 40
    assert vitals.standstill >= 40


def test_one_that_is_due_later_is_not_overdue() -> None:
    scene = Scene()
    assert play(scene.play(lambda: scene.schedule.mark(A, delay=50), 40)).overdue == 0


def test_a_standby_and_one_that_has_not_listed_do_not_stand_still() -> None:
    for scene in (Scene(leads=False), Scene(hearing=Hearing(unheard=("Service",)))):
        vitals = play(scene.play(lambda scene=scene: scene.schedule.mark(A), 40))  # type: ignore[misc]  # bound now
        assert vitals.standstill < 1


def test_who_has_just_begun_to_lead_has_time_to_tick() -> None:
    scene = Scene(leads=False)

    def lead() -> None:
        scene.leads = True

    vitals = play(scene.play(lambda: scene.schedule.mark(A), 100, lead, 5))
    assert vitals.overdue == 100 + 5
    assert vitals.standstill <= 5 + BEAT
