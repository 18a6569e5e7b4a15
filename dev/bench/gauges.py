"""One gauge per GoLive for Prometheus to scrape, raised on request; it notes when a raised one was first handed out."""

from collections.abc import Iterable
from threading import Lock
from typing import Final

from dev.bench.objects import GAUGE

HEALTHY: Final = 0
BROKEN: Final = 1


class Gauges:
    """The values, by GoLive."""

    def __init__(self, names: Iterable[str]) -> None:
        self._values = dict.fromkeys(names, HEALTHY)
        self._lock = Lock()
        self.visible: dict[str, float] = {}
        """When a raised gauge was first handed out, in seconds of the wall clock: nobody can know of it before."""

    def set(self, names: Iterable[str], value: int) -> None:
        """Set the gauges of some GoLives."""
        with self._lock:
            self._values |= dict.fromkeys(names, value)
            if value == HEALTHY:
                self.visible.clear()

    def text(self) -> str:
        """Write all gauges as Prometheus reads them."""
        with self._lock:
            return "".join(f'{GAUGE}{{golive="{name}"}} {value}\n' for name, value in self._values.items())

    def handed_out(self, text: str, at: float) -> None:
        """Note that a text was sent, and when that began."""
        with self._lock:
            for name, value in self._values.items():
                if value == BROKEN and name not in self.visible and f'"{name}"}} {BROKEN}\n' in text:
                    self.visible[name] = at
