"""An operator that goes from 10 % to 50 % at once."""

import sys

from golive.__main__ import main
from golive.api.spec import Step
from golive.decide.turn import Turn

JUMP = range(10, 50)
_careful = Turn.next_step


def next_step(self: Turn, above: int) -> tuple[int, Step] | None:
    return _careful(self, JUMP.stop - 1 if above in JUMP else above)


Turn.next_step = next_step  # type: ignore[method-assign]  # breaking it is the purpose

if __name__ == "__main__":
    sys.exit(main())
