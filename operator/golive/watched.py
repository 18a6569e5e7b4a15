"""The kinds that are watched: where the API server has them, and which of them."""

from dataclasses import dataclass
from typing import Final

from golive.api.golive import GROUP, PLURAL, VERSION
from golive.runs import LABEL


@dataclass(frozen=True, slots=True)
class Resource:
    """A kind's place in the API."""

    group: str
    """Empty for the core group."""
    version: str
    plural: str
    labels: tuple[str, ...] = ()
    """Only objects that carry all of these labels are watched."""

    @property
    def prefix(self) -> str:
        """The path of its group and version."""
        return f"/apis/{self.group}/{self.version}" if self.group else f"/api/{self.version}"


WATCHED: Final[dict[str, Resource]] = {
    "GoLive": Resource(GROUP, VERSION, PLURAL),
    "HTTPRoute": Resource("gateway.networking.k8s.io", "v1", "httproutes"),
    "Deployment": Resource("apps", "v1", "deployments"),
    "ReplicaSet": Resource("apps", "v1", "replicasets"),
    "EndpointSlice": Resource("discovery.k8s.io", "v1", "endpointslices", ("kubernetes.io/service-name",)),
    "Service": Resource("", "v1", "services"),
    "ConfigMap": Resource("", "v1", "configmaps", (LABEL,)),
}
