"""Other programs, run with a time limit; what they say on failure becomes a ClusterError."""

import os
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import BinaryIO

from dev.cluster.progress import ClusterError

TAIL_LINES = 12


def run(
    *command: str | Path,
    what: str,
    timeout: float,
    cwd: Path | None = None,
    env: Mapping[str, str] | None = None,
    stdin: str | Path = "",
) -> str:
    """Run a program and give its standard output; `what` names the intention in the error.

    A text as `stdin` is fed to it, a path is opened for it; `env` is added to our own environment.
    """
    words = [str(word) for word in command]
    shown = f"`{' '.join(words[:4])}{' …' if words[4:] else ''}`"
    try:
        with _opened(stdin) as source:
            done = subprocess.run(
                words,
                cwd=cwd,
                env={**os.environ, **(env or {})},
                stdin=source,
                timeout=timeout,
                capture_output=True,
                check=False,
            )
    except FileNotFoundError as error:
        raise ClusterError(f"{what}: the program {words[0]} is not installed") from error
    except subprocess.TimeoutExpired as error:
        raise ClusterError(f"{what}: {shown} did not end within {timeout:.0f} s") from error
    if done.returncode != 0:
        said = tail((done.stderr or done.stdout).decode(errors="replace"))
        raise ClusterError(f"{what}: {shown} ended with {done.returncode} and said:\n{said}")
    return done.stdout.decode(errors="replace")


def answers(*command: str | Path, timeout: float, env: Mapping[str, str] | None = None) -> bool:
    """Tell whether a program runs and succeeds."""
    try:
        run(*command, what="probe", timeout=timeout, env=env)
    except ClusterError:
        return False
    return True


def tail(text: str) -> str:
    """Keep the last lines, which is where programs say why."""
    return "\n".join(f"    {line}" for line in text.strip().splitlines()[-TAIL_LINES:])


def _opened(stdin: str | Path) -> BinaryIO:
    if isinstance(stdin, Path):
        return stdin.open("rb")
    source = tempfile.TemporaryFile()  # noqa: SIM115 - the caller closes it
    source.write(stdin.encode())
    source.seek(0)
    return source
