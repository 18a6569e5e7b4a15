"""What must be there before anything is changed; each missing thing gets its sentence."""

from dev.cluster import addon_images, binaries, engine, golang, node_image, pins, ports
from dev.cluster.engine import Engine
from dev.cluster.progress import ClusterError

PORTS = {pins.ROUTER_PORT: "Traefik", pins.PROMETHEUS_PORT: "Prometheus"}


def missing() -> list[str]:
    """Name what the cache lacks and `up` would have to fetch or build."""
    places = {
        "kube": binaries.kube_place(),
        "kind": binaries.kind_place(),
        "gateway-api": binaries.gateway_api_place(),
        "node": node_image.place(),
        "addons": addon_images.system_place(),
        "demo-app": addon_images.app_place(),
    }
    return [name for name, place in places.items() if not place.is_dir()]


def check(found: Engine | None, *, ports_are_ours: bool) -> None:
    """Refuse with a sentence where `up` could not succeed."""
    if found is None and not engine.can_install():
        raise ClusterError(engine.NO_ENGINE)
    if not ports_are_ours:
        for port, use in PORTS.items():
            if ports.taken(port):
                raise ClusterError(ports.sentence(port, use, ports.holder(port)))
    if missing():
        golang.check_proxy()
