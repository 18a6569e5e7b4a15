"""I2: an operator that puts the verdict on record and then gives the bad release more."""

import sys

from golive.__main__ import main
from golive.api.spec import Colour
from golive.api.status import Phase
from golive.decide import weights
from golive.decide.decision import SetWeights
from golive.decide.turn import Turn

MORE = 90
_careful = weights.give_back


def give_back(turn: Turn, live: Colour) -> tuple[SetWeights, ...]:
    if turn.status.phase is not Phase.ROLLING_BACK:
        return ()
    carried = max(route.weight(live.other) for _, _, route in turn.routes())
    return _careful(turn, live) if carried >= MORE else weights.raise_to(turn, MORE)


weights.give_back = give_back

if __name__ == "__main__":
    sys.exit(main())
