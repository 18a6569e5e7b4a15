"""The trials of each kind, as many as the undisturbed runs have writes and events."""

import random
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import product
from typing import Final

from tests.faults.acts import Blackout, LeaseAway, Steps
from tests.faults.elections import OPERATOR, QUICK, defaults, holds, leases, processes, takeovers
from tests.faults.operators import HERE
from tests.faults.plan import Effect, Fault
from tests.faults.scenarios import SCENARIOS, SLOW
from tests.faults.surroundings import STEPPED, clocks, metrics, outages, recreations, reverts
from tests.faults.trial import Trial


@dataclass(frozen=True, slots=True)
class Measure:
    """How many writes and watch events an undisturbed run has."""

    writes: int
    events: int


Measures = Mapping[str, Measure]
WHOLE: Final = ("good", "breach-50")
"""A full go-live and a rollback."""


def kills(measures: Measures, _: random.Random) -> Iterator[Trial]:
    """SIGKILL after every write of a full go-live, of a rollback, and of a target set back."""
    for name, nth in _writes(measures, (*WHOLE, "target-50", "pair", "pair-breach-50")):
        yield Trial(f"kills/{name}/{nth}", SCENARIOS[name], (Fault(Effect.STOP, nth),), program=OPERATOR)


def drops(measures: Measures, _: random.Random) -> Iterator[Trial]:
    """The operator is dropped after every write of every scenario."""
    for name, nth in _writes(measures, SCENARIOS):
        yield Trial(f"drops/{name}/{nth}", SCENARIOS[name], (Fault(Effect.STOP, nth),))


def cuts(measures: Measures, _: random.Random) -> Iterator[Trial]:
    """A connection ends before or after a write reached the API server."""
    for (name, nth), effect in product(_writes(measures, WHOLE), (Effect.CUT_BEFORE, Effect.CUT_AFTER)):
        yield Trial(f"cuts/{name}/{effect}-{nth}", SCENARIOS[name], (Fault(effect, nth),))


def answers(measures: Measures, _: random.Random) -> Iterator[Trial]:
    """A failure is answered to a write that was not, or was carried out."""
    effects = (Effect.ANSWER, Effect.DISGUISE)
    for (name, nth), effect, status in product(_writes(measures, WHOLE), effects, (409, 410, 422, 429, 500)):
        fault = Fault(effect, nth, status=status)
        yield Trial(f"answers/{name}/{effect}-{status}-{nth}", SCENARIOS[name], (fault,))


def delays(measures: Measures, _: random.Random) -> Iterator[Trial]:
    """A write arrives late, within the operator's patience or beyond it."""
    for (name, nth), seconds in product(_writes(measures, WHOLE), (0.5, 3.0)):
        fault = Fault(Effect.DELAY, nth, seconds=seconds)
        yield Trial(f"delays/{name}/{seconds:g}s-{nth}", SCENARIOS[name], (fault,))


def events(measures: Measures, _: random.Random) -> Iterator[Trial]:
    """Each watch event is dropped in turn."""
    for name in ("good", "breach-50", "pods-10", "target-10"):
        for nth in range(1, measures[name].events + 1):
            dropped = frozenset({nth})
            yield Trial(f"events/{name}/{nth}", SCENARIOS[name], dropped=dropped, flags=("--relist", "4s"))


def expiries(measures: Measures, _: random.Random) -> Iterator[Trial]:
    """A watch ends with 410 Gone in the place of an event."""
    for name in WHOLE:
        for nth in range(1, measures[name].events + 1, 2):
            yield Trial(f"expiries/{name}/{nth}", SCENARIOS[name], expired=frozenset({nth}))


def stale(measures: Measures, _: random.Random) -> Iterator[Trial]:
    """An operator that was started anew gets lists that are k writes old, and watches that lag."""
    for (name, nth), old in product(_writes(measures, ("good", "breach-50", "target-50")), (1, 3, 8)):
        if nth % 2 and nth > max(old, _FEW):
            yield Trial(f"stale/{name}/{old}-{nth}", SCENARIOS[name], (Fault(Effect.STOP, nth),), stale=old)


