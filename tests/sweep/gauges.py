"""An exporter in the process of the tests: one gauge per namespace, which its example makes good or bad."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Final

from typing_extensions import override

GOOD: Final = 0.0
BAD: Final = 1.0
QUERY: Final = 'sum(sweep_errors{namespace="$(namespace)"})'


@dataclass
class Gauges:
    """The value of each namespace."""

    values: dict[str, float] = field(default_factory=dict)

    def exposed(self) -> str:
        lines = [f'sweep_errors{{namespace="{name}"}} {value}' for name, value in list(self.values.items())]
        return "\n".join(["# TYPE sweep_errors gauge", *lines, ""])


@contextmanager
def exporter(gauges: Gauges) -> Iterator[int]:
    """Serve the gauges on a port of loopback."""

    class Page(BaseHTTPRequestHandler):
        def do_GET(self) -> None:  # the name http.server asks for
            body = gauges.exposed().encode()
            self.send_response(200)
            self.send_header("Content-Type", "text/plain; version=0.0.4")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            with suppress(ConnectionError):  # who has scraped it waits no longer
                self.wfile.write(body)

        @override
        def log_message(self, *_: object) -> None:  # what is scraped twice a second is not worth a line
            return

    with ThreadingHTTPServer(("127.0.0.1", 0), Page) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield server.server_address[1]
        finally:
            server.shutdown()
            thread.join()
