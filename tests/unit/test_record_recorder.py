"""What a tick decided is written down: the status guarded and only where it changed, events beside it and once."""

import asyncio
import logging
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

import pytest

from golive.api.golive import GoLive, parse
from golive.api.status import GoLiveStatus, Phase, status_wire
from golive.decide.decision import Event, Reason
from golive.errors import Gone, Overruled, Refused, Unavailable
from golive.record.event import event_body
from golive.record.recorder import Recorder
from tests.raw import START, a_golive
from tests.told import Kept

STARTED = Event(Reason.STARTED, "run 1: from blue to green", once="run 1")
WARNED = Event(Reason.ROLLED_BACK, "blue serves again", warning=True, once="1 12:00")


@dataclass
class Server:
    """Where things are written; each write may fail, or wait."""

    statuses: list[tuple[str, str, str, Mapping[str, Any]]] = field(default_factory=list)
    events: list[Mapping[str, Any]] = field(default_factory=list)
    seen: list[tuple[str, Mapping[str, Any]]] = field(default_factory=list)
    kept: Mapping[str, Any] = field(default_factory=dict)
    """What it answers to have kept of a status."""
    fails: Exception | None = None
    waits: asyncio.Event | None = None
    posting: int = 0
    """Events on their way."""

    async def status(
        self, namespace: str, name: str, resource_version: str, patch: Mapping[str, Any]
    ) -> Mapping[str, Any]:
        if self.fails:
            raise self.fails
        self.statuses.append((namespace, name, resource_version, patch))
        return {"status": self.kept}

    async def event(self, namespace: str, body: Mapping[str, Any]) -> None:
        assert namespace == body["metadata"]["namespace"]
        self.posting += 1
        if self.waits:
            await self.waits.wait()
        self.posting -= 1
        if self.fails:
            raise self.fails
        self.events.append(body)

    async def finalizers(self, *_: Any) -> Mapping[str, Any]:
        raise AssertionError("a recorder holds nothing")

    async def runs(self, *_: Any) -> Mapping[str, Any]:
        raise AssertionError("a recorder saves no runs")

    def put(self, kind: str, raw: Mapping[str, Any]) -> object:
        self.seen.append((kind, raw))
        return None

    def drop(self, *_: Any) -> object:
        raise AssertionError("a recorder forgets nothing")

    def route(self, *_: Any) -> Mapping[str, Any] | None:
        raise AssertionError("a recorder knows no routes")

    def past_runs(self, *_: Any) -> Mapping[str, Any] | None:
        raise AssertionError("a recorder knows no runs")


def a_recorder(server: Server) -> Recorder:
    return Recorder(server, server, "operator-1")


def golive(name: str = "shop", **metadata: Any) -> GoLive:
    raw = a_golive(name)
    return parse({**raw, "metadata": {**raw["metadata"], **metadata}})


async def told() -> None:
    """Let everything that can be done be done."""
    for _ in range(10):
        await asyncio.sleep(0)


async def test_only_what_changed_is_written_and_counts_as_seen() -> None:
    before = status_wire(GoLiveStatus(message="a"))
    after = GoLiveStatus(message="b", phase=Phase.LIVE)
    server = Server(kept=status_wire(after))
    assert await a_recorder(server).status(golive(), before, "17", after)
    assert server.statuses == [("shop", "shop", "17", {"message": "b", "phase": "Live"})]
    assert server.seen == [("GoLive", {"status": status_wire(after)})]


async def test_what_was_written_and_nothing_else_is_told_to_the_journal() -> None:
    after, kept = GoLiveStatus(message="b", phase=Phase.LIVE), Kept()
    server = Server(kept=status_wire(after))
    recorder = Recorder(server, server, "operator-1", kept)
    before = golive()
    assert await recorder.status(before, {}, "17", after)
    assert not await recorder.status(before, status_wire(after), "18", after)
    server.fails = Refused("somebody was quicker")
    with pytest.raises(Refused):
        await recorder.status(before, {}, "19", after)
    assert kept.statuses == [(before.status, after)]


async def test_a_status_that_is_not_kept_whole_is_said_with_what_to_do() -> None:
    after = GoLiveStatus(message="b", known=("web/web",))
    server = Server(kept={key: value for key, value in status_wire(after).items() if key != "known"})
    with pytest.raises(Overruled, match="the CRD in the cluster is older than the operator: apply crds/"):
        await a_recorder(server).status(golive(), {}, "17", after)
    assert len(server.seen) == 1


