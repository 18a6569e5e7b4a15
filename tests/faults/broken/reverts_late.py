"""I2 in time: an operator that sees a breach and thinks about it for long."""

import sys
from datetime import datetime, timedelta

from golive.__main__ import main
from golive.decide import causes
from golive.decide.turn import Turn

THINKS_FOR = timedelta(seconds=10)
_seen: dict[int, datetime] = {}
_prompt = causes.breached


def breached(turn: Turn) -> causes.GoBack | None:
    found = _prompt(turn)
    if found is None:
        return None
    since = _seen.setdefault(turn.run.number, turn.now)
    return found if turn.now - since >= THINKS_FOR else None


causes.CHAIN = tuple(breached if ask is _prompt else ask for ask in causes.CHAIN)

if __name__ == "__main__":
    sys.exit(main())
