"""Spans as OpenTelemetry has them: the ids of the run, and a collector that is away costs a warning."""

import logging
import socket
import time
from datetime import datetime, timedelta

import pytest
from opentelemetry.sdk.trace.export import SimpleSpanProcessor, SpanExportResult
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import StatusCode

from golive.adapters.traces import Collector, Traces
from golive.api.status import Phase
from golive.record.spans import called, trace_id
from tests.builders import START
from tests.told import ON_A_STEP, ToldWorld, a_call
from tests.trace_receiver import receiver


class Clock:
    def now(self) -> datetime:
        return START + timedelta(hours=1)


def test_a_query_is_exported_under_its_step() -> None:
    kept = InMemorySpanExporter()
    traces = Traces(SimpleSpanProcessor(kept), Clock(), "1.2.3")
    traces.called(a_call(outcome="Unavailable"))
    traces.called(a_call(subject=None))
    [span] = kept.get_finished_spans()
    ours = called(a_call())
    assert ours is not None
    assert span.parent is not None
    assert span.context is not None
    assert (span.context.trace_id, span.parent.span_id) == (trace_id(ON_A_STEP), ours.parent_id)
    assert (span.name, span.status.status_code) == ("query instant", StatusCode.ERROR)
    assert span.resource.attributes["service.name"] == "golive"
    assert (span.end_time or 0) - (span.start_time or 0) == 250_000_000


async def test_they_reach_a_collector_over_http() -> None:
    with receiver() as collector:
        traces = Traces.to(collector.url, Clock(), "1.2.3")
        traces.called(a_call("patch", "httproutes"))
        await traces.close()
        [span] = collector.spans()
    assert (span.name, span.trace_id) == ("patch httproutes", f"{trace_id(ON_A_STEP):032x}")
    assert span.attributes["step"] == "u1/1/2"


def words(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.getMessage().partition(" takes ")[2] for record in caplog.records]


async def test_a_collector_that_never_answers_costs_one_warning_and_no_time(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as mute, caplog.at_level(logging.INFO):
        traces = Traces.to(f"http://127.0.0.1:{mute.getsockname()[1]}", Clock(), "1.2.3")
        began = time.monotonic()
        for _ in range(100):
            traces.called(a_call())
        assert time.monotonic() - began < 2
        await traces.close()
        assert time.monotonic() - began < 10
    assert words(caplog) == ["no traces: they are dropped until it does"]


def test_a_collector_that_comes_back_is_told_once(caplog: pytest.LogCaptureFixture) -> None:
    with receiver() as server:
        collector = Collector(server.url)
        server.status = 400
        with caplog.at_level(logging.INFO):
            results = [collector.export([]), collector.export([])]
            server.status = 200
            results += [collector.export([]), collector.export([])]
        collector.shutdown()
    assert words(caplog) == ["no traces: they are dropped until it does", "traces again"]
    assert [result is SpanExportResult.SUCCESS for result in results] == [False, False, True, True]


def test_a_run_is_exported_as_one_trace() -> None:
    world = ToldWorld()
    world.run_to_weight(50)
    world.values["error-rate", "web"] = 0.5
    world.run_until(Phase.ROLLED_BACK)
    kept = InMemorySpanExporter()
    traces = Traces(SimpleSpanProcessor(kept), Clock(), "1.2.3")
    for golive, after, _ in world.written:
        traces.recorded(golive, after)
    spans = {span.name: span for span in kept.get_finished_spans()}
    assert len({span.context.trace_id for span in spans.values() if span.context}) == 1
    root = spans["run 1"]
    assert root.parent is None
    assert root.status.status_code is StatusCode.ERROR
    for name in ("step 1/3", "step 2/3", "way back"):
        parent, own = spans[name].parent, root.context
        assert parent is not None
        assert own is not None
        assert parent.span_id == own.span_id
