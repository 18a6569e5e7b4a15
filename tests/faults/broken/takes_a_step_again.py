"""I5: an operator that takes the first step a second time."""

import sys
from datetime import datetime

from golive.__main__ import main
from golive.api.spec import Step
from golive.decide.turn import Turn

_careful = Turn.next_step
_first: list[datetime] = []


def next_step(self: Turn, above: int) -> tuple[int, Step] | None:
    step = self.status.step
    if above == 10 and step is not None and step.acknowledged_at and step.intended_at:
        _first.append(step.intended_at)
        return _careful(self, 9 if step.intended_at == _first[0] else above)
    return _careful(self, above)


Turn.next_step = next_step  # type: ignore[method-assign]  # breaking it is the purpose

if __name__ == "__main__":
    sys.exit(main())
