"""The trials of a seed: the same ones however much the undisturbed runs happened to write."""

import argparse
from dataclasses import replace

import pytest

from tests.faults.__main__ import UnknownTrialError, chooser, is_whole, parser
from tests.faults.kinds import KINDS, Measure, trials
from tests.faults.limits import LASTS
from tests.faults.scenarios import SCENARIOS
from tests.faults.slice import slice_of
from tests.faults.trial import Trial


def storms(writes: int) -> list[Trial]:
    measures = dict.fromkeys(SCENARIOS, Measure(writes, 2 * writes))
    return [trial for trial in trials(measures, 1) if trial.kind == "storms"]


def test_a_storms_faults_are_the_same_whatever_was_measured() -> None:
    def but_for_numbers(trial: Trial) -> Trial:
        faults = tuple(replace(fault, nth=0) for fault in trial.faults)
        return replace(trial, faults=faults, expired=frozenset())

    assert [but_for_numbers(one) for one in storms(20)] == [but_for_numbers(one) for one in storms(21)]
    assert {fault.nth for trial in storms(20) for fault in trial.faults} == set(range(1, 21))


def test_a_trial_that_there_is_not_is_said_to_be_unknown() -> None:
    choose = chooser(argparse.Namespace(slice=False, trial=["storms/good/none"], only=None, first=0, each=1))
    with pytest.raises(
        UnknownTrialError, match="no trial is called storms/good/none: write KIND/SCENARIO/WHAT"
    ):
        list(choose(storms(20)))


def test_every_kind_has_a_longest_way_back() -> None:
    assert set(LASTS) == set(KINDS)


@pytest.mark.parametrize(
    "words", ["--slice", "--only kills", "--trial a/b/c", "--each 2", "--first 3", "--seed 7 --each 2"]
)
def test_a_part_of_the_trials_is_not_taken_for_the_whole(words: str) -> None:
    assert is_whole(parser().parse_args(["--seed", "7"]))
    assert not is_whole(parser().parse_args(words.split()))


@pytest.mark.parametrize("writes", [18, 23, 30])
def test_the_slice_has_of_every_kind_of_short_trials_and_of_both_ways_to_be_away(writes: int) -> None:
    measures = dict.fromkeys(SCENARIOS, Measure(writes, 2 * writes))
    chosen = [trial.name for trial in slice_of(trials(measures, 1))]
    assert {name.partition("/")[0] for name in chosen} == set(KINDS) - {"defaults"}
    for way in ("outages/good/refused", "outages/good/black_hole", "reverts/breach-50/swallowed"):
        assert any(name.startswith(way) for name in chosen), way
    assert len(chosen) < 65
