"""What the API server's audit log says was written in a namespace, in the order in which it took effect."""

import json
import math
import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from typing_extensions import override

from dev.new_lines import NewLines

Raw = Mapping[str, Any]
BLUE, GREEN = "web-blue", "web-green"
"""The Services of a test's first component: blue is live, green is to go live."""
SAME_CLOCK: Final = 0.3
"""Seconds by which an operator's clock may differ from itself, and its writes from what it notes of them."""
CLOCKS_DIFFER: Final = 1.0
"""Seconds by which the clocks of two operators, or of one and the API server, may differ."""
UNSEEN: Final = 3.0
"""Seconds before Prometheus goes in which a breach may be too new for it: a scrape, an interval, a slow machine."""
_SUCCESS: Final = 300
_VIA: Final = re.compile(r" via \S+\.(\d+)$")


@dataclass(frozen=True, slots=True)
class Write:
    """A write that took effect."""

    version: int
    """The object's resourceVersion after it: one order over all objects."""
    at: float
    """When the API server received it, in seconds since 1970."""
    agent: int
    """The operator's number by the order of their starts; 0 is the test itself."""
    kind: str
    """The resource, such as `golives`."""
    name: str
    verb: str
    request: Any
    """The body; None where only metadata are kept."""
    after: Raw
    """The object; empty where only metadata are kept."""

    @property
    def status(self) -> Raw:
        """The status of a GoLive after it."""
        return self.after.get("status") or {}

    @property
    def is_deletion(self) -> bool:
        """Whether the object was deleted, by itself or with others."""
        return self.verb.startswith("delete")


@dataclass(frozen=True, slots=True)
class Away:
    """When Prometheus gave no answers; moments in seconds since 1970."""

    begun: float
    ended: float

    def hides(self, breach: float) -> bool:
        """Tell whether a breach came too late to be seen before it."""
        return self.begun - UNSEEN <= breach < self.ended


@dataclass(slots=True)
class Known:
    """What the test itself knows of a namespace; moments in seconds since 1970."""

    breaches: list[tuple[float, float]] = field(default_factory=list)
    """From when to when the new colour breached."""
    ready: list[tuple[float, int]] = field(default_factory=list)
    """The new colour's ready pods, from each moment on."""
    live_ready: int = 2
    back_within: float = math.inf
    """Seconds from trouble within which traffic is back."""
    blackouts: list[Away] = field(default_factory=list)
    """When Prometheus was away."""
    renew_deadline: float | None = None
    """Seconds for which an operator may go on after it has written its Lease; None where Leases are not looked at."""

    def most_ready(self, since: float, until: float) -> int:
        """Return the most pods that were ready at any moment of a span."""
        ends = [at for at, _ in self.ready[1:]] + [math.inf]
        spans = zip(self.ready, ends, strict=True)
        return max((pods for (at, pods), end in spans if at <= until and end >= since), default=0)


@dataclass(frozen=True, slots=True)
class History:
    """The writes of one namespace, and what the test knows of it."""

    writes: tuple[Write, ...]
    known: Known

    def of(self, kind: str) -> list[Write]:
        """Return the writes of a kind of object."""
        return [write for write in self.writes if write.kind == kind]

    def moves(self) -> list["Move"]:
        """Return each write of the route beside the state that it met."""
        found, stood = [], dict[str, Raw]()
        for write in self.of("httproutes"):
            before = stood.pop(write.name, None)
            if write.is_deletion:
                continue
            if before is not None:
                found.append(Move(write, before))
            stood[write.name] = write.after
        return found

    def routes_before(self, write: Write) -> dict[str, Write]:
        """Return the last write of each route before another took effect."""
        return {one.name: one for one in self.of("httproutes") if one.version < write.version}

    def status_before(self, write: Write) -> Raw:
        """Return the GoLive's status as it stood when a write took effect."""
        earlier = [one for one in self.of("golives") if one.version < write.version]
        return dict(earlier[-1].status) if earlier else {}

    def spec_before(self, write: Write) -> Raw:
        """Return the GoLive's spec as it stood when a write took effect."""
        earlier = [one for one in self.of("golives") if one.version < write.version]
        return dict(earlier[-1].after.get("spec") or {}) if earlier else {}

    def climbs(self) -> dict[str, list[int]]:
        """Return green's weights on each route, each change once."""
        found: dict[str, list[int]] = {}
        for write in self.of("httproutes"):
            if write.is_deletion:
                continue
            climb = found.setdefault(write.name, [])
            if not climb or climb[-1] != green(write.after):
                climb.append(green(write.after))
        return found


