"""A namespace's plan: which write and which event a fault is for, and who still gets through."""

from tests.faults.plan import Effect, Fault, Plan, Way
from tests.faults.scenarios import SCENARIOS
from tests.faults.trial import Trial


def test_the_nth_write_is_disturbed_and_no_other() -> None:
    plan = Plan((Fault(Effect.STOP, 2),))
    assert [bool(plan.write("golives")) for _ in range(4)] == [False, True, False, False]
    assert plan.fired == {"stop": 1}


def test_writes_of_a_resource_are_counted_apart_and_leases_only_by_name() -> None:
    plan = Plan((Fault(Effect.HOLD, 1, resource="httproutes"), Fault(Effect.CUT_AFTER, 3)))
    written = ["golives", "leases", "httproutes", "leases", "events"]
    assert [fault.effect if (fault := plan.write(name)) else "" for name in written] == [
        "", "", Effect.HOLD, "", Effect.CUT_AFTER,
    ]  # fmt: skip


def test_a_fault_may_last_for_several_writes() -> None:
    plan = Plan((Fault(Effect.ANSWER, 2, status=500, times=2),))
    assert [bool(plan.write("golives")) for _ in range(4)] == [False, True, True, False]


def test_events_are_dropped_and_expire_by_number() -> None:
    plan = Plan(dropped=frozenset({1}), expired=frozenset({3}))
    assert [plan.event() for _ in range(4)] == ["dropped", "", "expired", ""]


def test_the_dead_are_refused_and_who_is_cut_off_gets_no_answer() -> None:
    plan = Plan(dead={"shop.1"}, cut_off={"shop.2"})
    assert [plan.way_of(f"shop.{number}", "") for number in (1, 2, 3)] == [
        Way.REFUSED, Way.BLACK_HOLE, Way.OPEN,
    ]  # fmt: skip


def test_leases_can_be_away_while_all_else_is_there() -> None:
    plan = Plan(lease_way=Way.BLACK_HOLE)
    assert (plan.way_of("shop.1", "leases"), plan.way_of("shop.1", "golives")) == (Way.BLACK_HOLE, Way.OPEN)


def test_a_fault_that_came_too_late_is_moved_within_the_run() -> None:
    trial = Trial("drops/good/30", SCENARIOS["good"], (Fault(Effect.STOP, 30),), frozenset({40}))
    moved = trial.within(writes=28, events=20)
    assert (moved.faults[0].nth, moved.dropped) == (28, frozenset({20}))
    assert trial.within(writes=90, events=90) == trial


def test_what_old_lists_hide_are_writes_of_golives_and_routes_each_once() -> None:
    plan = Plan()
    for resource, version in (("golives", "5"), ("events", "6"), ("httproutes", "7"), ("httproutes", "7")):
        plan.wrote(resource, version)
    plan.wrote("leases", "9")
    assert [plan.version_before(writes) for writes in (0, 1, 8)] == ["7", "5", "5"]