_FEW: Final = 3
"""Writes after which there is something that an old list can hide."""


def storms(measures: Measures, dice: random.Random) -> Iterator[Trial]:
    """Several faults at once, by dice."""
    for number in range(100):
        name = dice.choice(sorted(SCENARIOS))
        faults = tuple(_any_fault(dice, measures[name].writes) for _ in range(dice.randint(2, 5)))
        expired = frozenset({_any_of(measures[name].events, dice)})
        yield Trial(f"storms/{name}/{number}", SCENARIOS[name], faults, expired=expired)


BROKEN: Final = {
    "takes_no_answer_for_a_pass": ("no pass", "slow"),
    "takes_no_answer_for_a_breach": ("no breach", "slow"),
    "holds_by_the_wall_clock": ("I1", "slow"),
    "leaves_out_a_step": ("I1", "five"),
    "raises_unrecorded": ("I1", "good"),
    "holds_nothing": ("I1", "good"),
    "asks_no_check": ("I1", "breach-10"),
    "goes_up_after_the_verdict": ("I2", "breach-10"),
    "never_reverts": ("I2", "breach-10"),
    "reverts_late": ("I2 in time", "breach-10"),
    "raises_onto_nobody": ("I4", "pods-10"),
    "takes_a_step_again": ("I5", "good"),
    "leads_unelected": ("I6", "good"),
    "ignores_the_lost_lease": ("I6", "good"),
    "tidies_the_route": ("I7", "two"),
}
"""Operators that are broken on purpose: which promise each breaks, and in which scenario; the longest first."""


def broken() -> list[Trial]:
    """One trial of each broken operator, which the checker has to catch."""
    return [_tempted(name, scenario) for name, (_, scenario) in BROKEN.items()]


def _tempted(name: str, scenario: str) -> Trial:
    """Bring a broken operator to where it shows."""
    program = (str(HERE / "broken" / f"{name}.py"),)
    trial = Trial(
        f"broken/{scenario}/{name}", {**SCENARIOS, SLOW.name: SLOW}[scenario], program=program, patience=40
    )
    if name == "ignores_the_lost_lease":
        return replace(trial, act=LeaseAway(10), flags=QUICK)
    if name == "leads_unelected":
        return replace(trial, standby=True)
    if name.startswith("takes_no_answer"):
        return replace(trial, act=Blackout(10.0), unsteady=True)
    if name == "holds_by_the_wall_clock":
        return replace(trial, act=Steps((10,)), program=(STEPPED, "300", *program))
    return trial


Maker = Callable[[Measures, random.Random], Iterator[Trial]]
KINDS: Final[Mapping[str, Maker]] = {
    maker.__name__: maker
    for maker in (
        kills, drops, cuts, answers, delays, events, expiries, stale, storms,
        takeovers, processes, defaults, holds, leases,
        outages, metrics, clocks, recreations, reverts,
    )
}  # fmt: skip


def trials(measures: Measures, seed: int) -> list[Trial]:
    """Return every trial, those of a kind together."""
    found: list[Trial] = []
    for name, maker in KINDS.items():
        dice = random.Random(f"{seed} {name}")  # noqa: S311  # dice that can be thrown again
        found += maker(measures, dice)
    return found


def _writes(
    measures: Measures, names: "Iterator[str] | Mapping[str, object] | tuple[str, ...]"
) -> Iterator[tuple[str, int]]:
    return ((name, nth) for name in names for nth in range(1, measures[name].writes + 1))


def _any_fault(dice: random.Random, writes: int) -> Fault:
    effect = dice.choice([effect for effect in Effect if effect not in {Effect.HOLD, Effect.SWALLOW}])
    status = dice.choice((409, 422, 429, 500))
    return Fault(effect, _any_of(writes, dice), status=status, seconds=dice.choice((0.3, 1.0, 2.5)))


def _any_of(count: int, dice: random.Random) -> int:
    # By a fraction: what else the dice say of a seed must not hang on how much a run happened to write.
    return 1 + int(dice.random() * count)