@dataclass(frozen=True, slots=True)
class Move:
    """A write of the route, and the route that it met."""

    write: Write
    before: Raw

    @override
    def __str__(self) -> str:
        return (
            f"operator {self.write.agent} moved green from {green(self.before)} to {green(self.write.after)}"
            f" on {self.write.name}"
        )

    @property
    def raises(self) -> bool:
        """Whether an operator gave green more than it had."""
        return self.write.agent > 0 and green(self.write.after) > green(self.before)

    @property
    def is_idle(self) -> bool:
        """Whether it changed nothing."""
        return str(self.write.after["metadata"]["resourceVersion"]) == str(
            self.before["metadata"]["resourceVersion"]
        )


def moment(text: str) -> float:
    """Return a time of a status or of the audit log in seconds since 1970."""
    return datetime.fromisoformat(text).timestamp()


def run_number(status: Raw) -> int:
    """Return the number of a GoLive's run; 0 before the first."""
    return int((status.get("run") or {}).get("number", 0))


def weights(route: Raw) -> dict[str, int]:
    """Return the weights of the pair; one that is not written is 1."""
    return {
        ref["name"]: int(ref.get("weight", 1))
        for rule in route["spec"].get("rules", ())
        for ref in rule.get("backendRefs", ())
        if is_colour(ref["name"])
    }


def is_colour(service: str) -> bool:
    """Tell whether a Service is a component's blue or green one."""
    return service.endswith(("-blue", "-green"))


def green(route: Raw) -> int:
    """Return green's weight; one that is not named gets nothing."""
    return sum(weight for name, weight in weights(route).items() if name.endswith("-green"))


def all_on_blue(route: Raw) -> bool:
    """Tell whether all of the pair's traffic is with the live colour."""
    return sorted(weights(route).values()) == [0, 100] and green(route) == 0


@dataclass
class AuditLog:
    """The audit log as far as it has been read."""

    path: Path
    _writes: dict[str, list[Write]] = field(default_factory=lambda: defaultdict(list))

    def __post_init__(self) -> None:
        self._new_lines = NewLines(self.path)

    def take(self, namespace: str, known: Known) -> History:
        """Return what is known of a namespace by now, and forget it."""
        self._read()
        found = self._writes.pop(namespace, [])
        return History(tuple(sorted(found, key=lambda write: (write.version, write.at))), known)

    def _read(self) -> None:
        if not self.path.exists():
            return
        for line in self._new_lines:
            entry = json.loads(line)
            write = parsed(entry)
            if write is not None:
                self._writes[entry["objectRef"].get("namespace", "")].append(write)


def parsed(entry: Raw) -> Write | None:
    """Read an entry of the audit log; None where nothing took effect."""
    code = entry.get("responseStatus", {}).get("code", 0)
    if entry["stage"] != "ResponseComplete" or code >= _SUCCESS:
        return None
    about, after = entry["objectRef"], entry.get("responseObject") or {}
    via = _VIA.search(entry.get("userAgent", ""))
    return Write(
        version=int(after.get("metadata", {}).get("resourceVersion", 0)),
        at=moment(entry["requestReceivedTimestamp"]),
        agent=int(via.group(1)) if via else 0,
        kind=about["resource"],
        name=about.get("name", ""),
        verb=entry["verb"],
        request=entry.get("requestObject"),
        after=after,
    )
