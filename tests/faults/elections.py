"""Trials with a standby: leaders that crash, leave, freeze or are cut off, and raises that outlive their leader."""

import random
from collections.abc import Iterator
from itertools import product
from typing import Final

from tests.faults.acts import (
    HeldRaise,
    LeaseAway,
    TakeOver,
    ask_to_end,
    crash,
    cut_off,
    freeze,
)
from tests.faults.plan import Effect, Fault
from tests.faults.scenarios import SCENARIOS
from tests.faults.trial import Trial

QUICK: Final = ("--lease-duration", "3s", "--renew-deadline", "2s", "--retry-period", "500ms")
USUAL: Final = ("--lease-duration", "15s", "--renew-deadline", "10s", "--retry-period", "2s")
OPERATOR: Final = ("-m", "golive")
HARMS: Final = {"crash": crash, "leave": ask_to_end, "cut-off": cut_off}
_WHERE: Final = (("good", 0), ("good", 10), ("good", 50), ("breach-50", 10), ("five", 25), ("target-50", 10))


def takeovers(_: object, dice: random.Random) -> Iterator[Trial]:
    """A leader with a standby crashes, leaves or is cut off."""
    for number, ((harm, act), (name, weight)) in enumerate(product(HARMS.items(), _WHERE * 11)):
        taking = TakeOver(act, weight, round(dice.uniform(0, 2), 2))
        yield Trial(
            f"takeovers/{name}/{harm}-{number}", SCENARIOS[name], act=taking, flags=QUICK, standby=True
        )


def processes(_: object, dice: random.Random) -> Iterator[Trial]:
    """The same with processes and real signals: SIGKILL, SIGTERM, SIGSTOP and SIGCONT."""
    harms = {"SIGKILL": crash, "SIGTERM": ask_to_end, "SIGSTOP": freeze}
    for (harm, act), number in product(harms.items(), range(4)):
        name, weight = _WHERE[1 + number % 3]
        taking = TakeOver(act, weight, round(dice.uniform(1, 4), 2))
        yield Trial(
            f"processes/{name}/{harm}-{number}",
            SCENARIOS[name],
            act=taking,
            flags=QUICK,
            program=OPERATOR,
            standby=True,
        )


def defaults(_: object, dice: random.Random) -> Iterator[Trial]:
    """A few with the Lease's default times."""
    for (harm, act), number in product(HARMS.items(), range(4)):
        taking = TakeOver(act, 10, round(dice.uniform(0, 2), 2))
        name = f"defaults/good/{harm}-{number}"
        yield Trial(name, SCENARIOS["good"], act=taking, flags=USUAL, standby=True, is_long=True)


def holds(_: object, __: random.Random) -> Iterator[Trial]:
    """A raise is held up until after a takeover."""
    for (harm, act), (nth, weight), number in product(HARMS.items(), ((1, 10), (2, 50), (3, 100)), range(4)):
        faults = (Fault(Effect.HOLD, nth, resource="httproutes"),)
        held = HeldRaise(weight, act)
        yield Trial(
            f"holds/good/{harm}-{weight}-{number}",
            SCENARIOS["good"],
            faults,
            act=held,
            flags=QUICK,
            standby=True,
        )

    for route in (3, 4):
        # One of a pair is held, or the first has been raised and the second is held.
        faults = (Fault(Effect.HOLD, route, resource="httproutes"),)
        held = HeldRaise(50, crash)
        yield Trial(
            f"holds/pair/crash-50-{route}", SCENARIOS["pair"], faults, act=held, flags=QUICK, standby=True
        )


def leases(_: object, __: random.Random) -> Iterator[Trial]:
    """The API of Leases gives no answer for a while."""
    for (name, weight), number in product(_WHERE[1:], range(2)):
        away = LeaseAway(weight)
        yield Trial(f"leases/{name}/{weight}-{number}", SCENARIOS[name], act=away, flags=QUICK, standby=True)
