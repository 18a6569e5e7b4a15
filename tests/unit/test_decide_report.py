"""The status fits into one object of the API server, whatever is asked and whatever is answered."""

import json
from dataclasses import replace

from golive.api.check import Check
from golive.api.status import Outcome, status_wire
from golive.decide.report import observed
from golive.facts import Reading
from tests.builders import START, World, check, component, seconds, spec
from tests.turns import turn_of

ETCD_REQUEST = 1_500_000
"""Bytes that etcd takes in one request as it comes."""


def test_the_largest_spec_with_the_longest_answers_stays_below_what_can_be_stored() -> None:
    query = {"query": "q" * 4096}
    checks = [check(f"{number:02}".ljust(63, "c"), prometheus=query) for number in range(32)]
    names = [f"{number:02}".ljust(57, "n") for number in range(16)]
    world = World(spec(components=[component(name, (name,)) for name in names], checks=checks))
    world.run_to_weight(10)
    turn = turn_of(world)
    readings = {
        (raw["name"], name): Reading(
            Check.read(raw), name, Outcome.ERROR, "m" * 4096, "q" * 8192, START + seconds(100)
        )
        for raw in checks
        for name in names
    }
    turn = replace(turn, facts=replace(turn.facts, readings=readings))
    wire = status_wire(observed(turn, turn.status.model_copy(update={"message": "m" * 9000})))
    assert len(wire["checks"]) == 512
    assert len(wire["message"]) == 1024
    manifests = 2 * len(json.dumps(world.raw_spec))  # the spec, and kubectl's copy of it
    assert len(json.dumps(wire)) + manifests < ETCD_REQUEST


def test_a_value_that_stays_is_not_written_anew_for_its_query_was_cut() -> None:
    long = check(prometheus={"query": "q" * 4096})
    world = World(spec(checks=[long], steps=[{"weight": 10, "hold": "60s"}, {"weight": 100}]))
    world.run_to_weight(10)
    key = ("error-rate", "web")
    told = []
    for _ in range(5):
        world.tick()
        world.readings[key] = replace(world.readings[key], query="q" * 4096)
        told.append(world.status["checks"][0]["at"])
        world.now += seconds(1)
    assert len(set(told[1:])) == 1


def a_value(world: World) -> str:
    return str(world.status["checks"][0]["value"])


def test_a_value_is_written_anew_once_a_minute() -> None:
    world = World(raw_spec=spec(steps=[{"weight": 10, "hold": "5m"}, {"weight": 100}]))
    world.run_to_weight(10)
    world.run(5)
    world.values["error-rate", "web"] = 0.005
    before = a_value(world)
    world.run(50)
    assert a_value(world) == before
    world.run(12)
    assert a_value(world) == "0.005"


def test_what_is_written_anyway_carries_the_newest_value() -> None:
    world = World()
    world.run_to_weight(10)
    world.values["error-rate", "web"] = 0.005
    world.run_to_weight(50)
    assert a_value(world) == "0.005"
