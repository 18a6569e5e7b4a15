"""How the project's programs end: in order when they are told to, and their children with them."""

import shutil
import signal
import subprocess
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path


def end_in_order() -> None:
    """Have SIGTERM and SIGHUP end this process as Ctrl-C does: with everything that it cleans up."""
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.default_int_handler)


def tied(command: Sequence[str | Path]) -> list[str | Path]:
    """Make a command whose process is told to end when the thread that started it is gone, even by SIGKILL."""
    words = shutil.which("setpriv")
    if (
        words is None or shutil.which(command[0]) is None
    ):  # one that is missing is to be missed by its own name
        return list(command)
    return [words, "--pdeathsig", "TERM", "--", *command]


def end(child: "subprocess.Popen[bytes]", grace: float) -> None:
    """Ask a child to end in order, and make it end where it does not within some seconds."""
    if child.poll() is not None:
        return
    # Not SIGINT: what was started in the background of a shell ignores that.
    child.terminate()
    with suppress(subprocess.TimeoutExpired):
        child.wait(grace)
        return
    child.kill()
    child.wait(grace)
