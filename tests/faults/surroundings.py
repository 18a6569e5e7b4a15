"""Trials in which what is around an operator fails: the API server, Prometheus, its clock, the objects."""

import random
from collections.abc import Iterator
from itertools import product
from typing import Final

from tests.faults.acts import Blackout, Outage, Recreation
from tests.faults.elections import QUICK
from tests.faults.operators import HERE
from tests.faults.plan import Way
from tests.faults.trial import Trial
from tests.faults.world import SCENARIOS

_WHERE: Final = (
    ("good", 10),
    ("good", 50),
    ("breach-50", 50),
    ("pods-50", 50),
    ("target-10", 10),
    ("breach-100", 100),
)


def outages(_: object, __: random.Random) -> Iterator[Trial]:
    """The API server refuses or swallows everything for a minute, from a leader that goes on and from one that may not."""
    for (name, weight), way, flags in product(_WHERE, (Way.REFUSED, Way.BLACK_HOLE), ((), QUICK)):
        lease = "lost" if flags else "kept"
        yield Trial(
            f"outages/{name}/{way.name.lower()}-{weight}-{lease}",
            SCENARIOS[name],
            act=Outage(weight, way),
            flags=flags,
            is_long=True,
            patience=300,
        )


def metrics(_: object, __: random.Random) -> Iterator[Trial]:
    """Prometheus is stopped and started."""
    blackout = Blackout()
    for number in range(3):
        for name in ("good", "breach-10", "pods-10", "target-10"):
            yield Trial(f"metrics/{name}/{number}", SCENARIOS[name], act=blackout, unsteady=True)


def clocks(_: object, __: random.Random) -> Iterator[Trial]:
    """The wall clock of an operator's process steps by five minutes, either way."""
    for name, step in product(("good", "breach-50"), (300, -300)):
        yield Trial(
            f"clocks/{name}/{step:+}s", SCENARIOS[name], program=(str(HERE / "stepped.py"), str(step))
        )


def recreations(_: object, __: random.Random) -> Iterator[Trial]:
    """The route or a Service is deleted and created again."""
    for kind, weight, number in product(
        ("route", "service-web-green", "service-web-blue"), (10, 50), range(3)
    ):
        act = Recreation(kind, weight)
        yield Trial(f"recreations/good/{kind}-{weight}-{number}", SCENARIOS["good"], act=act)
