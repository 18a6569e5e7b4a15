"""A real Prometheus on loopback, which a test can stop and start again on the same data."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from dev.cluster import binaries
from dev.controlplane.process import Process, answers, free_ports

READY_SECONDS = 30


@dataclass
class PrometheusServer:
    """A Prometheus with its own port and data folder."""

    directory: Path
    port: int
    _process: Process | None = field(default=None, repr=False)

    @property
    def url(self) -> str:
        """Where it answers."""
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Start it, also again after `stop`, and wait until it answers queries."""
        command: list[str | Path] = [
            binaries.prometheus(),
            f"--config.file={self.directory / 'prometheus.yml'}",
            f"--storage.tsdb.path={self.directory / 'data'}",
            f"--web.listen-address=127.0.0.1:{self.port}",
            "--storage.tsdb.retention.time=1d",
        ]
        self._process = Process("prometheus", command, self.directory / "prometheus.log")
        self._process.wait_until(lambda: answers(f"{self.url}/-/ready"), READY_SECONDS)

    def configure(self, config: dict[str, Any]) -> None:
        """Write the configuration that the next start reads."""
        (self.directory / "prometheus.yml").write_text(yaml.safe_dump(config))

    def stop(self) -> None:
        """Stop it; the data stay."""
        if self._process is not None:
            self._process.stop()
            self._process = None


@contextmanager
def prometheus_server(
    directory: Path, *, config: dict[str, Any], port: int | None = None
) -> Iterator[PrometheusServer]:
    """Run Prometheus with a configuration, and end it whatever happens."""
    directory.mkdir(parents=True, exist_ok=True)
    server = PrometheusServer(directory, port or free_ports(1)[0])
    server.configure(config)
    try:
        server.start()
        yield server
    finally:
        server.stop()
