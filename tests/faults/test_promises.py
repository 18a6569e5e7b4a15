"""The history checker on histories written by hand: what keeps a promise, and what breaks each."""

import copy
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.faults.history import BLUE, GREEN, History, Known, Write
from tests.faults.promises import violations

SPEC = {
    "steps": [{"weight": 10, "hold": "1s"}, {"weight": 50, "hold": "1s"}, {"weight": 100}],
    "checks": [{"name": "p95", "interval": "1s"}],
}
ON_RECORD = "Shifting"


def route(weight: int, version: int, **metadata: Any) -> dict[str, Any]:
    refs = [{"name": BLUE, "weight": 100 - weight}, {"name": GREEN, "weight": weight}]
    about = {"resourceVersion": str(version), "annotations": {"note": "keep"}, **metadata}
    return {"metadata": about, "spec": {"rules": [{"backendRefs": refs}]}}


def moved(weight: int, version: int, at: float, agent: int = 1, **metadata: Any) -> Write:
    request = [{"op": "replace", "path": "/spec/rules/0/backendRefs/1/weight", "value": weight}]
    return Write(
        version, at, agent, "httproutes", "web", "patch", request, route(weight, version, **metadata)
    )


def told(version: int, at: float, phase: str = ON_RECORD, agent: int = 1, **status: Any) -> Write:
    told_of = {"phase": phase, "run": {"number": 1}, **status}
    after = {"metadata": {"resourceVersion": str(version)}, "spec": SPEC, "status": told_of}
    return Write(version, at, agent, "golives", "shop", "patch", {}, after)


def iso(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).isoformat()


def step(index: int, weight: int, *, acknowledged: bool = False) -> dict[str, Any]:
    found: dict[str, Any] = {"index": index, "weight": weight, "intendedAt": f"of {index}"}
    return found | ({"acknowledgedAt": iso(index)} if acknowledged else {})


def climb() -> list[Write]:
    """Give a faultless way to 50 %."""
    return [
        moved(0, 1, 0.0, agent=0),
        told(2, 1.0, step=step(1, 10)),
        moved(10, 3, 1.1),
        told(4, 1.2, step=step(1, 10, acknowledged=True)),
        told(5, 4.2, step=step(2, 50)),
        moved(50, 6, 4.3),
        told(7, 4.4, step=step(2, 50, acknowledged=True)),
    ]


def judged(writes: list[Write], known: Known | None = None) -> set[str]:
    ready = known or Known(ready=[(0.0, 2)])
    return {line.split(":")[0] for line in violations(History(tuple(writes), ready))}


def without(version: int) -> list[Write]:
    return [write for write in climb() if write.version != version]


def changed(version: int, **fields: Any) -> list[Write]:
    return [replace(write, **fields) if write.version == version else write for write in climb()]


def rolled_back() -> list[Write]:
    verdict = {"rule": "errors > 0.05"}
    return [*climb(), moved(0, 8, 5.0), told(9, 5.1, "RollingBack", rollback=verdict)]


def test_a_faultless_climb_and_a_way_back_break_nothing() -> None:
    assert judged(climb()) == set()
    assert judged(rolled_back()) == set()


def test_a_raise_without_its_intent_on_record_breaks_the_first() -> None:
    assert "I1" in judged(without(5))


def test_a_raise_by_two_steps_breaks_the_first() -> None:
    assert "I1" in judged([*without(6)[:5], moved(100, 6, 4.3)])


def test_a_raise_before_the_hold_was_over_breaks_the_first() -> None:
    assert "I1" in judged(changed(6, at=1.6))


def test_a_hold_that_another_operator_counts_may_differ_by_what_clocks_do() -> None:
    assert judged(changed(6, at=1.6, agent=1)) == {"I1"}
    handed_over = [replace(write, agent=2) if write.version >= 5 else write for write in changed(6, at=1.6)]
    assert judged(handed_over) == set()


def test_a_record_that_arrives_late_does_not_make_a_hold_too_short_but_who_led_only_later_does() -> None:
    late = [replace(write, at=at) for write, at in zip(climb(), (0, 1, 1.1, 2.0, 2.2, 2.3, 2.4), strict=True)]
    assert judged(late) == set()
    by_the_next = [replace(write, agent=2) if write.version >= 4 else write for write in late]
    assert judged([*by_the_next, *leased(1, 0.5), *leased(2, 1.9)]) == {"I1"}
    assert judged([*by_the_next, *leased(1, 0.5), *leased(2, 1.2)]) == set()


def second_run(*writes: Write) -> list[Write]:
    """Give what follows a run that was taken back: writes of the next one, for another version."""
    verdict = {"rule": "errors > 0.05", "at": iso(5.0)}
    over = told(10, 5.2, "RolledBack", rollback=verdict | {"revertedAt": iso(5.2)})
    return [*climb(), moved(0, 8, 5.0), told(9, 5.1, "RollingBack", rollback=verdict), over, *writes]


