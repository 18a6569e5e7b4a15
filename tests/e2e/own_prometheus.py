"""A Prometheus for one scenario, which may stop it or keep it from scraping without harm to the others.

It runs beside the cluster and scrapes the pods through the API server.
"""

import base64
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from dev.controlplane import PrometheusServer, prometheus_server
from tests.e2e.stage import Stage


@dataclass(frozen=True)
class OwnPrometheus:
    """The running Prometheus, and the file that names what it scrapes."""

    server: PrometheusServer
    targets: Path
    api_server: str
    config: dict[str, Any]

    def scrape(self, stage: Stage) -> None:
        """Scrape the pods of both colours from now on."""
        self._write(
            [
                {"targets": [self.api_server], "labels": _labels(stage.namespace, service, pod)}
                for service in ("web-blue", "web-green")
                for pod in stage.pods(service)
            ]
        )

    def restart(self, interval: str) -> None:
        """Start it anew with another scrape interval: unlike after a reload, its last values stay and grow old."""
        self.server.stop()
        self.server.configure({**self.config, **_scraping(interval)})
        self.server.start()

    def _write(self, found: list[dict[str, Any]]) -> None:
        # Read whole or not at all.
        half = self.targets.with_suffix(".half")
        half.write_text(json.dumps(found))
        half.rename(self.targets)


@contextmanager
def own_prometheus(stage: Stage) -> Iterator[OwnPrometheus]:
    """Run a Prometheus that scrapes nothing yet."""
    folder = stage.folder / "prometheus"
    folder.mkdir()
    targets = folder / "targets.json"
    targets.write_text("[]")
    ways = yaml.safe_load(stage.cluster.kubeconfig.read_text())
    cluster, user = ways["clusters"][0]["cluster"], ways["users"][0]["user"]
    job = {
        "job_name": "pods",
        "scheme": "https",
        "tls_config": {
            "ca": _text(cluster["certificate-authority-data"]),
            "cert": _text(user["client-certificate-data"]),
            "key": _text(user["client-key-data"]),
        },
        "file_sd_configs": [{"files": [str(targets)], "refresh_interval": "1s"}],
    }
    config = {"scrape_configs": [job]}
    with prometheus_server(folder, config={**config, **_scraping("1s")}) as server:
        yield OwnPrometheus(server, targets, cluster["server"].removeprefix("https://"), config)


def _scraping(interval: str) -> dict[str, Any]:
    return {"global": {"scrape_interval": interval, "scrape_timeout": "1s"}}


def _labels(namespace: str, service: str, pod: str) -> dict[str, str]:
    path = f"/api/v1/namespaces/{namespace}/pods/{pod}:8080/proxy/metrics"
    return {"__metrics_path__": path, "namespace": namespace, "service": service, "pod": pod}


def _text(encoded: str) -> str:
    return base64.b64decode(encoded).decode()
