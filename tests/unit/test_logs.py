"""A JSON line carries the ids of what it is about; a plain one stays as it is."""

import json
import logging
from collections.abc import Iterator

import pytest

from golive.logs import JsonLines, configure_logs
from golive.record.spans import trace_id
from golive.subject import SUBJECT, Subject
from tests.told import ON_A_STEP

RECORD = logging.LogRecord("golive.act", logging.WARNING, "", 0, "%s fell", ("web",), None)


@pytest.fixture
def _on_a_step() -> Iterator[None]:
    token = SUBJECT.set(ON_A_STEP)
    yield
    SUBJECT.reset(token)


def line(*, traced: bool = False) -> dict[str, str]:
    written: dict[str, str] = json.loads(JsonLines(traced=traced).format(RECORD))
    written.pop("time")
    return written


PLAIN = {"level": "warning", "logger": "golive.act", "message": "web fell"}


def test_a_line_about_nothing_has_no_ids() -> None:
    assert line(traced=True) == PLAIN


@pytest.mark.usefixtures("_on_a_step")
def test_a_line_of_a_tick_carries_one_id_per_run_and_step() -> None:
    ids = {"namespace": "shop", "golive": "shop", "uid": "u1", "run": "u1/1", "step": "u1/1/2"}
    assert line() == {**PLAIN, **ids, "check": "error-rate", "component": "web"}


@pytest.mark.usefixtures("_on_a_step")
def test_where_traces_are_on_it_names_its_trace() -> None:
    assert line(traced=True)["trace_id"] == f"{trace_id(ON_A_STEP):032x}"


def test_between_runs_it_names_the_golive_alone() -> None:
    token = SUBJECT.set(Subject("shop", "shop", "u1"))
    found = line(traced=True)
    SUBJECT.reset(token)
    assert found == {**PLAIN, "namespace": "shop", "golive": "shop", "uid": "u1"}


@pytest.mark.usefixtures("_on_a_step")
def test_a_plain_line_stays_as_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    configure_logs("plain", "info", traced=True)
    try:
        root.handle(RECORD)
    finally:
        root.handlers[:], root.level = handlers, level
    assert capsys.readouterr().err.endswith("WARNING web fell\n")
