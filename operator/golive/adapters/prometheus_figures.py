"""The figures of the operator itself, as Prometheus scrapes them; each process has a registry of its own."""

import asyncio
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    ProcessCollector,
    disable_created_metrics,
)
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.exposition import choose_encoder
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector
from typing_extensions import override

from golive.api.golive import GoLive
from golive.api.status import GoLiveStatus
from golive.decide.causes import Ends
from golive.ports import Call, Journal
from golive.record import figures
from golive.record.figures import Figure

Raw = Mapping[str, Any]
_OUTCOMES: Final = ("Ok", "BadQuery", "Unavailable", "Cancelled")
_QUERIES: Final = frozenset({"instant", "range"})


@dataclass(frozen=True, slots=True)
class _Page(Collector):
    """What one scrape reads: the figures that are kept, and those of the GoLives as they stood."""

    kept: tuple[Metric, ...]
    golives: tuple[Raw, ...]
    silences: Mapping[str, float]

    @override
    def collect(self) -> Iterable[Metric]:
        """Go through all figures."""
        yield from self.kept
        for figure in figures.OF_A_GOLIVE:
            yield _family(figure, figures.readings(figure, self.golives))
        yield _family(figures.WATCH_SILENCE, (((kind,), age) for kind, age in self.silences.items()))


def _family(figure: Figure, readings: figures.Readings) -> GaugeMetricFamily:
    family = GaugeMetricFamily(figure.name, figure.about, labels=figure.labels)
    for labels, value in readings:
        family.add_metric(labels, value)
    return family


def _begun(counter: Counter, labels: Iterable[str]) -> Counter:
    # A series that is not there before its first count has no increase at its first count.
    for label in labels:
        counter.labels(label)
    return counter


class PrometheusFigures(Journal):
    """Counters and histograms that are kept, gauges that are read when somebody scrapes."""

    def __init__(self, version: str) -> None:
        # When a counter was made is no figure of ours, and would double the page.
        disable_created_metrics()  # type: ignore[no-untyped-call]  # the library has it untyped
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        self._gauge(figures.BUILD_INFO).labels(version).set(1)
        self._rollbacks = _begun(self._counter(figures.ROLLBACKS), Ends)
        self._time_to_revert = self._histogram(figures.TIME_TO_REVERT)
        self._drift = self._counter(figures.DRIFT)
        self._queries = _begun(self._counter(figures.QUERIES), _OUTCOMES)
        self._query_seconds = self._histogram(figures.QUERY_SECONDS)
        self._requests = self._counter(figures.REQUESTS)
        self._request_seconds = self._histogram(figures.REQUEST_SECONDS)
        self._tick_seconds = self._histogram(figures.TICK_SECONDS)
        self._lag = self._histogram(figures.LAG)
        self._golives: Callable[[], tuple[Raw, ...]] = tuple
        self._silences: Callable[[], Mapping[str, float]] = dict

    def read(
        self,
        golives: Callable[[], tuple[Raw, ...]],
        leads: Callable[[], bool],
        due: Callable[[], int],
        silences: Callable[[], Mapping[str, float]],
    ) -> None:
        """Say where the gauges are read at each scrape."""
        self._golives, self._silences = golives, silences
        self._gauge(figures.LEADER).set_function(leads)
        self._gauge(figures.DUE).set_function(due)
        self._gauge(figures.TASKS).set_function(lambda: len(asyncio.all_tasks()))

    @override
    def called(self, call: Call) -> None:
        """Count a query or a request, and how long it took."""
        if call.verb in _QUERIES:
            self._queries.labels(call.outcome).inc()
            self._query_seconds.observe(call.seconds)
        else:
            self._requests.labels(call.verb, call.resource, call.outcome).inc()
            self._request_seconds.labels(call.verb, call.resource).observe(call.seconds)

    @override
    def recorded(self, golive: GoLive, after: GoLiveStatus) -> None:
        """Count what a status says for the first time."""
        reason = figures.went_back(golive.status, after)
        if reason:
            self._rollbacks.labels(reason).inc()
        seconds = figures.seconds_to_revert(golive.status, after)
        if seconds is not None:
            self._time_to_revert.observe(seconds)
        if figures.drifted(golive.status, after):
            self._drift.inc()

    def ticked(self, seconds: float) -> None:
        """Take down how long a tick took."""
        self._tick_seconds.observe(seconds)

    def lagged(self, seconds: float) -> None:
        """Take down how late the event loop woke a sleeper."""
        self._lag.observe(seconds)

    async def page(self, accept: str) -> tuple[bytes, str]:
        """Return all figures in a form that the scraper accepts, and the form's media type."""
        encode, media_type = choose_encoder(accept)
        # What the loop owns is read on the loop; writing thousands of lines would keep it from its work.
        page = _Page(tuple(self.registry.collect()), self._golives(), dict(self._silences()))
        return await asyncio.to_thread(encode, page), media_type

    def _gauge(self, figure: Figure) -> Gauge:
        return Gauge(figure.name, figure.about, figure.labels, registry=self.registry)

    def _counter(self, figure: Figure) -> Counter:
        return Counter(figure.name, figure.about, figure.labels, registry=self.registry)

    def _histogram(self, figure: Figure) -> Histogram:
        return Histogram(
            figure.name, figure.about, figure.labels, buckets=figure.buckets, registry=self.registry
        )
