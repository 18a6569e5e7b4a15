"""I1: an operator that measures a step's hold with the wall clock of its machine."""

import sys
from datetime import UTC, datetime

from golive.__main__ import main
from golive.decide import gates
from golive.decide.turn import Turn

_careful = gates._hold


def _hold(turn: Turn) -> datetime | None:
    until = _careful(turn)
    ahead = datetime.now(UTC) - turn.now  # noqa: TID251  # breaking it is the purpose
    return until - ahead if until else None


gates._hold = _hold

if __name__ == "__main__":
    sys.exit(main())
