import asyncio
from pathlib import Path
from typing import Any, cast

import pytest

from dev.bench.audit import AuditLog
from dev.bench.churn import DEEDS, Churn
from dev.bench.plan import plan
from dev.bench.plant import Plant
from dev.bench.soak import faults, table, trends, what_ended

Sample = dict[str, float | None]


def samples(count: int = 61, **more: Any) -> list[Sample]:
    level = {"rss_mib": 100.0, "threads": 9.0, "fds": 20.0, "tasks": 30.0}
    return [{"at": 30.0 * number, **level, **more} for number in range(count)]


def figures(taken: list[Sample] | None = None, **more: Any) -> dict[str, Any]:
    return {
        "n": 100,
        "minutes": 30.0,
        "machine": "2 cores",
        "date": "2026-01-02",
        "done": dict.fromkeys(DEEDS, 1),
        "stuck": [],
        "ended": "",
        "trends": trends(samples() if taken is None else taken),
        **more,
    }


def test_a_soak_in_which_all_went_well_has_no_fault() -> None:
    assert faults(figures()) == []
    assert table(figures()).splitlines()[-1] == "it passed"


def test_a_series_that_was_never_seen_is_not_flat() -> None:
    told = figures(samples(tasks=None))

    assert faults(told) == ["tasks: NOT FLAT"]
    assert "not known in 61 samples" in table(told)


def test_a_series_with_a_hole_is_not_flat_and_one_lost_sample_is_no_hole() -> None:
    one, many = samples(), samples()
    one[5]["tasks"] = None
    for sample in many[40:50]:
        sample["tasks"] = None

    assert faults(figures(one)) == []
    assert faults(figures(many)) == ["tasks: NOT FLAT"]


def test_a_soak_without_a_sample_is_not_flat() -> None:
    assert len(faults(figures([]))) == 4


def test_a_few_minutes_cannot_be_said_flat() -> None:
    assert "rss_mib: too short to say" in faults(figures(samples(5)))


@pytest.mark.parametrize("deed", DEEDS)
def test_each_kind_of_deed_has_to_have_been_done(deed: str) -> None:
    done = {name: 3 for name in DEEDS if name != deed}

    assert faults(figures(done=done)) == [f"never {deed}: let it last longer"]


def test_what_was_stuck_and_what_ended_is_said() -> None:
    told = figures(stuck=["app-1: gone"], ended="the operator has ended with status 1, after 30 s")

    assert faults(told) == ["stuck: app-1: gone", "the operator has ended with status 1, after 30 s"]
    assert "it failed:\n  stuck: app-1: gone" in table(told)


async def test_lives_that_have_ended_are_said_with_what_ended_them() -> None:
    lives: asyncio.Future[None] = asyncio.get_running_loop().create_future()
    assert what_ended(None, lives) == ""
    assert what_ended(3, lives) == "the operator has ended with status 3"

    lives.set_exception(ValueError("the log makes no sense"))
    assert what_ended(None, lives) == "the lives have ended by ValueError('the log makes no sense')"

    over: asyncio.Future[None] = asyncio.get_running_loop().create_future()
    over.set_result(None)
    assert what_ended(None, over) == "the lives have ended, all stuck"


class BrokenPlant:
    """One whose API server hangs up."""

    def __init__(self, log: Path) -> None:
        self.audit = AuditLog(log, keep=False)
        self.api = self

    async def merge(self, *_: Any) -> None:
        raise ConnectionResetError("hung up")

    async def find(self, *_: Any) -> None:
        raise TimeoutError("no answer")


async def test_any_exception_of_a_life_is_a_stuck_one_and_when_all_are_stuck_it_is_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dev.bench.churn.REST", 0.0)
    log = tmp_path / "audit.log"
    log.touch()
    churn = Churn(cast("Plant", BrokenPlant(log)), plan("2", "spread"), seed=1)

    async with asyncio.timeout(10):
        await churn.run()

    assert len(churn.stuck) == 2
    assert "ConnectionResetError('hung up'); it cannot be read: TimeoutError('no answer')" in churn.stuck[0]


async def test_a_log_that_cannot_be_read_ends_the_lives_with_its_error(tmp_path: Path) -> None:
    churn = Churn(cast("Plant", BrokenPlant(tmp_path / "none")), plan("2", "spread"), seed=1)

    with pytest.raises(ExceptionGroup) as raised:
        async with asyncio.timeout(10):
            await churn.run()

    assert raised.group_contains(FileNotFoundError)
