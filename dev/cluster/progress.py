"""Progress lines with the time since the command began, and the one error a person gets to read."""

import time

_began = time.monotonic()


class ClusterError(Exception):
    """A sentence for the person at the terminal: what is wrong and what to do."""


def say(text: str) -> None:
    """Print one line of progress."""
    print(f"{time.monotonic() - _began:4.0f}s  {text}", flush=True)
