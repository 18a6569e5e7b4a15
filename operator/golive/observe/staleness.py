"""Whether the source still scrapes: an instant answer looks the same for five minutes after the last scrape.

Asked once for all checks; the answer ages between two questions.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from golive.api.types import format_duration
from golive.observe.shared import Shared
from golive.ports import Clock, Metrics

_QUERY: Final = "time() - max(timestamp(up))"


@dataclass(frozen=True, slots=True)
class Scraped:
    """How old the newest scrape was, and when that was asked."""

    age: timedelta | None
    """None where nothing is scraped."""
    asked_at: datetime


class Staleness:
    """The age of the source's newest scrape."""

    def __init__(self, metrics: Metrics, clock: Clock, scrape_interval: timedelta) -> None:
        self._metrics = metrics
        self._clock = clock
        self._scrape_interval = scrape_interval
        self._shared = Shared(self._ask, clock)

    def start(self, interval: timedelta) -> None:
        """Begin to ask for a check of this interval, unless a younger answer is there."""
        self._shared.start(self._max_age(interval))

    async def sentence(self, interval: timedelta) -> str:
        """Say why the source's values are too old; empty while it scrapes. Raises BadQuery, Unavailable."""
        scraped = await self._shared.answer(self._max_age(interval))
        if scraped.age is None:
            return "Prometheus scrapes nothing: it has no series `up`"
        since = self._clock.now() - scraped.asked_at
        if scraped.age + since > 2 * self._scrape_interval:
            limit = format_duration(2 * self._scrape_interval)
            return (
                f"Prometheus has not scraped for {limit}, twice its scrape interval: its values are too old"
            )
        return ""

    async def close(self) -> None:
        """End the question in flight."""
        await self._shared.close()

    def _max_age(self, interval: timedelta) -> timedelta:
        return min(interval, self._scrape_interval)

    async def _ask(self) -> Scraped:
        asked_at = self._clock.now()
        series = await self._metrics.instant(_QUERY)
        value = series[0].points[-1].value if series and series[0].points else float("nan")
        known = abs(value) < timedelta.max.total_seconds()
        return Scraped(timedelta(seconds=value) if known else None, asked_at)
