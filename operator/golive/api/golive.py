"""The GoLive itself: its identity, spec and status, parsed from the raw object of the API server."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from golive.api.problems import pruned_fields
from golive.api.salvage import parse_spec, parse_status
from golive.api.spec import GoLiveSpec
from golive.api.status import GoLiveStatus

GROUP = "golive.dev"
VERSION = "v1alpha1"
PLURAL = "golives"
KIND = "GoLive"
FINALIZER = "golive.dev/traffic"
FIELD_MANAGER = "golive"


@dataclass(frozen=True, slots=True)
class GoLive:
    """One GoLive as it stands in the API server."""

    namespace: str
    name: str
    uid: str
    generation: int
    resource_version: str
    deleting: bool
    finalizers: tuple[str, ...]
    spec: GoLiveSpec | None
    """None where the stored spec is too broken to know the target, the components or the routes."""
    unfit: tuple[str, ...]
    """What is wrong with the stored spec, a sentence each."""
    problems: tuple[str, ...]
    """The same with what is wrong with the status; empty where both are valid."""
    status: GoLiveStatus

    @property
    def key(self) -> tuple[str, str]:
        """Namespace and name."""
        return self.namespace, self.name


def parse(body: Mapping[str, Any], before: GoLive | None = None) -> GoLive:
    """Read a raw GoLive; an unfit spec keeps every part that is still fit, and says what is wrong with the rest.

    `before` is what was read of the same GoLive last: a spec of the same generation is not read again.
    """
    metadata = body["metadata"]
    identity = (metadata["uid"], metadata.get("generation", 0))
    if before is not None and (before.uid, before.generation) == identity:
        spec, unfit = before.spec, before.unfit
    else:
        spec, unfit = parse_spec(body.get("spec") or {})
    status, unreadable = parse_status(body.get("status") or {})
    return GoLive(
        namespace=metadata["namespace"],
        name=metadata["name"],
        uid=identity[0],
        generation=identity[1],
        resource_version=metadata["resourceVersion"],
        deleting="deletionTimestamp" in metadata,
        finalizers=tuple(metadata.get("finalizers", ())),
        spec=spec,
        unfit=unfit,
        problems=(*unfit, *unreadable, *pruned_fields(metadata.get("annotations", {}))),
        status=status,
    )