async def test_a_status_that_stays_costs_no_write() -> None:
    server = Server()
    status = GoLiveStatus(message="a", phase=Phase.LIVE)
    assert not await a_recorder(server).status(golive(), status_wire(status), "17", status)
    assert (server.statuses, server.seen) == ([], [])


@pytest.mark.parametrize("error", [Refused("409"), Gone("404"), Unavailable("timeout")])
async def test_a_status_that_cannot_be_written_is_no_success_and_nothing_seen(error: Exception) -> None:
    server = Server(fails=error)
    with pytest.raises(type(error)):
        await a_recorder(server).status(golive(), {}, "17", GoLiveStatus(message="b"))
    assert server.seen == []


async def test_however_much_is_told_at_once_is_posted_a_few_at_a_time() -> None:
    server = Server(waits=asyncio.Event())
    recorder = a_recorder(server)
    for number in range(20):
        recorder.tell(golive(), [replace(STARTED, once=str(number))], START)
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert 1 <= server.posting <= 4
    assert server.waits is not None
    server.waits.set()
    await recorder.settle()
    assert len(server.events) == 20


async def test_telling_waits_for_nobody() -> None:
    server = Server(waits=asyncio.Event())
    a_recorder(server).tell(golive(), [STARTED, WARNED], START)
    await told()
    assert server.events == []
    assert server.waits is not None
    server.waits.set()
    await told()
    assert [body["reason"] for body in server.events] == ["Started", "RolledBack"]


async def test_the_same_event_is_told_once_by_one_process() -> None:
    server = Server()
    recorder = a_recorder(server)
    for _ in range(3):
        recorder.tell(golive(), [STARTED], START)
    await told()
    assert len(server.events) == 1


async def test_what_the_api_server_has_long_forgotten_is_told_again() -> None:
    server = Server()
    recorder = a_recorder(server)
    for minutes in (0, 30, 59, 61, 100):
        recorder.tell(golive(), [STARTED], START + timedelta(minutes=minutes))
    await told()
    assert len(server.events) == 2


async def test_an_event_that_cannot_be_told_is_logged_and_harms_nobody(
    caplog: pytest.LogCaptureFixture,
) -> None:
    server = Server(fails=Unavailable("no answer"))
    a_recorder(server).tell(golive(), [STARTED], START)
    await told()
    assert "an event could not be posted: no answer" in caplog.text


async def test_every_event_is_in_the_log_too(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    server = Server()
    a_recorder(server).tell(golive(), [STARTED, WARNED], START)
    await told()
    levels = {record.getMessage(): record.levelname for record in caplog.records}
    assert levels["shop/shop Started: run 1: from blue to green"] == "INFO"
    assert levels["shop/shop RolledBack: blue serves again"] == "WARNING"


def body(event: Event, about: GoLive | None = None) -> dict[str, Any]:
    return event_body(about or golive(), event, START, "operator-1")


def test_an_event_has_all_that_the_api_asks_for() -> None:
    found = body(WARNED)
    name = found["metadata"].pop("name")
    assert name.startswith("shop.")
    assert found == {
        "apiVersion": "events.k8s.io/v1",
        "kind": "Event",
        "metadata": {"namespace": "shop"},
        "eventTime": "2026-01-01T12:00:00.000000Z",
        "type": "Warning",
        "reason": "RolledBack",
        "action": "RolledBack",
        "note": "blue serves again",
        "regarding": {
            "apiVersion": "golive.dev/v1alpha1",
            "kind": "GoLive",
            "namespace": "shop",
            "name": "shop",
            "uid": "uid-shop",
        },
        "reportingController": "golive.dev/operator",
        "reportingInstance": "operator-1",
    }
    assert body(STARTED)["type"] == "Normal"


def test_its_name_says_what_it_says_whoever_says_it_and_when() -> None:
    name = body(STARTED)["metadata"]["name"]
    later = event_body(golive(), STARTED, START.replace(year=2027), "operator-2")
    assert later["metadata"]["name"] == name


@pytest.mark.parametrize(
    "other",
    [
        body(Event(Reason.STARTED, STARTED.message, once="run 2")),
        body(Event(Reason.LIVE, STARTED.message, once="run 1")),
        body(STARTED, golive(uid="another")),
        body(STARTED, golive("shop2", uid="uid-shop")),
    ],
)
def test_another_thing_has_another_name(other: dict[str, Any]) -> None:
    assert other["metadata"]["name"] != body(STARTED)["metadata"]["name"]


def test_the_longest_name_and_message_stay_within_what_the_api_allows() -> None:
    found = body(Event(Reason.LIVE, "m" * 5000), golive("n" * 253))
    assert len(found["metadata"]["name"]) <= 253
    assert len(found["note"]) == 1024
