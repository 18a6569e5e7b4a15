"""Constant load through the gateway, and what its own log says: every figure about requests comes from here."""

import asyncio
import time
from concurrent.futures import Future
from dataclasses import dataclass, field

from dev.load import figures
from dev.load.generator import Load, run
from dev.load.log import Entry
from tests.e2e.backstage import Backstage
from tests.e2e.polling import eventually

RATE = 50
# The load's own bound: longer than any scenario.
SECONDS = 240
# A busy machine is slow; what the promises are about is answered at once, if wrongly.
TIMEOUT = 5
ROUTER_LAG = 2.0
"""Seconds within which even a busy router does what the API server says; four scenarios share one."""


@dataclass
class Traffic:
    """The load on one host."""

    host: str
    entries: list[Entry] = field(default_factory=list)
    _stop: asyncio.Event = field(default_factory=asyncio.Event)
    _running: "Future[None] | None" = None

    def start(self, backstage: Backstage, router: str) -> None:
        """Begin to send."""
        load = Load(f"{router}/", RATE, SECONDS, self.host, TIMEOUT)
        self._running = backstage.start(run(load, self.entries.append, self._stop))

    def stop(self, backstage: Backstage) -> None:
        """End the load, and wait for its last request."""
        if self._running is not None:
            backstage.call(self._set())
            self._running.result(TIMEOUT + 5)
            self._running = None

    async def _set(self) -> None:
        self._stop.set()

    def failed(self, since: float = 0.0) -> list[Entry]:
        """Give the failed requests that were sent after a moment."""
        return figures.failures(figures.between(list(self.entries), since, float("inf")))

    def last_failure(self) -> float:
        """Give the moment at which the last failed answer was there: there must have been one."""
        last = figures.last_bad(list(self.entries))
        assert last is not None, "no request failed: the fault never reached a user"
        return last

    def answers(self, colour: str, since: float = 0.0, until: float = float("inf")) -> list[Entry]:
        """Give the requests of a span that a colour answered."""
        return [one for one in figures.between(list(self.entries), since, until) if one.colour == colour]

    def share(self, colour: str, since: float, until: float) -> float:
        """Give a colour's share of the requests of a span, in percent."""
        found = figures.share(figures.between(list(self.entries), since, until), colour)
        assert found is not None, f"no requests between {since:.1f} and {until:.1f}"
        return found

    def flows(self) -> bool:
        """Tell whether requests have been answered in the last second."""
        return any(not one.failed for one in list(self.entries)[-RATE:] if one.done > time.monotonic() - 1)

    def seen_for(self, seconds: float) -> None:
        """Wait until the log holds as many seconds more of requests."""
        wanted = len(self.entries) + seconds * RATE
        eventually(lambda: len(self.entries) >= wanted, what=f"{seconds:g} s more of requests")
