"""Who owns a (route, Service) and a Deployment: the GoLive that was there first."""

from collections.abc import Iterable

from golive.observe.prune import Raw
from golive.observe.references import References, references


def conflict(golive: Raw, others: Iterable[Raw]) -> str:
    """Name the earlier GoLive of the namespace that owns something of this one, and what; empty where none does."""
    own = references(golive)
    earlier = sorted((other for other in others if _age(other) < _age(golive)), key=_age)
    for other in earlier:
        shared = _shared(own, references(other))
        if shared:
            name = other["metadata"]["name"]
            return f"GoLive {name}, which is older, already owns {shared}: remove it from one of the two"
    return ""


def _age(golive: Raw) -> tuple[str, str]:
    metadata = golive["metadata"]
    return metadata.get("creationTimestamp", ""), metadata["name"]


def _shared(own: References, other: References) -> str:
    for deployment in sorted(own.deployments & other.deployments):
        return f"Deployment {deployment}"
    for route, service in sorted(own.routes & other.routes):
        return f"Service {service} of HTTPRoute {route}"
    return ""
