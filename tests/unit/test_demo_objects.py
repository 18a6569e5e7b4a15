from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dev.demo import objects
from dev.demo.state import Check

SPEC: dict[str, Any] = {
    "target": "green",
    "version": "2",
    "steps": [{"weight": 10, "hold": "5s"}, {"weight": 100}],
    "checks": [{"name": "error-rate", "pass": "<= 0.01"}],
}


def item(status: dict[str, Any] | None = None) -> dict[str, Any]:
    return {"metadata": {"name": "shop", "generation": 3}, "spec": SPEC} | (
        {"status": status} if status else {}
    )


def test_a_golive_that_nobody_has_seen_is_read_as_it_is() -> None:
    assert objects.golive(item()) == objects.GoLive(target="green", version="2")


def test_the_status_is_read_whole() -> None:
    seen = objects.golive(
        item(
            {
                "observedGeneration": 3,
                "phase": "Shifting",
                "waitingFor": "Hold",
                "live": "blue",
                "weight": 10,
                "message": "10 % on green",
                "step": {"index": 1, "count": 2, "text": "1/2", "acknowledgedAt": "2026-01-01T00:00:00.250Z"},
                "run": {"number": 4},
                "checks": [
                    {"name": "error-rate", "component": "web", "result": "Pass", "value": "0.00123456"}
                ],
                "conditions": [{"type": "Ready", "status": "False"}],
            }
        )
    )
    assert seen == objects.GoLive(
        target="green",
        version="2",
        live="blue",
        phase="Shifting",
        waiting_for="Hold",
        message="10 % on green",
        step="1/2",
        weight=10,
        acknowledged=True,
        hold=5,
        run=4,
        checks=(Check("error-rate", "0.001235", "<= 0.01", "Pass"),),
    )


@pytest.mark.parametrize(
    ("observed", "status", "ready"), [(3, "True", True), (2, "True", False), (3, "Unknown", False)]
)
def test_ready_counts_only_for_this_generation(observed: int, status: str, *, ready: bool) -> None:
    for kind in ("ready", "stalled"):
        conditions = [{"type": "Other", "status": "True"}, {"type": kind.capitalize(), "status": status}]
        read = objects.golive(item({"observedGeneration": observed, "conditions": conditions}))
        assert {"ready": read.ready, "stalled": read.stalled} == {"ready": False, "stalled": False} | {
            kind: ready
        }


def test_a_rollback_keeps_its_two_moments() -> None:
    said = {"rule": "error-rate > 0.05", "value": "1", "at": "2026-01-01T00:00:00.250Z"}
    rollback = objects.golive(item({"rollback": said})).rollback
    assert rollback == objects.Rollback(
        "error-rate > 0.05", "1", "", datetime(2026, 1, 1, 0, 0, 0, 250000, UTC), None
    )


@pytest.mark.parametrize(
    ("text", "seconds"), [("5s", 5), ("500ms", 0.5), ("1m30s", 90), ("1h", 3600), ("0s", 0), ("1.5s", 1.5)]
)
def test_durations(text: str, seconds: float) -> None:
    assert objects.seconds(text) == seconds


@pytest.mark.parametrize("text", ["5", "s", "-5m", "1d", "5 s", "5sec"])
def test_what_is_no_duration_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is not a duration: write it as 5s, 500ms or 1m30s"):
        objects.seconds(text)


def test_a_weight_that_is_not_written_is_one() -> None:
    route = {"spec": {"rules": [{"backendRefs": [{"name": "web-blue", "weight": 0}, {"name": "web-green"}]}]}}
    assert objects.weights(route) == {"web-blue": 0, "web-green": 1}
    assert objects.weights({"spec": {}}) == {}


@given(st.lists(st.lists(st.sampled_from([True, False, None]))))
def test_ready_endpoints_are_counted_over_all_slices(slices: list[list[bool | None]]) -> None:
    made = [
        {
            "metadata": {"labels": {"kubernetes.io/service-name": "web-blue"}},
            "endpoints": [{"conditions": {} if ready is None else {"ready": ready}} for ready in one],
        }
        for one in slices
    ]
    expected = sum(ready is not False for one in slices for ready in one)
    assert objects.ready_endpoints(made) == ({"web-blue": expected} if slices else {})


def test_a_slice_without_endpoints_still_names_its_service() -> None:
    made = {"metadata": {"labels": {"kubernetes.io/service-name": "web-blue"}}, "endpoints": None}
    assert objects.ready_endpoints([made]) == {"web-blue": 0}
