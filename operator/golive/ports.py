"""What the operator needs of the outside, on one screen; `adapters/` fulfils it.

Every method ends within its adapter's timeout and raises only what `errors.py` names.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

from golive.api.golive import GoLive
from golive.api.status import GoLiveStatus
from golive.subject import Subject


@dataclass(frozen=True, slots=True)
class Point:
    """One value of one series at one time."""

    at: datetime
    value: float


@dataclass(frozen=True, slots=True)
class Series:
    """One series of an answer: an instant answer has one point each."""

    labels: Mapping[str, str]
    points: tuple[Point, ...]


@dataclass(frozen=True, slots=True)
class Call:
    """A query or a request to the API server that has ended."""

    verb: str
    """instant and range ask Prometheus; get, patch and create are the API server's."""
    resource: str
    """The plural that was asked for, with its subresource; empty for a query."""
    outcome: str
    """Ok, or the name of the failure in `errors.py`; Cancelled where nobody waited for its end."""
    began_at: datetime
    seconds: float
    subject: Subject | None
    """What it was for."""


class Clock(Protocol):
    """The API server's time."""

    def now(self) -> datetime:
        """Return the moment; never goes back."""
        ...


class Metrics(Protocol):
    """A source of metrics that speaks PromQL."""

    async def instant(self, query: str) -> Sequence[Series]:
        """Ask for the newest values; raises BadQuery, Unavailable."""
        ...

    async def range(self, query: str, start: datetime, end: datetime, step: timedelta) -> Sequence[Series]:
        """Ask for the values of a span, ends included; raises BadQuery, Unavailable."""
        ...

    async def diagnose(self) -> str:
        """Say in a sentence why the source does not answer; empty where it does."""
        ...


class Routes(Protocol):
    """The user's routes."""

    async def get(self, namespace: str, name: str) -> Mapping[str, Any]:
        """Return the route as it stands now; raises Refused where it is gone, Denied, Unavailable."""
        ...

    async def patch(
        self, namespace: str, name: str, operations: Sequence[Mapping[str, Any]]
    ) -> Mapping[str, Any]:
        """Apply a JSON patch as one compare-and-swap and return the route; raises Refused, Denied, Unavailable."""
        ...


class Records(Protocol):
    """Where the operator writes what it knows."""

    async def status(
        self, namespace: str, name: str, resource_version: str, patch: Mapping[str, Any]
    ) -> Mapping[str, Any]:
        """Merge into a GoLive's status if nobody has written it since, and return the GoLive."""
        ...

    async def finalizers(
        self, namespace: str, name: str, resource_version: str, finalizers: Sequence[str]
    ) -> Mapping[str, Any]:
        """Set a GoLive's finalizers if nobody has written it since, and return the GoLive."""
        ...

    async def runs(
        self, namespace: str, name: str, resource_version: str, data: Mapping[str, str]
    ) -> Mapping[str, Any]:
        """Write the ConfigMap of a GoLive's past runs, if nobody has written it since, and return it.

        Without a resourceVersion it is created.
        """
        ...

    async def event(self, namespace: str, body: Mapping[str, Any]) -> None:
        """Post an event; one that is already there is left as it is."""
        ...


@dataclass(frozen=True, slots=True)
class Held:
    """A Lease as it was read."""

    holder: str
    """Who holds it; empty where nobody does."""
    seconds: float
    """How long it stays held without being renewed."""
    version: str
    """Its resourceVersion; empty where there is no such Lease."""
    transitions: int
    """How often it has changed hands."""


class Leases(Protocol):
    """The one Lease that says which process acts."""

    async def get(self) -> Held | None:
        """Return it, None where there is none; raises Denied, Unavailable."""
        ...

    async def write(self, seen: Held | None, holder: str, seconds: float) -> Held:
        """Say who holds it, if nobody has written it since it was seen; raises Refused, Denied, Unavailable."""
        ...

    async def changed(self, seen: Held, within: float) -> Held | None:
        """Wait up to some seconds for its next state; raises Denied, Unavailable."""
        ...


@dataclass(frozen=True, slots=True)
class Page:
    """Some of a kind's objects."""

    objects: tuple[Mapping[str, Any], ...]
    version: str
    """The resourceVersion of the moment that the whole listing shows."""


@dataclass(frozen=True, slots=True)
class Change:
    """An object as it is now, or as it was when it went."""

    object: Mapping[str, Any]
    gone: bool


class Collections(Protocol):
    """Everything there is of a kind, and what becomes of it."""

    def pages(self, kind: str, namespace: str | None) -> AsyncIterator[Page]:
        """List it in a namespace, None for all; raises Denied, Unavailable."""
        ...

    def changes(
        self, kind: str, namespace: str | None, version: str, seconds: float
    ) -> AsyncIterator[Change]:
        """Watch it from a listing's version on, for some seconds or until it must be listed again; raises Denied, Unavailable."""
        ...


class Seen(Protocol):
    """What the operator has seen of the cluster; our own writes count as seen at once."""

    def route(self, namespace: str, name: str) -> Mapping[str, Any] | None:
        """Return the newest state of a route."""
        ...

    def past_runs(self, namespace: str, golive: str) -> Mapping[str, Any] | None:
        """Return the ConfigMap of a GoLive's past runs."""
        ...

    def put(self, kind: str, raw: Mapping[str, Any]) -> object:
        """Take in a newer state of an object."""
        ...

    def drop(self, kind: str, raw: Mapping[str, Any]) -> object:
        """Forget an object that is gone."""
        ...


class Journal(Protocol):
    """Who keeps account of what happens; it is never awaited."""

    def called(self, call: Call) -> None:
        """Take down a query or a request."""
        ...

    def recorded(self, golive: GoLive, after: GoLiveStatus) -> None:
        """Take down a status that was written over the GoLive's own."""
        ...
