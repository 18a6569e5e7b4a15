"""What contract tests share: a real API server with the CRDs, and a real Prometheus that scrapes itself each second."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from dev.cluster import binaries
from dev.controlplane import ControlPlane, PrometheusServer, control_plane, prometheus_server
from dev.controlplane.process import free_ports

CRDS = Path(__file__).parents[2] / "crds"
EVERY_SECOND = {"scrape_interval": "1s", "scrape_timeout": "1s", "evaluation_interval": "1s"}


@pytest.fixture(scope="session")
def plane(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ControlPlane]:
    with control_plane(tmp_path_factory.mktemp("plane")) as running:
        running.kubectl("apply", "--server-side", "-f", CRDS, "-f", binaries.gateway_api())
        running.kubectl("wait", "--for=condition=Established", "crd", "--all", "--timeout=30s")
        yield running


@pytest.fixture(scope="session")
def prometheus(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PrometheusServer]:
    (port,) = free_ports(1)
    itself = {"job_name": "itself", "static_configs": [{"targets": [f"127.0.0.1:{port}"]}]}
    config = {"global": EVERY_SECOND, "scrape_configs": [itself]}
    with prometheus_server(tmp_path_factory.mktemp("prometheus"), config=config, port=port) as server:
        yield server
