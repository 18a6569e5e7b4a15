"""Python's garbage collector, kept from making everybody wait: what is there for good is not looked through again and again."""

import gc
from typing import Final

_THRESHOLDS: Final = (2_000, 10, 50)
"""Objects that are new before the young are looked through, how often before the older, and before all of them."""


def fewer() -> None:
    """Look through all objects seldom: with a thousand GoLives it takes a third of a second, in which no revert begins."""
    gc.set_threshold(*_THRESHOLDS)


def shorter() -> None:
    """Leave out from now on what has been loaded and listed: hardly any of it ends before the process."""
    gc.collect()
    gc.freeze()
