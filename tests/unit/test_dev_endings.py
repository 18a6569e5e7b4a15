"""What the project's programs start ends with them, however they end."""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from dev.cluster import lock as locks
from dev.cluster.lock import lock
from dev.cluster.progress import ClusterError
from dev.endings import end, tied

SLEEPER = "import sys, time; print('up', flush=True); time.sleep(60)"
DEAF = f"import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); {SLEEPER}"
ORDERLY = f"from dev.endings import end_in_order; end_in_order(); {SLEEPER}"
PARENT = """
import subprocess, sys, time
from dev.endings import tied
sleeper = "import time; print('up', flush=True); time.sleep(60)"
child = subprocess.Popen(tied([sys.executable, "-c", sleeper]), start_new_session=True, stdout=subprocess.PIPE)
child.stdout.readline()
print(child.pid, flush=True)
time.sleep(60)
"""


def started(program: str) -> "subprocess.Popen[bytes]":
    child = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE)
    assert child.stdout
    assert child.stdout.readline() == b"up\n"
    return child


def until(true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 10
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def gone(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return "\nState:\tZ" in Path(f"/proc/{pid}/status").read_text()


def test_a_child_ends_with_the_process_that_started_it_even_where_that_is_killed() -> None:
    assert shutil.which("setpriv"), "setpriv is of Debian's essential packages"
    with subprocess.Popen([sys.executable, "-c", PARENT], stdout=subprocess.PIPE) as parent:
        assert parent.stdout
        child = int(parent.stdout.readline())
        assert not gone(child)
        parent.kill()
    until(lambda: gone(child))


def test_a_program_that_does_not_exist_is_missed_by_its_own_name() -> None:
    assert tied(["/no/such/program", "run"]) == ["/no/such/program", "run"]


@pytest.mark.parametrize(
    ("program", "code"),
    [
        (SLEEPER, -signal.SIGTERM),
        (DEAF, -signal.SIGKILL),
        (ORDERLY, -signal.SIGINT),  # as Python itself ends by a KeyboardInterrupt
    ],
)
def test_a_child_is_asked_to_end_and_then_made_to(program: str, code: int) -> None:
    with started(program) as child:
        end(child, 1)
        assert child.returncode == code


def test_the_lock_is_held_until_the_last_of_those_it_was_passed_to_ends(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(locks, "LOCK", tmp_path / "lock")
    with lock("make test"):
        child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"], close_fds=False)
    try:
        with pytest.raises(ClusterError, match="in use by `make test`"), lock("make demo"):
            pass
    finally:
        child.kill()
        child.wait()
    with lock("make demo"):
        pass


def test_a_lock_that_cannot_be_opened_is_said_in_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(locks, "LOCK", tmp_path / "no-such-folder" / "lock")
    with (
        pytest.raises(ClusterError, match="which keeps two users apart, cannot be opened"),
        lock("make demo"),
    ):
        pass
