"""Trials in which what is around an operator fails: the API server, Prometheus, its clock, the objects."""

import random
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import product
from typing import Final

from tests.faults.acts import Blackout, Outage, Recreation, Steps
from tests.faults.elections import QUICK
from tests.faults.history import BLUE
from tests.faults.operators import HERE
from tests.faults.plan import Effect, Fault, Way
from tests.faults.scenarios import SCENARIOS, SLOW
from tests.faults.trial import Trial
from tests.faults.world import World

SHORT: Final = 10.0
"""Seconds of an outage that the slice has time for."""
STEPPED: Final = str(HERE / "stepped.py")
_RENEWED: Final[dict[str, Callable[[World, int], object]]] = {
    "route": lambda world, weight: world.renew_route(weight),
    "service-web-blue": lambda world, _: world.renew_service(BLUE),
    "deployment-web-blue": lambda world, _: world.renew_deployment(BLUE),
}
"""What is there again afterwards as it was: the route at its weights, the live colour's Service and Deployment."""
_FAILS: Final = {
    "swallowed-3-times": Fault(Effect.SWALLOW, 1, seconds=5.0, times=3),
    **{
        f"{status}-5-times": Fault(Effect.ANSWER, 1, status=status, times=5)
        for status in (409, 422, 429, 500)
    },
    "cut-before-5-times": Fault(Effect.CUT_BEFORE, 1, times=5),
    "cut-after-5-times": Fault(Effect.CUT_AFTER, 1, times=5),
    "500-when-done-5-times": Fault(Effect.DISGUISE, 1, status=500, times=5),
}
_WHERE: Final = (
    ("good", 10),
    ("good", 50),
    ("breach-50", 50),
    ("pods-50", 50),
    ("target-10", 10),
    ("breach-100", 100),
)


def outages(_: object, __: random.Random) -> Iterator[Trial]:
    """The API server refuses or swallows everything for some seconds, and for a minute."""
    for seconds, (name, weight), way in product((5.0, 60.0), _WHERE, (Way.REFUSED, Way.BLACK_HOLE)):
        # From a leader that goes on afterwards, and from one that may not.
        for lease, flags in (("kept", ()), ("lost", QUICK)):
            yield Trial(
                f"outages/{name}/{way.name.lower()}-{weight}-{seconds:g}s-{lease}",
                SCENARIOS[name],
                act=Outage(weight, way, seconds),
                flags=flags,
                is_long=seconds > SHORT,
                patience=300,
            )


def metrics(_: object, __: random.Random) -> Iterator[Trial]:
    """Prometheus is stopped and started."""
    blackout = Blackout()
    for number in range(3):
        for name in ("good", "breach-10", "slow", "breach-50", "pods-10", "target-10", "pair-breach-50"):
            scenario = SCENARIOS.get(name, SLOW)
            yield Trial(f"metrics/{name}/{number}", scenario, act=blackout, unsteady=True)


def clocks(_: object, __: random.Random) -> Iterator[Trial]:
    """The wall clock of an operator's process steps by five minutes in the middle of a hold, and then the other way."""
    for step, weights, number in product((300, -300), ((10,), (50,), (10, 50)), range(2)):
        name = f"clocks/slow/{step:+}s-at-{'-'.join(map(str, weights))}-{number}"
        yield Trial(name, SLOW, act=Steps(weights), program=(STEPPED, str(step), "golive"))
    for step in (300, -300):
        program = (STEPPED, str(step), "golive")
        act = Steps((50,), 0.0)
        yield Trial(f"clocks/breach-50/{step:+}s", SCENARIOS["breach-50"], act=act, program=program)


def recreations(_: object, __: random.Random) -> Iterator[Trial]:
    """An object is deleted and created again as it was; what ends a go-live is a scenario, and played in every kind."""
    for (what, renew), weight, number in product(_RENEWED.items(), (10, 50), range(3)):
        act = Recreation(renew, weight)
        yield Trial(f"recreations/good/{what}-{weight}-{number}", SCENARIOS["good"], act=act)
    for name, number in product(("service-50", "deployment-10", "route-10", "git-50"), range(3)):
        yield Trial(f"recreations/{name}/by-itself-{number}", SCENARIOS[name])


def reverts(_: object, __: random.Random) -> Iterator[Trial]:
    """The write that takes traffic back fails several times on end, or gets no answer for a while."""
    names = ("breach-10", "breach-50", "breach-100", "pods-50", "target-50", "pair-breach-50")
    for name, (what, fault) in product(names, _FAILS.items()):
        scenario = SCENARIOS[name]
        times = fault.times * len(scenario.components)
        failing = replace(fault, nth=scenario.raises + 1, times=times, resource="httproutes")
        yield Trial(f"reverts/{name}/{what}", scenario, (failing,))
