"""Which ready endpoints of a Service are pods of a Deployment, and whom a Service selects."""

from collections.abc import Iterable
from typing import Final

from golive.observe.deployments import owned, template_labels
from golive.observe.prune import Raw

_LONGEST_PREFIX: Final = 58
"""The API server cuts a generateName here, to leave room for its five random characters."""


def ready_pods(deployment: Raw | None, replica_sets: Iterable[Raw], slices: Iterable[Raw]) -> int:
    """Count the ready pods of a Deployment behind a Service, each once, whatever its addresses."""
    if deployment is None:
        return 0
    prefixes = tuple(
        f"{replica_set['metadata']['name']}-"[:_LONGEST_PREFIX]
        for replica_set in owned(deployment, replica_sets)
    )
    ready = {name for piece in slices for name in _ready_names(piece)}
    return sum(any(_is_pod_of(prefix, name) for prefix in prefixes) for name in ready)


def selects(service: Raw | None, deployment: Raw | None) -> bool:
    """Tell whether a Service's selector matches a Deployment's pods; one without a selector matches none."""
    selector = ((service or {}).get("spec") or {}).get("selector")
    if not selector or deployment is None:
        return False
    labels = template_labels(deployment)
    return all(labels.get(key) == value for key, value in selector.items())


def _ready_names(piece: Raw) -> Iterable[str]:
    for endpoint in piece["endpoints"]:
        conditions, target = endpoint["conditions"], endpoint["targetRef"]
        # The API has it that an unknown readiness is to be read as ready.
        is_ready = conditions.get("ready") is not False and not conditions.get("terminating")
        if is_ready and target.get("kind") == "Pod":
            yield target["name"]


def _is_pod_of(prefix: str, name: str) -> bool:
    return name.startswith(prefix) and "-" not in name[len(prefix) :]
