"""What happens to the requests of one namespace's operator on their way: the faults, their numbers, and what fired."""

import asyncio
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final


class Effect(StrEnum):
    """What a fault does to a write."""

    CUT_BEFORE = "cut-before"
    """The connection ends; the API server has seen nothing."""
    CUT_AFTER = "cut-after"
    """The API server has carried it out; the connection ends without an answer."""
    STOP = "stop"
    """The API server has carried it out; the operator is stopped before it hears of it."""
    ANSWER = "answer"
    """A status is answered; the API server has seen nothing."""
    DISGUISE = "disguise"
    """The API server has carried it out; a status of failure is answered."""
    DELAY = "delay"
    """It is passed on some time later, within the operator's patience or not."""
    SWALLOW = "swallow"
    """Nobody answers for some seconds; the API server has seen nothing."""
    HOLD = "hold"
    """It is passed on when it is let go, whoever waits for it by then."""


@dataclass(frozen=True, slots=True)
class Fault:
    """What happens to the n-th write, and to as many after it as `times` says."""

    effect: Effect
    nth: int
    resource: str = ""
    """Counted are the writes of this resource only; of every one but Leases where it is empty."""
    status: int = 0
    seconds: float = 0.0
    times: int = 1


class Way(StrEnum):
    """How the API server can be reached."""

    OPEN = "open"
    REFUSED = "refused"
    BLACK_HOLE = "black hole"


_LISTED: Final = frozenset({"golives", "httproutes"})


@dataclass(slots=True)
class Plan:
    """The faults of one namespace; changed while its operator runs."""

    faults: tuple[Fault, ...] = ()
    dropped: frozenset[int] = frozenset()
    """Numbers of the watch events that never arrive, from 1."""
    expired: frozenset[int] = frozenset()
    """Numbers of the watch events in whose place the API server says 410 Gone and ends the watch."""
    on_stop: Callable[[], None] = lambda: None
    """Stops the operator that is writing."""
    list_at: str = ""
    """The resourceVersion that lists are answered from; the newest where it is empty."""
    watch_lag: float = 0.0
    """Seconds by which watches are behind."""
    way: Way = Way.OPEN
    lease_way: Way = Way.OPEN
    dead: set[str] = field(default_factory=set)
    """Operators that were stopped: nothing of theirs passes any more."""
    cut_off: set[str] = field(default_factory=set)
    """Operators that cannot reach the API server, while others can."""
    released: asyncio.Event = field(default_factory=asyncio.Event)
    """Lets go what is held."""
    written: "Counter[str]" = field(default_factory=Counter)
    """Writes by resource; Leases are not among those that `""` counts."""
    events: int = 0
    fired: "Counter[str]" = field(default_factory=Counter)
    """What happened, by the word for it."""
    versions: list[str] = field(default_factory=list)
    """The resourceVersions that its writes of GoLives and routes came to, each once, oldest first."""
    under_way: int = 0
    """Requests that the proxy has open: a watch is none, nor is one of the Lease."""
    holder: str = ""
    """The operator whose write of the Lease was carried out last."""
    held: asyncio.Event = field(default_factory=asyncio.Event)
    """Set once something is held."""
    _open: set["asyncio.Task[object]"] = field(default_factory=set)

    def write(self, resource: str) -> Fault | None:
        """Count a write and return what is to happen to it."""
        self.written[resource] += 1
        if resource != "leases":
            self.written[""] += 1
        for fault in self.faults:
            counts = fault.resource == resource or (not fault.resource and resource != "leases")
            if counts and 0 <= self.written[fault.resource] - fault.nth < fault.times:
                self.fired[str(fault.effect)] += 1
                return fault
        return None

    def event(self) -> str:
        """Count a watch event and say whether it is to be `dropped`, `expired` or neither."""
        self.events += 1
        word = "dropped" if self.events in self.dropped else "expired" if self.events in self.expired else ""
        if word:
            self.fired[word] += 1
        return word

    def wrote(self, resource: str, version: str) -> None:
        """Note what a write that was carried out came to: what is hidden from old lists."""
        if resource in _LISTED and version not in self.versions[-1:]:
            self.versions.append(version)

    def version_before(self, writes: int) -> str:
        """Return the resourceVersion from so many writes ago, or from as many as there were."""
        return self.versions[-1 - min(writes, len(self.versions) - 1)]

    def streams(self, task: "asyncio.Task[object]") -> None:
        """Keep a watch, to end it when the way closes."""
        self._open.add(task)
        task.add_done_callback(self._open.discard)

    def close(self, way: Way) -> None:
        """Have the API server refuse or swallow everything; open watches end, or fall silent."""
        self.way = way
        self.fired[str(way)] += 1
        if way is Way.REFUSED:
            for task in self._open:
                task.cancel()

    def open(self) -> None:
        """Have the API server answer again."""
        self.way = Way.OPEN

    def way_of(self, token: str, resource: str) -> Way:
        """Tell how an operator's request of a resource fares."""
        if token in self.dead:
            return Way.REFUSED
        if token in self.cut_off:
            return Way.BLACK_HOLE
        if resource == "leases" and self.lease_way is not Way.OPEN:
            return self.lease_way
        return self.way
