"""An operator whose wall clock steps at each SIGUSR1: first by some seconds, then as far the other way.

`stepped.py SECONDS PROGRAM …`: whatever in Python tells the time of day is behind the step. It has to be run before
anything else is imported, which would keep the clocks that it knows.
"""

import datetime as dt
import runpy
import signal
import sys
import time
from types import FrameType
from typing import Final

from typing_extensions import override

_told, _told_ns = time.time, time.time_ns  # noqa: TID251  # the wall clock is what is stepped
_REAL: Final = dt.datetime
_steps: Final[list[int]] = [0]


def step(_: int, __: FrameType | None) -> None:
    """Step the clock."""
    _steps.append(-_steps[-1] if _steps[-1] else SECONDS)


class _AnyDatetime(type):
    """What the C library has made is one of them too."""

    @override
    def __instancecheck__(cls, one: object) -> bool:
        return isinstance(one, _REAL)


class Stepped(dt.datetime, metaclass=_AnyDatetime):
    """A datetime whose now is behind the step."""

    @classmethod
    @override
    def now(cls, tz: dt.tzinfo | None = None) -> "Stepped":
        """Return the stepped moment."""
        return cls.fromtimestamp(time.time(), tz)  # noqa: TID251  # the stepped one

    @classmethod
    @override
    def utcnow(cls) -> "Stepped":
        """Return the stepped moment, naive."""
        return cls.now(dt.UTC).replace(tzinfo=None)


if __name__ == "__main__":
    SECONDS = int(sys.argv.pop(1))
    signal.signal(signal.SIGUSR1, step)
    time.time = lambda: _told() + _steps[-1]  # noqa: TID251  # as above
    time.time_ns = lambda: _told_ns() + _steps[-1] * 10**9
    dt.datetime = Stepped  # type: ignore[misc]  # as above
    sys.argv.pop(0)
    if sys.argv[0] == "golive":
        runpy.run_module("golive", run_name="__main__", alter_sys=True)
    else:
        runpy.run_path(sys.argv[0], run_name="__main__")
