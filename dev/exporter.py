"""A page of values for Prometheus to scrape, served on loopback from the process that makes them."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from typing_extensions import override


def wall() -> float:
    """Return the machine's clock, which the audit log and Prometheus's query log share."""
    return time.time()  # noqa: TID251  # compared with the API server's own stamps on the same machine


def _nobody(_page: str, _began: float) -> None:
    """Note nothing."""


@contextmanager
def exporter(page: Callable[[], str], sent: Callable[[str, float], object] = _nobody) -> Iterator[int]:
    """Serve a page on a port; `sent` is told of each one that was sent, and when that began by the machine's clock."""

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:  # http.server's name
            text = page()
            body = text.encode()
            self.send_response(200)
            self.send_header("Content-Type", "text/plain; version=0.0.4")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            began = wall()
            with suppress(ConnectionError):  # who has scraped it waits no longer
                self.wfile.write(body)
                sent(text, began)

        @override
        def log_message(self, *_: object) -> None:  # what is scraped every second is not worth a line
            return

    with ThreadingHTTPServer(("127.0.0.1", 0), Answer) as server:
        thread = threading.Thread(target=server.serve_forever, name="exporter", daemon=True)
        thread.start()
        try:
            yield server.server_address[1]
        finally:
            server.shutdown()
            thread.join()
