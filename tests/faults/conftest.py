"""One run of the seeded slice for the whole tier, with the operators that are broken on purpose."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from dev.endings import end, tied

PATIENCE = 1200
GRACE = 20


@pytest.fixture(scope="session")
def report(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    file: Path = tmp_path_factory.mktemp("faults") / "faults.json"
    command = [sys.executable, "-m", "tests.faults", "--slice", "--seed", "1", "--report", str(file)]
    # A process of its own: what operators leave behind when they are dropped is no warning of these tests.
    child = subprocess.Popen(tied(command))
    try:
        child.wait(PATIENCE)
    finally:
        end(child, GRACE)
    return {**json.loads(file.read_text()), "exit_code": child.returncode}
