"""Wait for something to become true, or to stay true, with a deadline; never for time alone."""

import threading
import time
from collections.abc import Callable

EVERY = 0.03
PATIENCE = 60.0
"""Seconds that nothing takes on a busy machine: what must be quick is asserted by its moments."""
_abandoned = threading.Event()


class Abandoned(BaseException):
    """The session is ending: whoever still waits is to clean up."""


def abandon() -> None:
    """End every wait, of every scenario."""
    _abandoned.set()


def eventually(true: Callable[[], object], *, what: str) -> None:
    """Wait until something is true; AssertionError says what did not happen."""
    began = time.monotonic()
    while not true():
        _pause()
        assert time.monotonic() - began < PATIENCE, f"not within {PATIENCE:g} s: {what}"


def steadily(true: Callable[[], object], *, seconds: float, what: str) -> None:
    """Look again and again for some seconds: AssertionError when it is once not true."""
    began = time.monotonic()
    while time.monotonic() - began < seconds:
        assert true(), f"not true any more after {time.monotonic() - began:.1f} s: {what}"
        _pause()


def _pause() -> None:
    if _abandoned.wait(EVERY):
        raise Abandoned
