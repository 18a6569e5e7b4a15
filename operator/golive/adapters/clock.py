"""The API server's time: its `Date` headers and our monotonic clock; the wall clock decides nothing.

A Date header has whole seconds, so each answer only bounds the offset; the bounds of many answers meet in a moment.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Final

_SECOND: Final = 1.0
_LEAP: Final = 2.0
"""Seconds by which an answer may differ before it is doubted."""
_WITNESSES: Final = 3
"""Answers on end that it takes to believe a leap."""
_DRIFT: Final = 0.0005
"""How fast the bounds widen again, in seconds a second: two clocks never run quite alike."""


@dataclass(slots=True)
class ServerClock:
    """Time by what the API server says; before its first answer there is none."""

    monotonic: Callable[[], float]
    """Seconds that only rise."""
    _low: float = 0.0
    _high: float = 0.0
    _at: float | None = None
    _last: float = 0.0
    _doubts: int = 0
    _read_at: float = 0.0

    def observe(self, date: str, sent: float, received: float) -> None:
        """Take in the Date header of an answer whose request was sent and received at these monotonic moments."""
        try:
            stamp = parsedate_to_datetime(date).timestamp()
        except ValueError:
            # An answer without a date, as a proxy gives: the next one will have it.
            return
        # The server wrote `stamp` somewhere between sending and receiving, up to a second after that second began.
        low, high = stamp - received, stamp + _SECOND - sent
        if self._at is not None and self._is_doubtful(low, high):
            return
        if self._at is not None:
            widened = (received - self._at) * _DRIFT
            kept_low, kept_high = max(low, self._low - widened), min(high, self._high + widened)
            if kept_low <= kept_high:
                low, high = kept_low, kept_high
        self._low, self._high, self._at = low, high, received

    def _is_doubtful(self, low: float, high: float) -> bool:
        # One answer from a proxy, or from a server of another mind, must not end a hold an hour early.
        if self._low - _LEAP <= high and low <= self._high + _LEAP:
            self._doubts = 0
            return False
        self._doubts += 1
        return self._doubts < _WITNESSES

    def now(self) -> datetime:
        """Return the moment, aware, in UTC; it never goes back."""
        if self._at is None:
            raise AssertionError("the clock is read before the API server has answered once")
        read_at = self.monotonic()
        # Where the server's clock was set back, ours goes on at half its pace until they meet: no deadline is stuck.
        slowly = self._last + (read_at - self._read_at) / 2
        self._last, self._read_at = max(slowly, read_at + (self._low + self._high) / 2), read_at
        return datetime.fromtimestamp(0, UTC) + timedelta(seconds=self._last)
