"""What a trace is made of: one trace per run, spans that fit into each other, the same ids after a restart."""

from datetime import timedelta

import pytest

from golive.api.golive import parse
from golive.api.status import Phase, StepStatus, status_wire
from golive.record.spans import Span, Trail, called, trace_id
from golive.subject import about
from tests.builders import BLUE, GREEN, START
from tests.statuses import whole_status
from tests.told import ON_A_STEP, ToldWorld, a_call


def spans(world: ToldWorld) -> list[Span]:
    trail = Trail()
    return [span for written in world.written for span in trail.ended(*written)]


def named(found: list[Span], start: str) -> list[Span]:
    return [span for span in found if span.name.startswith(start)]


@pytest.fixture
def good() -> list[Span]:
    world = ToldWorld()
    world.run_until(Phase.LIVE)
    world.run(5)
    return spans(world)


@pytest.fixture
def bad() -> list[Span]:
    world = ToldWorld()
    world.run_to_weight(50)
    world.values["error-rate", "web"] = 0.5
    world.run_until(Phase.ROLLED_BACK)
    return spans(world)


def test_a_good_run_is_one_trace_of_its_steps(good: list[Span]) -> None:
    [root] = named(good, "run ")
    steps = named(good, "step ")
    assert {span.trace_id for span in good} == {root.trace_id}
    assert [span.name for span in steps] == ["step 1/3", "step 2/3", "step 3/3"]
    assert [span.attributes["weight"] for span in steps] == [10, 50, 100]
    assert {span.parent_id for span in steps} == {root.span_id}
    assert root.parent_id is None
    assert root.attributes["outcome"] == "Live"
    assert not any(span.error for span in good)


def test_a_step_lasts_from_its_intent_to_the_next(good: list[Span]) -> None:
    [root] = named(good, "run ")
    steps = named(good, "step ")
    assert steps[0].start == root.start
    assert [step.end for step in steps] == [*(step.start for step in steps[1:]), root.end]
    assert steps[0].end - steps[0].start >= timedelta(seconds=10)


def test_what_was_waited_for_lies_within_its_step(good: list[Span]) -> None:
    steps = {span.span_id: span for span in named(good, "step ")}
    holds = named(good, "gate Hold")
    assert len(holds) >= 2
    for hold in holds:
        step = steps[hold.parent_id]
        assert step.start <= hold.start <= hold.end <= step.end


def test_a_run_that_went_back_says_so(bad: list[Span]) -> None:
    [root], [way_back] = named(bad, "run "), named(bad, "way back")
    assert (root.error, root.attributes["outcome"]) == ("RolledBack", "RolledBack")
    assert way_back.attributes["rule"] == "error-rate > 0.05"
    assert way_back.parent_id == root.span_id
    assert [span.error for span in named(bad, "step ")] == ["", "RolledBack"]


def test_a_target_set_back_at_rest_is_told_without_a_second_root() -> None:
    world = ToldWorld()
    world.run_until(Phase.LIVE)
    world.edit(target="blue")
    world.run(20)
    found = spans(world)
    assert len(named(found, "run ")) == 1
    [way_back] = named(found, "way back")
    assert way_back.parent_id == named(found, "run ")[0].span_id


def test_the_second_run_is_another_trace() -> None:
    world = ToldWorld()
    world.run_until(Phase.LIVE)
    world.edit(target="blue")
    world.backends["web", BLUE].revision = "r9"
    world.run_until(Phase.SHIFTING)
    world.run_until(Phase.LIVE)
    assert len({span.trace_id for span in named(spans(world), "run ")}) == 2


def test_ids_are_the_same_after_a_restart() -> None:
    # What the API server keeps of a moment are milliseconds.
    step = StepStatus(index=2, count=3, intended_at=START + timedelta(microseconds=1234567))
    decided = whole_status().model_copy(update={"step": step})
    metadata = {"namespace": "shop", "name": "shop", "uid": "u1", "resourceVersion": "1"}
    read = parse({"metadata": metadata, "status": status_wire(decided)})
    before, later = (called(a_call(subject=about(read, status))) for status in (decided, read.status))
    assert before is not None
    assert later is not None
    assert (before.trace_id, before.parent_id) == (later.trace_id, later.parent_id)


def test_a_query_is_below_its_step() -> None:
    span = called(a_call())
    assert span is not None
    assert (span.name, span.trace_id, span.error) == ("query instant", trace_id(ON_A_STEP), "")
    assert span.attributes["check"] == "error-rate"
    assert span.end - span.start == timedelta(seconds=0.25)


@pytest.mark.parametrize(("outcome", "error"), [("Refused", "Refused"), ("Cancelled", ""), ("Ok", "")])
def test_a_write_says_how_it_ended(outcome: str, error: str) -> None:
    span = called(a_call("patch", "httproutes", outcome))
    assert span is not None
    assert (span.name, span.error, span.attributes["outcome"]) == ("patch httproutes", error, outcome)


def test_between_runs_nothing_is_traced() -> None:
    assert called(a_call(subject=None)) is None
    world = ToldWorld()
    world.backends["web", GREEN].ready = 0
    world.run_until(Phase.PREPARING)
    assert spans(world) == []