def test_a_hold_counts_from_the_acknowledgement_of_the_same_run() -> None:
    run = {"number": 2, "version": "2"}
    begun = [told(11, 9.0, run=run, step=step(1, 10)), moved(10, 12, 9.1)]
    held = told(13, 9.2, run=run, step=step(1, 10, acknowledged=True))
    too_early = [told(14, 9.3, run=run, step=step(2, 50)), moved(50, 15, 9.4)]
    assert judged(second_run(*begun, held, *too_early)) == {"I1"}
    in_time = [told(14, 12.2, run=run, step=step(2, 50)), moved(50, 15, 12.3)]
    assert judged(second_run(*begun, held, *in_time)) == set()


def test_a_hold_counts_from_the_last_acknowledgement_of_a_step_that_was_taken_again() -> None:
    again = step(2, 50) | {"intendedAt": "again", "lowered": ["web"]}
    lowered = [moved(10, 8, 8.0, agent=0), told(9, 8.1, step=again), moved(50, 10, 8.2)]
    held = told(11, 8.3, step=again | {"acknowledgedAt": iso(8.3)})
    for at, broken in ((8.5, {"I1"}), (9.4, set())):
        raised = [told(12, at, step=step(3, 100)), moved(100, 13, at + 0.05)]
        assert judged([*climb(), *lowered, held, *raised]) == broken


def test_a_raise_long_into_a_breach_breaks_the_first() -> None:
    ready = [(0.0, 2)]
    assert judged(climb(), Known(breaches=[(3.0, 99.0)], ready=ready)) == set()
    late = [replace(write, at=write.at + 10) if write.version >= 5 else write for write in climb()]
    assert judged(late, Known(breaches=[(3.0, 99.0)], ready=ready)) == {"I1"}


def test_a_raise_after_the_verdict_breaks_the_second() -> None:
    verdict = told(8, 5.0, "RollingBack", rollback={"rule": "errors > 0.05"})
    assert "I2" in judged([*climb(), verdict, moved(100, 9, 5.1)])


def test_a_run_that_is_said_to_be_taken_back_and_whose_route_never_was_breaks_the_second() -> None:
    verdict = {"rule": "errors > 0.05"}
    said = [told(9, 5.1, "RollingBack", rollback=verdict), told(10, 5.3, "RolledBack", rollback=verdict)]
    assert judged([*climb(), *said]) == {"I2"}
    assert judged([*climb(), moved(0, 8, 5.0), *said]) == set()
    returned = told(10, 5.3, "Live", rollback=verdict | {"revertedAt": "then"})
    assert judged([*climb(), said[0], returned]) == {"I2"}


@pytest.mark.parametrize("between", [[100], [25, 10]])
def test_what_is_written_between_a_verdict_and_its_record_breaks_the_second(between: list[int]) -> None:
    verdict = {"rule": "errors > 0.05", "at": iso(7.0)}
    written = [moved(weight, 8 + at, 8.0 + at) for at, weight in enumerate(between)]
    back = [moved(0, 20, 20.0), told(21, 20.1, "RollingBack", rollback=verdict)]
    over = told(22, 20.2, "RolledBack", rollback=verdict | {"revertedAt": iso(20.1)})
    assert judged([*climb(), *back, over]) == set()
    assert "I2" in judged([*climb(), *written, *back, over])
    later = told(23, 30.0, "Shifting", run={"number": 2}, rollback=over.after["status"]["rollback"])
    assert "I2" not in judged([*climb(), *back, over, later, moved(10, 24, 30.1)])


def test_a_raise_that_was_acknowledged_before_the_verdict_by_the_same_clock_does_not() -> None:
    verdict = {"rule": "errors > 0.05", "at": iso(3.6)}
    back = [moved(0, 8, 5.0), told(9, 5.1, "RollingBack", rollback=verdict)]
    assert judged([*climb(), *back]) == set()
    early = verdict | {"at": iso(1.9)}
    assert judged([*climb(), back[0], told(9, 5.1, "RollingBack", rollback=early)]) == {"I2"}


def test_traffic_that_comes_back_late_or_never_breaks_the_second() -> None:
    def after(within: float, *, breach: float = 4.5, ready: tuple[tuple[float, int], ...] = ()) -> Known:
        return Known([(breach, 99.0)], [(0.0, 2), *ready], back_within=within)

    assert judged(rolled_back(), after(0.6)) == set()
    assert judged(rolled_back(), after(0.4)) == {"I2 in time"}
    assert judged(rolled_back(), after(0.4, breach=60.0)) == set()
    assert judged(rolled_back(), after(0.4, breach=60.0, ready=((4.5, 0),))) == {"I2 in time"}
    assert judged(climb(), after(60.0)) == {"I2 in time"}
    assert judged(climb(), after(60.0, breach=0.5)) == set()


@pytest.mark.parametrize(("pods", "broken"), [(2, set()), (1, set()), (0, {"I4"})])
def test_a_raise_needs_pods(pods: int, broken: set[str]) -> None:
    assert judged(climb(), Known(ready=[(0.0, 2), (2.0, pods)])) == broken


