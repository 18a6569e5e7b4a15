"""What the work at hand is about: ids of a run and its step, none between runs, the same after a restart."""

from dataclasses import replace

import pytest

from golive.api.golive import parse
from golive.api.status import GoLiveStatus, Phase
from golive.subject import Subject, about
from tests.raw import a_golive
from tests.statuses import whole_status


def subject(before: GoLiveStatus, after: GoLiveStatus) -> Subject:
    return about(replace(parse(a_golive()), status=before), after)


def in_phase(phase: Phase) -> GoLiveStatus:
    return whole_status().model_copy(update={"phase": phase})


@pytest.mark.parametrize("phase", [Phase.SHIFTING, Phase.STABILISING, Phase.ROLLING_BACK])
def test_on_a_run_it_names_the_run_and_its_step(phase: Phase) -> None:
    found = subject(GoLiveStatus(), in_phase(phase))
    assert (found.run, found.step) == (f"{found.uid}/2", f"{found.uid}/2/2")
    assert found.intended_at == whole_status().step.intended_at  # type: ignore[union-attr]  # it has one


@pytest.mark.parametrize(
    "phase", [Phase.PENDING, Phase.PREPARING, Phase.LIVE, Phase.ROLLED_BACK, Phase.ABORTED]
)
def test_between_runs_it_names_neither(phase: Phase) -> None:
    found = subject(in_phase(phase), in_phase(phase))
    assert (found.run, found.step) == ("", "")
    assert found.uid


def test_what_ends_a_run_is_still_about_it() -> None:
    found = subject(in_phase(Phase.ROLLING_BACK), in_phase(Phase.ROLLED_BACK))
    assert found.step == f"{found.uid}/2/2"


def test_a_run_without_a_step_has_no_id_of_one() -> None:
    found = subject(GoLiveStatus(), in_phase(Phase.ROLLING_BACK).model_copy(update={"step": None}))
    assert (found.run, found.step) == (f"{found.uid}/2", "")
