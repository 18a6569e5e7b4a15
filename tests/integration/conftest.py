"""What integration tests share: one control plane for the session, with the CRD of `crds/`."""

from collections.abc import Iterator
from itertools import count

import pytest

from dev.controlplane import ControlPlane, control_plane, prometheus_server
from dev.controlplane.process import free_ports
from tests.integration.api_server import ApiServer, connected
from tests.integration.operator_world import Operator, Shop
from tests.integration.resources import serve_golives, serve_routes


@pytest.fixture(scope="session")
def plane(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ControlPlane]:
    with control_plane(tmp_path_factory.mktemp("control-plane")) as running:
        serve_golives(running)
        yield running


@pytest.fixture(scope="session")
def server(plane: ControlPlane) -> Iterator[ApiServer]:
    with connected(plane) as ways:
        yield ways


@pytest.fixture(scope="session")
def _gateway_api(plane: ControlPlane) -> None:
    serve_routes(plane)


@pytest.fixture(scope="session")
def prometheus(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    port = free_ports(1)[0]
    itself = {"job_name": "itself", "static_configs": [{"targets": [f"127.0.0.1:{port}"]}]}
    config = {"global": {"scrape_interval": "1s"}, "scrape_configs": [itself]}
    with prometheus_server(tmp_path_factory.mktemp("prometheus"), config=config, port=port) as running:
        yield running.url


@pytest.fixture(scope="module")
def operator(
    server: ApiServer, _gateway_api: None, prometheus: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Operator]:
    """Run the operator as a process, for all tests of a module."""
    running = Operator(server, prometheus, tmp_path_factory.mktemp("operator"))
    running.start()
    yield running
    running.stop()


_SHOPS = count(1)


@pytest.fixture
def shop(server: ApiServer, _gateway_api: None) -> Iterator[Shop]:
    made = Shop(server, f"shop-{next(_SHOPS)}")
    yield made
    made.leave()
