"""Which trials are played with every `make test`: some of each kind, in about two minutes."""

from collections.abc import Iterator, Sequence
from typing import Final

from tests.faults.kinds import KINDS
from tests.faults.trial import Trial

KILLS: Final = 8
OTHERS: Final = 3
SHIFT: Final = 3


def slice_of(every: Sequence[Trial]) -> Iterator[Trial]:
    """Choose as many of each kind, spread over what there is."""
    for kind in KINDS:
        of = [trial for trial in every if trial.kind == kind and not trial.is_long]
        count = KILLS if kind == "kills" else OTHERS
        # A shift at each, else what repeats with the same stride is always the same.
        found = {
            ((2 * number + 1) * len(of) // (2 * count) + SHIFT * number) % len(of)
            for number in range(min(count, len(of)))
        }
        yield from (of[index] for index in sorted(found))
