"""An operator that still shows why the last run was taken back when the next one has gone live."""

import sys
from dataclasses import replace

from golive.__main__ import main
from golive.api.status import Phase
from golive.decide import phases, start
from golive.decide.turn import Draft, Turn


def begin(turn: Turn) -> Draft:
    draft = start.begin(turn)
    return replace(draft, status=draft.status.model_copy(update={"rollback": turn.status.rollback}))


phases.RULES[Phase.PREPARING] = tuple(
    begin if rule is start.begin else rule for rule in phases.RULES[Phase.PREPARING]
)

if __name__ == "__main__":
    sys.exit(main())
