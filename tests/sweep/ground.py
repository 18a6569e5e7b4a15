"""What all examples share: a control plane, a Prometheus with a gauge per namespace, and a watch of everything."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from dev.controlplane import control_plane, prometheus_server
from dev.exporter import exporter
from tests.gauges import Gauges
from tests.integration.api_server import ApiServer, connected
from tests.integration.operator_world import Operator, Shop
from tests.integration.resources import serve_golives, serve_routes
from tests.sweep.gauges import METRIC
from tests.sweep.ledger import Ledger, watching

FLAGS: Final = (
    *("--settle", "200ms", "--scrape-interval", "1s"),
    # As in a cluster: on a busy machine a shorter one is lost, and the operator ends.
    *("--lease-duration", "15s", "--renew-deadline", "10s", "--retry-period", "2s"),
)


@dataclass
class Ground:
    """Where examples take place, each in a namespace of its own."""

    directory: Path
    server: ApiServer
    prometheus: str
    gauges: Gauges = field(default_factory=lambda: Gauges(METRIC))
    ledger: Ledger = field(default_factory=Ledger)

    @contextmanager
    def operator(self) -> Iterator[Operator]:
        """Run the operator."""
        with self._running(Operator(self.server, self.prometheus, self._place("operator"), more=FLAGS)) as it:
            yield it

    @contextmanager
    def broken(self, program: Path) -> Iterator[Operator]:
        """Run an operator that is broken on purpose, on the namespaces of its own examples."""
        name = program.stem.replace("_", "-")
        # It begins when there is something to see.
        Shop(self.server, f"{name}-1").service("seen-first", {"app": "none"})
        watched = ("--namespace", f"{name}-1", "--namespace", f"{name}-reference-0")
        more = (*FLAGS, *watched, "--lease-namespace", "default", "--lease-name", name)
        operator = Operator(
            self.server, self.prometheus, self._place(program.stem), more=more, program=(program,)
        )
        with self._running(operator) as it:
            yield it

    def _place(self, name: str) -> Path:
        directory = self.directory / name
        directory.mkdir(exist_ok=True)
        return directory

    @contextmanager
    def _running(self, running: Operator) -> Iterator[Operator]:
        try:
            running.start()
            yield running
        finally:
            running.stop()


@contextmanager
def ground(directory: Path) -> Iterator[Ground]:
    """Start all of it, and end it whatever happens."""
    gauges, ledger = Gauges(METRIC), Ledger()
    with exporter(gauges.page) as port, control_plane(directory / "control-plane") as plane:
        serve_golives(plane)
        serve_routes(plane)
        scraped = {"job_name": "sweep", "static_configs": [{"targets": [f"127.0.0.1:{port}"]}]}
        config = {"global": {"scrape_interval": "1s"}, "scrape_configs": [scraped]}
        with (
            prometheus_server(directory / "prometheus", config=config) as prometheus,
            connected(plane) as server,
            watching(plane, ledger),
        ):
            yield Ground(directory, server, prometheus.url, gauges, ledger)
