"""Every clock of Python's that tells the time of day steps with the operator's, and no other."""

import subprocess
import sys
from pathlib import Path

from tests.faults.surroundings import STEPPED

PROGRAM = """
import os, signal, time
import datetime as module
from datetime import UTC, date, datetime
clocks = {
    "time": time.time,
    "time_ns": lambda: time.time_ns() / 1e9,
    "now": lambda: datetime.now().timestamp(),
    "now in UTC": lambda: datetime.now(UTC).timestamp(),
    "utcnow": lambda: module.datetime.utcnow().replace(tzinfo=UTC).timestamp(),
    "monotonic": time.monotonic,
}
before = {name: ask() for name, ask in clocks.items()}
steps = {name: [] for name in clocks}
for _ in range(2):
    os.kill(os.getpid(), signal.SIGUSR1)
    for name, ask in clocks.items():
        steps[name].append(round((ask() - before[name]) / 100))
assert isinstance(module.datetime(2026, 1, 1), datetime) and isinstance(datetime.fromisoformat("2026-01-01"), date)
print(steps)
"""


def test_each_signal_steps_every_wall_clock_and_the_next_one_as_far_the_other_way(tmp_path: Path) -> None:
    program = tmp_path / "program.py"
    program.write_text(PROGRAM)
    command = [sys.executable, STEPPED, "300", str(program)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    walls = ("time", "time_ns", "now", "now in UTC", "utcnow")
    assert done.stdout.strip() == str({name: [3, -3] for name in walls} | {"monotonic": [0, 0]})
