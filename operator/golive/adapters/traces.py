"""Spans to an OpenTelemetry collector over HTTP; imported only where traces are asked for.

They are sent from a thread of their own. What a collector that is away does not take is dropped, and costs a warning.
"""

import asyncio
import logging
import math
import time
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Final

from opentelemetry.context import Context
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan, SpanProcessor, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter, SpanExportResult
from opentelemetry.sdk.trace.id_generator import IdGenerator, RandomIdGenerator
from opentelemetry.trace import (
    NonRecordingSpan,
    SpanContext,
    Status,
    StatusCode,
    TraceFlags,
    set_span_in_context,
)
from typing_extensions import override

from golive.api.golive import GoLive
from golive.api.status import GoLiveStatus
from golive.ports import Call, Clock, Journal
from golive.record import spans
from golive.record.spans import Span, Trail

log = logging.getLogger(__name__)

_TIMEOUT: Final = 3.0
"""Seconds that a collector may take; at the end, for all that is left."""


class _Ids(IdGenerator):
    """Gives the next span the ids that it is to have."""

    def __init__(self) -> None:
        self._random = RandomIdGenerator()
        self.of: Span | None = None

    @override
    def generate_trace_id(self) -> int:
        return self.of.trace_id if self.of else self._random.generate_trace_id()

    @override
    def generate_span_id(self) -> int:
        return (self.of and self.of.span_id) or self._random.generate_span_id()


class Collector(SpanExporter):
    """A collector at a base URL: that it is away is said once, and once that it is back."""

    def __init__(self, url: str) -> None:
        # What it says of every try of every batch is said here, once.
        logging.getLogger("opentelemetry").setLevel(logging.CRITICAL)
        self._url = url
        self._exporter = OTLPSpanExporter(endpoint=f"{url}/v1/traces", timeout=_TIMEOUT)
        self._away = False
        self._until = math.inf

    @override
    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        """Send a batch; what is not taken is dropped."""
        if time.monotonic() > self._until:
            return SpanExportResult.FAILURE
        result = self._exporter.export(spans)
        away = result is not SpanExportResult.SUCCESS
        if away and not self._away:
            log.warning("the collector %s takes no traces: they are dropped until it does", self._url)
        elif self._away and not away:
            log.info("the collector %s takes traces again", self._url)
        self._away = away
        return result

    def hurry(self) -> None:
        """Send what is left for a short while only."""
        self._until = time.monotonic() + _TIMEOUT

    @override
    def shutdown(self) -> None:
        """Close the connection."""
        self._exporter.shutdown()  # type: ignore[no-untyped-call]  # the library has it untyped


class Traces(Journal):
    """One trace per run, under ids that follow from the run."""

    def __init__(
        self, processor: SpanProcessor, clock: Clock, version: str, hurry: Callable[[], None] = lambda: None
    ) -> None:
        self._clock = clock
        self._hurry = hurry
        self._trail = Trail()
        self._ids = _Ids()
        self._processor = processor
        resource = Resource.create({"service.name": "golive", "service.version": version})
        provider = TracerProvider(resource=resource, id_generator=self._ids, shutdown_on_exit=False)
        provider.add_span_processor(processor)
        self._tracer = provider.get_tracer("golive", version)

    @classmethod
    def to(cls, url: str, clock: Clock, version: str) -> "Traces":
        """Send to the collector at this base URL."""
        collector = Collector(url)
        return cls(BatchSpanProcessor(collector), clock, version, collector.hurry)

    @override
    def called(self, call: Call) -> None:
        """Tell the span of a query or a request."""
        span = spans.called(call)
        self._tell([span] if span else [])

    @override
    def recorded(self, golive: GoLive, after: GoLiveStatus) -> None:
        """Tell the spans that are over since this status."""
        self._tell(self._trail.ended(golive, after, self._clock.now()))

    async def close(self) -> None:
        """Send what is left, as far as the collector takes it in time."""
        self._hurry()
        await asyncio.to_thread(self._processor.shutdown)

    def _tell(self, told: Iterable[Span]) -> None:
        for span in told:
            self._ids.of = span
            begun = self._tracer.start_span(
                span.name, _below(span), attributes=span.attributes, start_time=_nanoseconds(span.start)
            )
            if span.error:
                begun.set_status(Status(StatusCode.ERROR, span.error))
            begun.end(_nanoseconds(span.end))


def _below(span: Span) -> Context:
    if span.parent_id is None:
        return Context()
    parent = SpanContext(
        span.trace_id, span.parent_id, is_remote=True, trace_flags=TraceFlags(TraceFlags.SAMPLED)
    )
    return set_span_in_context(NonRecordingSpan(parent), Context())


def _nanoseconds(at: datetime) -> int:
    return int(at.timestamp() * 1_000_000) * 1000
