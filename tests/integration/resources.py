"""The resources that a control plane of the tests serves: GoLives from `crds/`, and HTTPRoutes."""

from pathlib import Path
from typing import Final

from dev.cluster import binaries
from dev.controlplane import ControlPlane
from dev.controlplane.process import answers
from tests.integration.operator_world import until

CRDS: Final = Path(__file__).parents[2] / "crds"


def serve_golives(plane: ControlPlane) -> None:
    plane.kubectl("apply", "-f", CRDS)
    _served(plane, "golive.dev/v1alpha1/golives")


def serve_routes(plane: ControlPlane) -> None:
    file = binaries.gateway_api() / "gateway.networking.k8s.io_httproutes.yaml"
    plane.kubectl("apply", "-f", file, "--server-side")
    _served(plane, "gateway.networking.k8s.io/v1/httproutes")


def _served(plane: ControlPlane, resource: str) -> None:
    """Wait for a resource: a CRD is stored before it has conditions that kubectl could wait for."""
    until(lambda: answers(f"{plane.url}/apis/{resource}", token=plane.token), 20, f"{resource} is served")