def test_pods_that_are_gone_only_now_may_not_be_known_yet() -> None:
    assert judged(climb(), Known(ready=[(0.0, 2), (4.0, 0)])) == set()


def test_a_deployment_that_the_operator_writes_breaks_the_fourth() -> None:
    scaled = Write(0, 5.0, 1, "deployments", "web-blue", "patch", None, {})
    assert judged([*climb(), scaled]) == {"I4"}


def test_a_step_that_is_left_out_or_taken_again_breaks_the_fifth() -> None:
    assert "I5" in judged([*climb(), told(8, 5.0, step=step(4, 100))])
    assert "I5" in judged([*climb(), told(8, 5.0, step=step(2, 50))])


def test_an_acknowledgement_of_a_step_that_was_never_intended_breaks_the_fifth() -> None:
    assert judged([*climb(), told(8, 5.0, step=step(3, 100, acknowledged=True))]) == {"I5"}
    assert judged([*climb(), told(8, 5.0, step=step(1, 10, acknowledged=True))]) == {"I5"}
    assert judged([*climb(), told(8, 5.0, step=step(2, 50, acknowledged=True))]) == set()


def test_a_run_that_begins_again_without_anything_new_breaks_the_fifth() -> None:
    def again(version: int, **run: Any) -> Write:
        return told(version, 9.0, run={"number": 2, **run}, step=step(1, 10))

    assert judged(second_run(again(11))) == {"I5"}
    asked = told(11, 8.0, "RolledBack", agent=0)
    asked = replace(asked, after={**asked.after, "spec": SPEC | {"version": "2"}})
    assert judged(second_run(asked, again(12))) == set()
    assert judged(second_run(again(11, revision="7"))) == set()


def test_what_was_taken_back_and_rises_again_in_the_same_run_breaks_the_fifth() -> None:
    again = [*climb(), moved(0, 8, 5.0), moved(10, 9, 9.0)]
    assert "I5" in judged(again)


def test_a_former_leaders_write_after_its_successors_first_breaks_the_sixth() -> None:
    successor = told(8, 5.0, agent=2, step=step(3, 100))
    assert judged([*climb(), successor]) == set()
    assert judged([*climb(), successor, told(9, 5.1, step=step(3, 100))]) == {"I6"}


def leased(agent: int, *moments: float) -> list[Write]:
    return [Write(0, at, agent, "leases", "golive", "patch", None, {}) for at in moments]


def test_the_first_write_of_a_leader_whose_term_is_over_breaks_the_sixth_where_its_successor_has_written() -> (
    None
):
    terms = [*leased(1, 0.5), *leased(2, 4.9)]
    written = [replace(write, agent=2) if write.version in {3, 6} else write for write in climb()]
    late = moved(0, 9, 5.2, agent=1)
    assert "I6" in judged([*terms, *written, late])
    assert judged([*leased(2, 0.4), *leased(1, 4.9), *written, late]) == set()


def test_a_leader_that_goes_on_without_its_lease_breaks_the_sixth() -> None:
    known = Known(ready=[(0.0, 2)], renew_deadline=2.0)
    assert judged([*leased(1, 0.5, 2.0, 4.0), *climb()], known) == set()
    assert judged([*leased(1, 0.1), *climb()], known) == {"I6"}
    assert judged([*leased(1, 0.1), *leased(2, 4.0), *climb()], known) == {"I6"}
    assert judged(climb(), known) == {"I6"}
    assert judged(climb()) == set()


def test_anything_else_in_the_route_breaks_the_seventh() -> None:
    assert judged([*without(6)[:5], moved(50, 6, 4.3, annotations={"note": "gone"})]) == {"I7"}
    unbalanced = copy.deepcopy(climb())
    unbalanced[5].after["spec"]["rules"][0]["backendRefs"][0]["weight"] = 100
    assert "I7" in judged(unbalanced)
    operations = [{"op": "replace", "path": "/metadata/labels", "value": {}}]
    assert "I7" in judged(changed(6, request=operations))


def test_a_route_that_an_operator_replaces_deletes_or_creates_breaks_the_seventh() -> None:
    assert judged(changed(6, verb="update", request=route(50, 5))) == {"I7"}
    assert judged(changed(6, request={"spec": route(50, 5)["spec"]})) == {"I7"}
    deleted = Write(8, 5.0, 1, "httproutes", "web", "delete", None, {})
    assert judged([*climb(), deleted]) == {"I7"}
    assert judged([*climb(), deleted, replace(moved(50, 9, 6.0), verb="create")]) == {"I7"}


def test_a_route_replaced_by_one_that_names_nobody_is_judged_too() -> None:
    bare = {"metadata": {"resourceVersion": "6", "annotations": {"note": "keep"}}, "spec": {}}
    assert "I7" in judged(changed(6, verb="update", request=bare, after=bare))
