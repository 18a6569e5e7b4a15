"""etcd and kube-apiserver (and kube-controller-manager on request) on loopback, ready in about two seconds.

Every run has its own ports, data and token, so that several can run side by side.
"""

import json
import secrets
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dev.cluster import binaries
from dev.cluster.kubectl import kubectl
from dev.cluster.programs import run
from dev.controlplane.process import Process, answers, free_ports

READY_SECONDS = 60
USER = "integration-test"
# Bodies of what decides on traffic and of what carries it, for the promises are checked on them; of whose turn it is,
# and of pods' owners, only who wrote. Nothing else.
_WRITES = ["create", "update", "patch", "delete"]
AUDIT_POLICY = {
    "apiVersion": "audit.k8s.io/v1",
    "kind": "Policy",
    "omitStages": ["RequestReceived"],
    "omitManagedFields": True,
    "rules": [
        {
            "level": "RequestResponse",
            "verbs": _WRITES,
            "resources": [{"group": "golive.dev"}, {"group": "gateway.networking.k8s.io"}],
        },
        {
            "level": "Metadata",
            "verbs": _WRITES,
            "resources": [{"group": "coordination.k8s.io"}, {"group": "apps"}],
        },
        {"level": "None"},
    ],
}


@dataclass(frozen=True)
class ControlPlane:
    """A running control plane; `processes` by name, for tests that stop or kill one."""

    directory: Path
    url: str
    token: str
    processes: dict[str, Process]

    @property
    def kubeconfig(self) -> Path:
        """The kubeconfig of an administrator."""
        return self.directory / "kubeconfig"

    @property
    def audit_log(self) -> Path:
        """The API server's audit log, one JSON object a line; written only with `audit=True`."""
        return self.directory / "audit.log"

    def kubectl(self, *words: str | Path, stdin: str = "", timeout: float = 60) -> str:
        """Run kubectl as the administrator."""
        return kubectl(*words, kubeconfig=self.kubeconfig, stdin=stdin, timeout=timeout)


@contextmanager
def control_plane(
    directory: Path,
    *,
    controller_manager: bool = False,
    controller_flags: Sequence[str] = (),
    audit: bool = False,
    audit_policy: Mapping[str, Any] = AUDIT_POLICY,
) -> Iterator[ControlPlane]:
    """Run a control plane whose files and logs are in `directory`, and end it whatever happens.

    `controller_flags` are further flags of the controller manager; `audit_policy` says what the audit log holds.
    """
    directory.mkdir(parents=True, exist_ok=True)
    etcd_port, peer_port, api_port = free_ports(3)
    plane = ControlPlane(directory, f"https://127.0.0.1:{api_port}", secrets.token_hex(16), {})
    _credentials(plane)
    with ExitStack() as running:
        _start(plane, running, "etcd", _etcd(directory, etcd_port, peer_port))
        _start(
            plane,
            running,
            "kube-apiserver",
            _apiserver(plane, etcd_port, api_port, audit_policy if audit else None),
        )
        server = plane.processes["kube-apiserver"]
        server.wait_until(lambda: answers(f"{plane.url}/readyz", token=plane.token), READY_SECONDS)
        if controller_manager:
            _start(
                plane, running, "kube-controller-manager", [*_controller_manager(plane), *controller_flags]
            )
        yield plane


def _start(plane: ControlPlane, running: ExitStack, name: str, flags: list[str]) -> None:
    process = Process(name, [binaries.kube() / name, *flags], plane.directory / f"{name}.log")
    plane.processes[name] = process
    running.callback(process.stop)


def _etcd(directory: Path, port: int, peer_port: int) -> list[str]:
    client, peer = f"http://127.0.0.1:{port}", f"http://127.0.0.1:{peer_port}"
    return [
        f"--data-dir={directory / 'etcd'}",
        f"--listen-client-urls={client}",
        f"--advertise-client-urls={client}",
        f"--listen-peer-urls={peer}",
        f"--initial-advertise-peer-urls={peer}",
        f"--initial-cluster=default={peer}",
        "--unsafe-no-fsync",
        "--log-level=warn",
    ]


def _apiserver(
    plane: ControlPlane, etcd_port: int, port: int, audit_policy: Mapping[str, Any] | None
) -> list[str]:
    key = plane.directory / "service-account.key"
    flags = [
        f"--etcd-servers=http://127.0.0.1:{etcd_port}",
        "--bind-address=127.0.0.1",
        "--advertise-address=127.0.0.1",
        f"--secure-port={port}",
        f"--cert-dir={plane.directory / 'certificates'}",
        f"--token-auth-file={plane.directory / 'tokens.csv'}",
        "--authorization-mode=RBAC",
        "--service-account-issuer=https://kubernetes.default.svc",
        f"--service-account-key-file={key}",
        f"--service-account-signing-key-file={key}",
        "--service-cluster-ip-range=10.96.0.0/16",
        # Nothing serves endpoints here; without this the server waits for leases of its own.
        "--endpoint-reconciler-type=none",
        "--shutdown-delay-duration=0s",
    ]
    if audit_policy is not None:
        policy = plane.directory / "audit-policy.json"
        policy.write_text(json.dumps(audit_policy))
        flags += [
            f"--audit-policy-file={policy}",
            f"--audit-log-path={plane.audit_log}",
            "--audit-log-mode=blocking",
            # One file: who reads it must not lose a line to a rotation.
            "--audit-log-maxsize=8192",
        ]
    return flags


def _controller_manager(plane: ControlPlane) -> list[str]:
    return [
        f"--kubeconfig={plane.kubeconfig}",
        "--bind-address=127.0.0.1",
        "--secure-port=0",
        "--leader-elect=false",
        f"--service-account-private-key-file={plane.directory / 'service-account.key'}",
        "--use-service-account-credentials=false",
    ]


def _credentials(plane: ControlPlane) -> None:
    """Write the token file, the service account key and the kubeconfig."""
    words = ("genrsa", "-out", plane.directory / "service-account.key", "2048")
    run("openssl", *words, what="making a service account key", timeout=30)
    _secret(plane.directory / "tokens.csv", f'{plane.token},{USER},{USER},"system:masters"\n')
    write_kubeconfig(plane.kubeconfig, plane.url, plane.token)


def write_kubeconfig(path: Path, url: str, token: str) -> None:
    """Write the kubeconfig of a token's user; nobody checks the certificate of what runs on our own loopback."""
    config = {
        "apiVersion": "v1",
        "kind": "Config",
        "current-context": "test",
        "clusters": [{"name": "test", "cluster": {"server": url, "insecure-skip-tls-verify": True}}],
        "users": [{"name": "test", "user": {"token": token}}],
        "contexts": [{"name": "test", "context": {"cluster": "test", "user": "test"}}],
    }
    _secret(path, json.dumps(config))


def _secret(path: Path, text: str) -> None:
    path.touch(0o600)
    path.write_text(text)
