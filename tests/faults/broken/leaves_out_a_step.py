"""I1: an operator that goes from 10 % to what comes after the next step."""

import sys

from golive.__main__ import main
from golive.api.spec import Step
from golive.decide.turn import Turn

_careful = Turn.next_step


def next_step(self: Turn, above: int) -> tuple[int, Step] | None:
    return _careful(self, 50 if above == 10 else above)


Turn.next_step = next_step  # type: ignore[method-assign]  # breaking it is the purpose

if __name__ == "__main__":
    sys.exit(main())
