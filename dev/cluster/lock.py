"""One user of the cluster at a time: a file lock that names its holder.

Programs started by the holder may use the cluster too; everybody else is refused with a sentence.
"""

import fcntl
import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TextIO

from dev.cluster import pins
from dev.cluster.progress import ClusterError

HOLDER = "GOLIVE_CLUSTER_LOCK"
LOCK = Path("/tmp/golive-cluster.lock")  # noqa: S108 - one for the machine, as the cluster is
EVERYBODY = 0o666


@contextmanager
def lock(purpose: str) -> Iterator[None]:
    """Hold the cluster, or raise ClusterError that says who holds it.

    Held until the last of the programs ends that the holder passes its inheritable files on to.
    """
    with _opened() as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            if _held_by_our_starter(file):
                yield
                return
            raise ClusterError(refusal(_read(file))) from error
        _write(file, purpose)
        os.set_inheritable(file.fileno(), True)
        os.environ[HOLDER] = str(os.getpid())
        try:
            yield
        finally:
            del os.environ[HOLDER]


def _opened() -> TextIO:
    try:
        # Not created where it is there: a machine may forbid that for a file of another user in a shared folder.
        descriptor = os.open(LOCK, os.O_RDWR if LOCK.exists() else os.O_RDWR | os.O_CREAT, EVERYBODY)
        with suppress(PermissionError):
            os.fchmod(descriptor, EVERYBODY)
    except OSError as error:
        raise ClusterError(
            f"{LOCK}, which keeps two users apart, cannot be opened: {error.strerror}"
        ) from error
    return os.fdopen(descriptor, "r+")


def refusal(holder: dict[str, str]) -> str:
    """Say who holds the cluster."""
    return (
        f"the cluster is in use by `{holder.get('purpose', 'another command')}` (pid {holder.get('pid', '?')}) of "
        f"{holder.get('checkout', 'another checkout')} since {holder.get('since', '?')}. "
        "Wait for it to end, or stop it, then try again"
    )


def _held_by_our_starter(file: TextIO) -> bool:
    return os.environ.get(HOLDER, "") == _read(file).get("pid")


def _read(file: TextIO) -> dict[str, str]:
    file.seek(0)
    try:
        return dict(json.loads(file.read()))
    except ValueError:
        return {}


def _write(file: TextIO, purpose: str) -> None:
    file.truncate(0)
    since = time.strftime("%H:%M:%S")
    holder = {"pid": str(os.getpid()), "checkout": str(pins.CHECKOUT), "since": since, "purpose": purpose}
    json.dump(holder, file)
    file.flush()
