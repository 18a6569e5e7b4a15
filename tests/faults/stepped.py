"""An operator whose wall clock steps by some seconds while it runs: `stepped.py SECONDS run …`."""

import sys
import time
from typing import Final

from golive.__main__ import main

AFTER: Final = 6.0
"""Seconds from its start."""
_told, _told_ns = time.time, time.time_ns  # noqa: TID251  # the wall clock is what is stepped
_began = time.monotonic()


def _step() -> int:
    return STEP if time.monotonic() > _began + AFTER else 0


STEP: Final = int(sys.argv.pop(1))
time.time = lambda: _told() + _step()  # noqa: TID251  # as above
time.time_ns = lambda: _told_ns() + _step() * 10**9

if __name__ == "__main__":
    sys.exit(main())
