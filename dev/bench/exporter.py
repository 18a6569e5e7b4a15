"""One gauge per GoLive for Prometheus to scrape, raised on request; it notes when a raised one was first handed out."""

import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock, Thread
from typing import Any, Final

from typing_extensions import override

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


def wall() -> float:
    """Return the machine's clock, which the audit log and Prometheus's query log share."""
    return time.time()  # noqa: TID251  # compared with the API server's own stamps on the same machine


@contextmanager
def exporter(gauges: Gauges) -> Iterator[int]:
    """Serve the gauges on a port of loopback."""

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:  # http.server's name
            text = gauges.text()
            body = text.encode()
            self.send_response(200)
            self.send_header("Content-Type", "text/plain; version=0.0.4")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            began = wall()
            self.wfile.write(body)
            gauges.handed_out(text, began)

        @override
        def log_message(self, format: str, *args: Any) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Answer) as server:
        thread = Thread(target=server.serve_forever, name="exporter", daemon=True)
        thread.start()
        try:
            yield server.server_address[1]
        finally:
            server.shutdown()
            thread.join()
