"""An operator that stays paused once it was paused, whatever the spec says by then."""

import sys

from golive.__main__ import main
from golive.decide import gates
from golive.decide.gates import Block
from golive.decide.turn import Turn

_prompt = gates.paused
_paused: dict[tuple[str, str], Block] = {}


def paused(turn: Turn) -> Block | None:
    block = _prompt(turn) or _paused.get(turn.golive.key)
    if block:
        _paused[turn.golive.key] = block
    return block


gates.paused = paused

if __name__ == "__main__":
    sys.exit(main())
