"""The demo keeps its promises with the operator as it is, and turns red with each broken one, for what is broken."""

import json
import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

CHECKOUT = Path(__file__).resolve().parents[2]
BROKEN = Path(__file__).parent / "broken"
STEPS = [10, 25, 50, 75, 100]
PATIENCE = 300


def demo(build: Path, *words: str) -> tuple[int, str]:
    """Play the demo; give its exit code and what it printed."""
    command = [sys.executable, "-m", "dev.demo", "--build", str(build), *words]
    with subprocess.Popen(
        command, cwd=CHECKOUT, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    ) as played:
        try:
            printed, _ = played.communicate(timeout=PATIENCE)
        finally:
            # Asked, not killed: it ends its own children.
            played.terminate()
    return played.returncode, printed


def figures(build: Path) -> dict[str, Any]:
    return dict(json.loads((build / "demo.json").read_text()))


def test_the_demo_keeps_its_promises(tmp_path: Path) -> None:
    code, printed = demo(tmp_path)
    assert code == 0, printed
    measured = figures(tmp_path)
    shift, revert, unready = measured["shift"], measured["revert"], measured["unready"]
    assert shift["failed"] == 0
    assert [step["weight"] for step in shift["steps"]] == STEPS
    assert all(abs(step["observed_share"] - step["weight"]) <= 3 for step in shift["steps"])
    for taken_back in (revert, unready):
        assert 0 <= taken_back["verdict_to_written_ms"] <= 200
        assert taken_back["failed_after_revert"] == 0
    assert known_to_last_bad(revert) <= 2
    assert known_to_last_bad(unready) <= 1
    requests = sum(act["requests"] for act in measured.values())
    assert requests >= 50 * shift["seconds"]


def known_to_last_bad(act: dict[str, Any]) -> float:
    """Add up the seconds from when the fault could be known to the last bad response."""
    milliseconds = act["verdict_to_written_ms"] + act["written_to_last_bad_response_ms"]
    return float(act["breach_visible_to_verdict_s"] + milliseconds / 1000)


@pytest.mark.parametrize(
    ("broken", "promise", "measured"),
    [
        ("leaves_out_a_step", "good release: weights rise step by step", r" 10 50 75 100 "),
        ("wrong_sum", "good release: weights rise step by step", r"; 10 and 140 are not 100 "),
        ("never_reverts", "bad release: taken back in one write, for good", r" 10 25 "),
        (
            "reverts_late",
            "bad release: last bad response after the breach is in Prometheus",
            r" [3-9]\.\d\d s ",
        ),
    ],
)
@pytest.mark.usefixtures("programme")  # the scenarios play beside: nothing is measured here
def test_a_broken_operator_turns_the_demo_red(
    broken: str, promise: str, measured: str, tmp_path: Path
) -> None:
    command = shlex.join([sys.executable, str(BROKEN / f"{broken}.py")])
    code, printed = demo(tmp_path, "--operator", command)
    assert code == 1, printed
    rows = [line for line in printed.splitlines() if promise in line]
    assert [bool(re.search(measured + r".*\bNO\b", row)) for row in rows] == [True], printed
