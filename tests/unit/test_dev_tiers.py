"""What `make test` says in the end, and when it calls a tier good."""

from pathlib import Path

import pytest

from dev import tiers
from dev.tiers import Result, counts, run_all, run_tier, table

REPORT = """<testsuites><testsuite tests="7" failures="1" errors="1" skipped="2"/></testsuites>"""


def test_failures_errors_and_skips_are_told_apart(tmp_path: Path) -> None:
    report = tmp_path / "report.xml"
    assert counts(report) == (0, 0, 0)
    report.write_text(REPORT)
    assert counts(report) == (3, 2, 2)


def test_the_last_line_is_the_sum() -> None:
    lines = table(
        [Result("unit", 3, 0, 0, 1.0, ok=True), Result("e2e", 1, 2, 0, 60.0, ok=False)]
    ).splitlines()
    assert lines[-1] == "4 passed, 2 failed"
    assert lines[2].split() == ["e2e", "1", "2", "0", "60.0"]


@pytest.mark.parametrize(
    ("body", "ok"),
    [("assert True", True), ("assert False", False), ("import pytest; pytest.skip('no reason')", False)],
)
def test_a_tier_is_good_when_all_of_it_ran_and_passed(
    body: str,
    ok: bool,  # noqa: FBT001  # a table's column
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    (tmp_path / "tests" / "unit").mkdir(parents=True)
    (tmp_path / "tests" / "unit" / "test_one.py").write_text(f"def test_one():\n    {body}\n")
    monkeypatch.chdir(tmp_path)
    assert run_tier("unit").ok is ok


def test_a_tier_that_hangs_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "tests" / "unit").mkdir(parents=True)
    (tmp_path / "tests" / "unit" / "test_one.py").write_text(
        "def test_one():\n    import time; time.sleep(60)\n"
    )
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(tiers, "PATIENCE", 0.5)
    monkeypatch.setattr(tiers, "GRACE", 2)
    assert not run_tier("unit").ok


def test_tiers_side_by_side_each_say_their_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    for tier, body in (("unit", "assert True"), ("component", "assert False")):
        (tmp_path / "tests" / tier).mkdir(parents=True)
        (tmp_path / "tests" / tier / "test_one.py").write_text(f"def test_{tier}():\n    {body}\n")
    monkeypatch.chdir(tmp_path)
    results = run_all(["unit", "component"])
    assert [(one.tier, one.ok) for one in results] == [("unit", True), ("component", False)]
    said = capfd.readouterr().out
    assert said.count("--- ") == 2
    assert "FAILED tests/component/test_one.py::test_component" in said
