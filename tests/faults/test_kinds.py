"""The trials of a seed: the same ones however much the undisturbed runs happened to write."""

import argparse
from dataclasses import replace

import pytest

from tests.faults.__main__ import UnknownTrialError, chooser
from tests.faults.kinds import KINDS, Measure, trials
from tests.faults.limits import LASTS
from tests.faults.scenarios import SCENARIOS
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
