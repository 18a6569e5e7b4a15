"""How the operator observes itself, tied together: figures, traces, its pulse, and the port where they are asked for."""

import logging
import time
from collections.abc import Callable
from contextlib import AsyncExitStack

from golive import __version__
from golive.adapters.listener import Ask, Listener, Page
from golive.adapters.prometheus_figures import PrometheusFigures
from golive.adapters.watch_session import Watches
from golive.errors import GoLiveError
from golive.observe.cache import Cache
from golive.ports import Clock, Journal
from golive.pulse import Pulse
from golive.record.health import Vitals, unhealthy, unready
from golive.record.journal import Journals
from golive.record.measured import Measure
from golive.schedule import Key, Schedule, Tick
from golive.settings import Settings
from golive.watched import WATCHED

log = logging.getLogger(__name__)

Leads = Callable[[], bool]
"""Tells whether this process decides and writes."""
Judge = Callable[[Vitals], list[str]]
"""Says what is wrong."""


class Introspection:
    """Everything that looks at the operator rather than at the cluster."""

    def __init__(self, settings: Settings, clock: Clock, user_agent: str) -> None:
        self._settings = settings
        self._opened = AsyncExitStack()
        self._pulse: Pulse | None = None
        self._figures = PrometheusFigures(__version__)
        self.journal = Journals((self._figures, *self._traces(settings.traces, clock)))
        self.measure = Measure(self.journal, clock)
        self.watches = Watches(WATCHED, settings.namespaces, time.monotonic, user_agent)

    def timed(self, tick: Tick) -> Tick:
        """Make a tick whose time is taken."""

        async def timed(key: Key) -> float | None:
            began = time.monotonic()
            try:
                return await tick(key)
            finally:
                self._figures.ticked(time.monotonic() - began)

        return timed

    async def open(self, schedule: Schedule, cache: Cache, leads: Leads) -> None:
        """Open the port; raises GoLiveError where it cannot be had."""
        patience = self._settings.watch_inactivity.total_seconds()
        pulse = self._pulse = Pulse(schedule, self.watches, leads, self._figures.lagged, patience)
        self._figures.read(cache.raw_golives, leads, schedule.due, self.watches.silences)
        if self._settings.listen is not None:
            host, port = self._settings.listen
            pages = {
                "/healthz": _verdict(pulse, unhealthy),
                "/readyz": _verdict(pulse, unready),
                "/metrics": self._metrics,
            }
            listener = await Listener.open(host, port, pages)
            self._opened.push_async_callback(listener.close)
            log.info("golive serves /healthz, /readyz and /metrics on port %d", listener.port)

    async def beat(self) -> None:
        """Feel the pulse until cancelled."""
        if self._pulse is None:
            raise AssertionError("the pulse is felt before it is known whose it is")
        await self._pulse.beat()

    async def close(self) -> None:
        """Close the port, and send what traces are left."""
        await self._opened.aclose()

    def _traces(self, url: str | None, clock: Clock) -> tuple[Journal, ...]:
        if url is None:
            return ()
        try:
            from golive.adapters.traces import Traces  # noqa: PLC0415  # costs memory; who traces nothing pays none
        except ImportError as error:
            raise GoLiveError(
                f"--traces needs packages that are not installed ({error}):"
                " install golive[tracing], or leave --traces out"
            ) from error
        traces = Traces.to(url, clock, __version__)
        self._opened.push_async_callback(traces.close)
        return (traces,)

    async def _metrics(self, accept: str) -> Page:
        body, media_type = await self._figures.page(accept)
        return Page(200, body, media_type)


def _verdict(pulse: Pulse, judge: Judge) -> Ask:
    async def verdict(_: str) -> Page:
        wrong = judge(pulse.vitals())
        return Page(503 if wrong else 200, ("\n".join(wrong or ["ok"]) + "\n").encode())

    return verdict
