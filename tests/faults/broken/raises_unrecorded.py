"""I1: an operator that raises the weight before the step is on record."""

import sys
from dataclasses import replace

from golive.__main__ import main
from golive.api.status import Phase
from golive.decide import climb, phases, weights
from golive.decide.turn import Draft, Turn


def promote(turn: Turn) -> Draft:
    draft = climb.promote(turn)
    before, after = turn.status.step, draft.status.step
    if after is None or before is None or after.weight == before.weight:
        return draft
    return replace(draft, actions=weights.raise_to(turn, after.weight))


phases.RULES[Phase.SHIFTING] = (*phases.RULES[Phase.SHIFTING][:-1], promote)

if __name__ == "__main__":
    sys.exit(main())
