"""Every kopf decorator: what is watched, and that a change makes the GoLives that look at it due.

kopf waits with event handlers until every kind's first listing is indexed. Indexing feeds our cache, and the first
event handler to run opens the schedule: nobody decides on half a world after a start.
"""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final, Protocol

import kopf

from golive.api.golive import GROUP, PLURAL, VERSION
from golive.runs import LABEL

Login = Callable[[], Awaitable[dict[str, Any]]]
"""Returns the fields of a kopf.ConnectionInfo; asked anew when the API server refuses them."""

WATCHED: Final[dict[str, tuple[str, str, str]]] = {
    "GoLive": (GROUP, VERSION, PLURAL),
    "HTTPRoute": ("gateway.networking.k8s.io", "v1", "httproutes"),
    "Deployment": ("apps", "v1", "deployments"),
    "ReplicaSet": ("apps", "v1", "replicasets"),
    "EndpointSlice": ("discovery.k8s.io", "v1", "endpointslices"),
    "Service": ("", "v1", "services"),
    "ConfigMap": ("", "v1", "configmaps"),
}
"""Group, version and plural by kind."""
_LABELS: Final[dict[str, Any]] = {"ConfigMap": {LABEL: kopf.PRESENT}}


class Watch(Protocol):
    """Where the news go."""

    def put(self, kind: str, raw: Mapping[str, Any]) -> None:
        """Take in an object's state."""
        ...

    def drop(self, kind: str, raw: Mapping[str, Any]) -> None:
        """Forget a deleted object."""
        ...

    def open(self) -> None:
        """Begin with ticks: every kind has been listed."""
        ...


def register(watch: Watch, login: Login) -> kopf.OperatorRegistry:
    """Return the registry of an operator that feeds a watch, from the API server that `login` names."""
    registry = kopf.OperatorRegistry()

    @kopf.on.login(registry=registry)
    async def logged_in(**_: Any) -> kopf.ConnectionInfo:
        return kopf.ConnectionInfo(**await login())

    for kind, resource in WATCHED.items():
        _register(registry, watch, kind, resource)
    return registry


def _register(
    registry: kopf.OperatorRegistry, watch: Watch, kind: str, resource: tuple[str, str, str]
) -> None:
    labels = _LABELS.get(kind)

    @kopf.index(*resource, id=f"seen-{kind}", labels=labels, registry=registry)
    async def seen(body: kopf.Body, **_: Any) -> None:
        watch.put(kind, dict(body))

    @kopf.on.event(*resource, id=f"changed-{kind}", labels=labels, registry=registry)
    async def changed(body: kopf.Body, type: str | None, **_: Any) -> None:  # noqa: A002  # kopf passes it by this name
        if type == "DELETED":
            watch.drop(kind, dict(body))
        watch.open()


def configure(settings: kopf.OperatorSettings, *, clusterwide: bool) -> None:
    """Keep kopf to watching: no peering, no events of its own, no finalizer, no patch.

    In named namespaces it may look at nothing beyond them: neither at the namespaces nor at the CRDs of the cluster.
    """
    settings.scanning.disabled = not clusterwide
    settings.peering.standalone = True
    settings.posting.enabled = False
    settings.watching.server_timeout = 300
    settings.watching.connect_timeout = 5
    settings.networking.request_timeout = 15
    settings.networking.connect_timeout = 5
