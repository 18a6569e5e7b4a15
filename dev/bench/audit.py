"""Read the API server's audit log: who asked what, when, and what was written. Moments are seconds since 1970."""

import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from dev.bench.objects import moment
from dev.new_lines import NewLines
from dev.percentile import WHOLE

WRITES: Final = frozenset({"create", "update", "patch", "delete", "deletecollection"})
Key = tuple[str, str]
_ERRORS: Final = 400
_GAVE_UP: Final = 504


@dataclass(frozen=True, slots=True)
class Request:
    """One request."""

    received: float
    answered: float
    verb: str
    resource: str
    """The resource, with its subresource where there is one; the path where it is none."""
    key: Key
    """Namespace and name."""
    agent: str
    code: int
    body: Any = None

    @property
    def is_write(self) -> bool:
        """Whether it was to change something."""
        return self.verb in WRITES

    @property
    def succeeded(self) -> bool:
        """Whether the API server did what was asked."""
        return self.code < _ERRORS


def request(line: str) -> Request | None:
    """Read one line of the log; None for the other stages of a request."""
    entry = json.loads(line)
    if entry["stage"] not in {"ResponseComplete", "Panic"} and not _is_watch_start(entry):
        return None
    named = entry.get("objectRef") or {}
    parts = [named.get("resource"), named.get("subresource")]
    return Request(
        received=moment(entry["requestReceivedTimestamp"]),
        answered=moment(entry["stageTimestamp"]),
        verb=entry["verb"],
        resource="/".join(part for part in parts if part) or entry["requestURI"].partition("?")[0],
        key=(named.get("namespace", ""), named.get("name", "")),
        agent=entry.get("userAgent", ""),
        code=(entry.get("responseStatus") or {}).get("code", 0),
        body=entry.get("requestObject"),
    )


def _is_watch_start(entry: dict[str, Any]) -> bool:
    # A watch is complete only when it ends, perhaps after the count.
    return bool(entry["verb"] == "watch" and entry["stage"] == "ResponseStarted")


@dataclass
class AuditLog:
    """The log as far as it has been read, and what GoLives have reached by it."""

    path: Path
    keep: bool = True
    """Whether the requests are kept; the phases are in any case."""
    requests: list[Request] = field(default_factory=list)
    phases: dict[Key, tuple[str, float]] = field(default_factory=dict)
    """The last phase that was written of each GoLive, and when."""
    acknowledged: dict[Key, float] = field(default_factory=dict)
    """When a step's weight was last put down as read back, by GoLive."""

    def __post_init__(self) -> None:
        self._new_lines = NewLines(self.path)

    def read_on(self) -> list[Request]:
        """Take in the lines that are new, and return them."""
        read = filter(None, map(request, self._new_lines))
        # The end of a watch is the second line of one request.
        new = [one for one in read if not (one.verb == "watch" and one.answered - one.received > 1)]
        if self.keep:
            self.requests += new
        for one in new:
            self._follow(one)
        return new

    def _follow(self, one: Request) -> None:
        if one.resource != "golives/status" or not one.succeeded or not isinstance(one.body, dict):
            return
        status = one.body.get("status") or {}
        if status.get("phase"):
            self.phases[one.key] = (status["phase"], one.answered)
        if (status.get("step") or {}).get("acknowledgedAt"):
            self.acknowledged[one.key] = one.answered

    def between(self, start: float, end: float) -> list[Request]:
        """Return the requests received in [start, end)."""
        return [one for one in self.requests if start <= one.received < end]


def routes_written(requests: Iterable[Request]) -> list[Request]:
    """Return the writes of routes that took effect, or may have: a server that gives up waiting may have written."""
    writes = (one for one in requests if one.resource == "httproutes" and one.is_write)
    return [one for one in writes if one.succeeded or one.code == _GAVE_UP]


def goes_back(patch: Any, live: str, other: str) -> bool:
    """Tell whether a JSON patch of a route gives everything to the live Service and nothing to the other.

    The operator's patches test the name of each backend whose weight they replace: so it is known which is which.
    """
    operations = patch if isinstance(patch, list) else []
    names = {one["path"].removesuffix("/name"): one["value"] for one in operations if one["op"] == "test"}
    written = {
        (names.get(one["path"].removesuffix("/weight")), one["value"])
        for one in operations
        if one["op"] == "replace"
    }
    return written == {(live, WHOLE), (other, 0)}


def by_kind(requests: Iterable[Request]) -> list[tuple[str, str, str, int, int]]:
    """Count by agent, verb, resource and status code, the most frequent first."""
    counts = Counter((one.agent.partition(" (")[0], one.verb, one.resource, one.code) for one in requests)
    return [(*kind, count) for kind, count in counts.most_common()]


def fields_written(requests: Iterable[Request]) -> dict[str, int]:
    """Count the sets of status fields that were written together: what makes a status worth a write."""
    counts = Counter(
        " ".join(sorted((one.body.get("status") or {}).keys()))
        for one in requests
        if one.resource == "golives/status" and isinstance(one.body, dict)
    )
    return dict(counts.most_common())


def story(requests: Iterable[Request], key: Key) -> list[str]:
    """Write the requests about one GoLive in order, each with its moment after the first and what it wrote."""
    mine = [one for one in requests if one.key[0] == key[0] and one.key[1].startswith(key[1])]
    start = mine[0].received if mine else 0.0
    return [
        f"{one.received - start:7.3f} {one.verb} {one.resource} {one.code} {_wrote(one.body)}".rstrip()
        for one in mine
    ]


def _wrote(body: Any) -> str:
    if not isinstance(body, dict):
        return ""
    status = body.get("status") or {}
    return " ".join(sorted(status)) + (f": {status['message']}" if "message" in status else "")
