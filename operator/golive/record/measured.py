"""Ports that tell a journal how long each call took and how it ended, and else do what the port behind them does."""

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from typing_extensions import override

from golive.errors import GoLiveError
from golive.ports import Call, Clock, Journal, Metrics, Records, Routes, Series
from golive.subject import SUBJECT


@dataclass(frozen=True, slots=True)
class Measure:
    """A stopwatch whose readings go to a journal."""

    journal: Journal
    clock: Clock

    @contextmanager
    def call(self, verb: str, resource: str = "") -> Iterator[None]:
        """Take the time of what is done inside, and how it ended."""
        began_at, began = self.clock.now(), time.monotonic()
        outcome = "Cancelled"
        try:
            yield
            outcome = "Ok"
        except GoLiveError as error:
            outcome = type(error).__name__
            raise
        finally:
            seconds = time.monotonic() - began
            self.journal.called(Call(verb, resource, outcome, began_at, seconds, SUBJECT.get()))


@dataclass(frozen=True, slots=True)
class MeasuredMetrics(Metrics):
    """A source of metrics whose queries are measured."""

    of: Metrics
    measure: Measure

    @override
    async def instant(self, query: str) -> Sequence[Series]:
        """Ask for the newest values."""
        with self.measure.call("instant"):
            return await self.of.instant(query)

    @override
    async def range(self, query: str, start: datetime, end: datetime, step: timedelta) -> Sequence[Series]:
        """Ask for the values of a span."""
        with self.measure.call("range"):
            return await self.of.range(query, start, end, step)

    @override
    async def diagnose(self) -> str:
        """Say why the source does not answer."""
        return await self.of.diagnose()


@dataclass(frozen=True, slots=True)
class MeasuredRoutes(Routes):
    """Routes whose requests are measured."""

    of: Routes
    measure: Measure

    @override
    async def get(self, namespace: str, name: str) -> Mapping[str, Any]:
        """Return the route as it stands now."""
        with self.measure.call("get", "httproutes"):
            return await self.of.get(namespace, name)

    @override
    async def patch(
        self, namespace: str, name: str, operations: Sequence[Mapping[str, Any]]
    ) -> Mapping[str, Any]:
        """Apply a JSON patch."""
        with self.measure.call("patch", "httproutes"):
            return await self.of.patch(namespace, name, operations)


@dataclass(frozen=True, slots=True)
class MeasuredRecords(Records):
    """Records whose requests are measured."""

    of: Records
    measure: Measure

    @override
    async def status(
        self, namespace: str, name: str, resource_version: str, patch: Mapping[str, Any]
    ) -> Mapping[str, Any]:
        """Merge into a GoLive's status."""
        with self.measure.call("patch", "golives/status"):
            return await self.of.status(namespace, name, resource_version, patch)

    @override
    async def finalizers(
        self, namespace: str, name: str, resource_version: str, finalizers: Sequence[str]
    ) -> Mapping[str, Any]:
        """Set a GoLive's finalizers."""
        with self.measure.call("patch", "golives"):
            return await self.of.finalizers(namespace, name, resource_version, finalizers)

    @override
    async def runs(
        self, namespace: str, name: str, resource_version: str, data: Mapping[str, str]
    ) -> Mapping[str, Any]:
        """Write the ConfigMap of a GoLive's past runs."""
        with self.measure.call("patch", "configmaps"):
            return await self.of.runs(namespace, name, resource_version, data)

    @override
    async def event(self, namespace: str, body: Mapping[str, Any]) -> None:
        """Post an event."""
        with self.measure.call("create", "events"):
            await self.of.event(namespace, body)
