"""Every query and request is measured, however it ends, and its caller gets what it would have got."""

import asyncio
import logging
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest

from golive.api.golive import GoLive
from golive.api.status import GoLiveStatus
from golive.errors import BadQuery, GoLiveError, Refused, Unavailable
from golive.ports import Call
from golive.record.journal import Journals
from golive.record.measured import Measure, MeasuredMetrics, MeasuredRecords, MeasuredRoutes
from golive.subject import SUBJECT
from tests.builders import START
from tests.scripted_time import play
from tests.told import ON_A_STEP, Kept


@dataclass
class Outside:
    """Every port at once; each method gives its arguments back, or fails."""

    fails: GoLiveError | None = None
    takes: float = 0.0

    def now(self) -> Any:
        return START

    def __getattr__(self, name: str) -> Callable[..., Coroutine[Any, Any, Any]]:
        async def method(*arguments: Any) -> Any:
            await asyncio.sleep(self.takes)
            if self.fails:
                raise self.fails
            return name, *arguments

        return method


SECOND = timedelta(seconds=1)
ROWS: list[tuple[Any, str, tuple[Any, ...], str, str]] = [
    (MeasuredMetrics, "instant", ("up",), "instant", ""),
    (MeasuredMetrics, "range", ("up", START, START, SECOND), "range", ""),
    (MeasuredRoutes, "get", ("shop", "web"), "get", "httproutes"),
    (MeasuredRoutes, "patch", ("shop", "web", []), "patch", "httproutes"),
    (MeasuredRecords, "status", ("shop", "web", "1", {}), "patch", "golives/status"),
    (MeasuredRecords, "finalizers", ("shop", "web", "1", []), "patch", "golives"),
    (MeasuredRecords, "runs", ("shop", "web", "1", {}), "patch", "configmaps"),
]


def measured(port: Any, outside: Outside, kept: Kept) -> Any:
    return port(outside, Measure(kept, outside))


@pytest.mark.parametrize(("port", "method", "arguments", "verb", "resource"), ROWS)
async def test_a_call_is_measured_and_answered(
    port: Any, method: str, arguments: tuple[Any, ...], verb: str, resource: str
) -> None:
    kept = Kept()
    token = SUBJECT.set(ON_A_STEP)
    answer = await getattr(measured(port, Outside(), kept), method)(*arguments)
    SUBJECT.reset(token)
    assert answer == (method, *arguments)
    [call] = kept.calls
    assert (call.verb, call.resource, call.outcome) == (verb, resource, "Ok")
    assert (call.began_at, call.subject) == (START, ON_A_STEP)
    assert 0 <= call.seconds < 1


async def test_an_event_is_measured() -> None:
    kept = Kept()
    await measured(MeasuredRecords, Outside(), kept).event("shop", {})
    assert [(call.verb, call.resource, call.subject) for call in kept.calls] == [("create", "events", None)]


@pytest.mark.parametrize("error", [BadQuery("no"), Unavailable("no"), Refused("no")])
async def test_a_failure_is_measured_by_its_name_and_raised(error: GoLiveError) -> None:
    kept = Kept()
    with pytest.raises(type(error)):
        await measured(MeasuredMetrics, Outside(fails=error), kept).instant("up")
    assert [call.outcome for call in kept.calls] == [type(error).__name__]


def test_one_that_is_given_up_is_measured_as_cancelled() -> None:
    kept = Kept()

    async def scene() -> None:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(1):
                await measured(MeasuredRoutes, Outside(takes=5), kept).patch("shop", "web", [])

    play(scene())
    assert [call.outcome for call in kept.calls] == ["Cancelled"]


async def test_to_diagnose_is_no_query() -> None:
    kept = Kept()
    assert await measured(MeasuredMetrics, Outside(), kept).diagnose() == ("diagnose",)
    assert kept.calls == []


class Broken:
    """A journal with a fault."""

    def called(self, call: Call) -> None:
        raise ValueError(call.verb)

    def recorded(self, golive: GoLive, after: GoLiveStatus) -> None:
        raise ValueError(golive.name + after.message)


async def test_a_journal_with_a_fault_spoils_no_write_and_no_other_journal(
    caplog: pytest.LogCaptureFixture,
) -> None:
    kept = Kept()
    routes = MeasuredRoutes(Outside(), Measure(Journals((Broken(), kept)), Outside()))
    with caplog.at_level(logging.ERROR):
        assert (await routes.patch("shop", "web", []))[0] == "patch"  # type: ignore[index]  # what Outside answers
    assert len(kept.calls) == 1
    assert "Broken could not take down what happened" in caplog.text
