"""A control plane of plain processes on loopback, for integration tests, fault tests and benches.

etcd and kube-apiserver from the same binary the cluster uses, a real Prometheus beside them; no container engine.
"""

from dev.controlplane.control_plane import ControlPlane, control_plane, write_kubeconfig
from dev.controlplane.prometheus import PrometheusServer, prometheus_server

__all__ = ["ControlPlane", "PrometheusServer", "control_plane", "prometheus_server", "write_kubeconfig"]
