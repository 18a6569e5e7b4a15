"""The operator feels its own pulse: how late the event loop is, which watch is silent, whether ticks are done."""

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final, Protocol

from golive.record.health import Vitals
from golive.schedule import Schedule

BEAT: Final = 0.25
"""Seconds between two beats."""
_REMEMBERED: Final = 40
"""Beats; a stall is told for ten seconds after it is over."""


class Hearing(Protocol):
    """What is heard of the API server."""

    def listen(self) -> None:
        """Take down which watches have brought anything since the last look."""
        ...

    def silences(self) -> dict[str, float]:
        """Return how long each kind has been silent, in seconds."""
        ...

    def unlisted(self) -> tuple[str, ...]:
        """Return the kinds that have not been listed everywhere."""
        ...


@dataclass(slots=True)
class Pulse:
    """What health is judged by."""

    schedule: Schedule
    hearing: Hearing
    leads: Callable[[], bool]
    lagged: Callable[[float], None]
    """Where each beat's lag is told."""
    patience: float
    """Seconds that a watch may be silent before it is opened anew."""
    _lags: deque[float] = field(default_factory=lambda: deque(maxlen=_REMEMBERED))
    _beat_at: float | None = None
    _moves_since: float = 0.0
    """Since when ticks could have begun."""

    async def beat(self) -> None:
        """Beat until cancelled."""
        while True:
            self._beat_at = self._now()
            await asyncio.sleep(BEAT)
            lag = max(0.0, self._now() - self._beat_at - BEAT)
            self._lags.append(lag)
            self.lagged(lag)
            self.hearing.listen()
            if not self.leads() or self.hearing.unlisted():
                self._moves_since = self._now()

    def vitals(self) -> Vitals:
        """Say how things stand."""
        now = self._now()
        late = 0.0 if self._beat_at is None else max(0.0, now - self._beat_at - BEAT)
        began = max(self._moves_since, self.schedule.ticked_at)
        return Vitals(
            lag=max(late, *self._lags) if self._lags else late,
            patience=self.patience,
            silences=self.hearing.silences(),
            unlisted=self.hearing.unlisted(),
            leads=self.leads(),
            overdue=self.schedule.overdue(),
            standstill=now - began,
        )

    def _now(self) -> float:
        return self.schedule.now()
