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
LAST = 4000
"""Characters of what it said last that are shown."""


@pytest.fixture(scope="session")
def report(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    file: Path = tmp_path_factory.mktemp("faults") / "faults.json"
    said = file.with_name("said.txt")
    command = [sys.executable, "-m", "tests.faults", "--slice", "--seed", "1", "--report", str(file)]
    # A process of its own: what operators leave behind when they are dropped is no warning of these tests.
    with said.open("w") as stream:
        child = subprocess.Popen(tied(command), stdout=stream, stderr=subprocess.STDOUT)
        try:
            child.wait(PATIENCE)
        finally:
            end(child, GRACE)
    if not file.exists():
        pytest.fail(
            f"the trials ended with {child.returncode} and without a report:\n{said.read_text()[-LAST:]}"
        )
    return {**json.loads(file.read_text()), "exit_code": child.returncode, "said": said.read_text()[-LAST:]}
