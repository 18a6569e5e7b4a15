"""Two ways to the API server of the tests: raw HTTP, and kubectl however it ends."""

import json
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from dev.cluster import binaries
from dev.controlplane import ControlPlane


@dataclass(frozen=True, slots=True)
class Kubectl:
    """What a run of kubectl ended with."""

    code: int
    out: str
    err: str


@dataclass(frozen=True, slots=True)
class ApiServer:
    """A running API server."""

    kubeconfig: Path
    http: httpx.Client

    def kubectl(self, *words: str, stdin: str = "") -> Kubectl:
        """Run kubectl in the namespace default."""
        done = subprocess.run(
            [binaries.kube() / "kubectl", "--kubeconfig", self.kubeconfig, *words],
            input=stdin,
            capture_output=True,
            text=True,
            timeout=30,
            check=False,
        )
        return Kubectl(done.returncode, done.stdout, done.stderr)

    def apply(self, manifest: Mapping[str, Any]) -> Kubectl:
        """Apply a manifest with kubectl."""
        return self.kubectl("apply", "-f", "-", stdin=json.dumps(manifest))


@contextmanager
def connected(plane: ControlPlane) -> Iterator[ApiServer]:
    """Open the ways to a control plane."""
    with httpx.Client(
        base_url=plane.url,
        headers={"Authorization": f"Bearer {plane.token}"},
        verify=False,  # noqa: S501  # its certificate is its own, on our own loopback
        timeout=10,
        trust_env=False,
    ) as client:
        yield ApiServer(plane.kubeconfig, client)
