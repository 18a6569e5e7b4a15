import asyncio
from pathlib import Path
from typing import Any, cast

import pytest
from typing_extensions import override

from dev.demo.acts import Marks, unready
from dev.demo.api import Api
from dev.demo.errors import Late
from dev.demo.objects import GoLive
from dev.demo.runner import SECONDS, Demo
from dev.demo.stage import Stage
from dev.load.generator import MAX_SECONDS, Load
from dev.revert.__main__ import main
from dev.revert.rounds import MOST_ROUNDS, load_seconds, pauses


def demo(**more: Any) -> Demo:
    return Demo(
        Path("kubeconfig"), "http://127.0.0.1:1/", "http://127.0.0.1:2", ["golive"], Path("build"), **more
    )


def bound(one: Demo) -> float:
    command = one.load_command
    return float(command[command.index("--seconds") + 1])


def test_the_load_lasts_as_long_as_its_rounds_may_and_the_demos_as_before() -> None:
    assert bound(demo()) == SECONDS
    assert bound(demo(seconds=load_seconds(6))) == load_seconds(6)
    assert load_seconds(6) > 6 * 120


def test_as_many_rounds_are_taken_as_a_load_may_last_for() -> None:
    Load("http://127.0.0.1:1/", rate=100, seconds=load_seconds(MOST_ROUNDS))

    assert load_seconds(MOST_ROUNDS + 1) > MAX_SECONDS


@pytest.mark.parametrize("rounds", ["0", "-1", str(MOST_ROUNDS + 1)])
def test_rounds_that_no_load_outlasts_are_refused_with_a_sentence(
    rounds: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        main(["--rounds", rounds])

    assert f"write 1 to {MOST_ROUNDS}" in capsys.readouterr().err


def test_the_fault_comes_anywhere_in_the_interval_and_can_be_repeated() -> None:
    many = pauses(1, 1000)

    assert pauses(1, 6) == many[:6]
    assert pauses(2, 6) != many[:6]
    assert min(many) < 0.1
    assert 4.9 < max(many) <= 5.0


class Halting(Stage):
    """A stage on which nothing comes after the fault."""

    @override
    async def break_pods(self, *_: str) -> float:
        raise Late("the fault was told")


async def test_a_release_stays_good_for_its_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    slept: list[float] = []

    async def sleep(seconds: float) -> None:
        slept.append(seconds)

    stage = Halting(cast("Api", None), "")
    stage.timeline.saw_golive(GoLive(target="blue", weight=25, acknowledged=True))
    monkeypatch.setattr(asyncio, "sleep", sleep)

    with pytest.raises(Late, match="the fault was told"):
        await unready(stage, Marks(), after=3.5)

    assert slept == [3.5]
