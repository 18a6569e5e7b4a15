"""The raw object of the API server as a GoLive, the status both ways, and fields that were dropped on the way."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from golive.api.golive import FINALIZER, parse
from golive.api.problems import pruned_fields
from golive.api.spec import Colour
from golive.api.status import GoLiveStatus, Phase, Waiting, format_seconds, format_time, status_wire
from tests.specs import manifest, spec
from tests.statuses import whole_status

APPLIED = "kubectl.kubernetes.io/last-applied-configuration"


def body(**metadata: object) -> dict[str, Any]:
    whole = manifest("shop", spec())
    return whole | {
        "metadata": whole["metadata"] | {"uid": "u-1", "generation": 3, "resourceVersion": "7"} | metadata
    }


def applied(content: object) -> dict[str, str]:
    return {APPLIED: json.dumps({"spec": content})}


def test_reads_who_it_is_and_what_it_asks_for() -> None:
    golive = parse(body(finalizers=[FINALIZER]))

    assert golive.key == ("default", "shop")
    assert (golive.uid, golive.generation, golive.resource_version) == ("u-1", 3, "7")
    assert (golive.deleting, golive.finalizers, golive.problems) == (False, (FINALIZER,), ())
    assert golive.spec is not None
    assert golive.spec.target is Colour.GREEN
    assert golive.status == GoLiveStatus()


def test_knows_that_it_is_being_deleted() -> None:
    assert parse(body(deletionTimestamp="2026-01-01T00:00:00Z")).deleting


def test_an_unfit_spec_is_told() -> None:
    golive = parse(body() | {"spec": None})

    assert golive.spec is None
    assert len(golive.problems) == 3  # target, components, checks


def test_a_status_is_read_as_it_was_written() -> None:
    status = whole_status()

    assert GoLiveStatus.model_validate(status_wire(status)) == status
    assert parse(body() | {"status": status_wire(status)}).status == status


def test_a_status_of_a_newer_operator_is_read_without_what_is_new() -> None:
    raw = status_wire(whole_status())

    assert (
        GoLiveStatus.model_validate({**raw, "mood": "good", "run": {**raw["run"], "cost": 1}})
        == whole_status()
    )


def test_what_is_unset_is_not_written() -> None:
    written = status_wire(GoLiveStatus())

    assert written["phase"] == Phase.PENDING
    assert written["waitingFor"] == Waiting.NOTHING
    assert "run" not in written
    assert "live" not in written


def test_finds_a_condition_by_its_type() -> None:
    ready = whole_status().condition("Ready")

    assert ready is not None
    assert ready.type == "Ready"
    assert whole_status().condition("Happy") is None


@given(st.datetimes(datetime(2000, 1, 1), datetime(2200, 1, 1), timezones=st.just(UTC)))  # noqa: DTZ001  # bounds are naive by hypothesis's rule
def test_a_time_is_read_as_it_was_written_but_for_microseconds(at: datetime) -> None:
    assert at - datetime.fromisoformat(format_time(at)) < timedelta(milliseconds=1)
    assert at - datetime.fromisoformat(format_seconds(at)) < timedelta(seconds=1)


def test_a_dropped_field_is_named() -> None:
    wanted = spec() | {"rollbackWindows": "1h"}
    says = "there is no such field, and the API server has dropped it: remove it, or correct its name, and apply again"

    assert parse(body(annotations=applied(wanted))).problems == (f"spec.rollbackWindows: {says}",)


def test_every_dropped_field_is_named_and_nothing_else() -> None:
    wanted = spec() | {"color": "red", "target": "red"}
    wanted["checks"][1]["treshold"] = 5

    assert [problem.split(":")[0] for problem in pruned_fields(applied(wanted))] == [
        "spec.checks[1].treshold",
        "spec.color",
    ]


@pytest.mark.parametrize(
    "annotations",
    [{}, applied(spec()), {APPLIED: "{"}, {APPLIED: "[]"}, {APPLIED: "{}"}, {APPLIED: '{"spec": 1}'}],
)
def test_an_apply_that_lost_nothing_or_cannot_be_read_is_no_problem(annotations: dict[str, str]) -> None:
    assert pruned_fields(annotations) == ()
