"""A Deployment's facts: how far it is rolled out, its revision, and the versions it runs."""

from collections.abc import Iterable, Iterator
from datetime import datetime

from golive.facts import Deployment
from golive.observe.prune import HASH_LABEL, REVISION_ANNOTATION, VERSION_LABEL, Raw


def deployment_facts(raw: Raw, replica_sets: Iterable[Raw], changed_at: datetime) -> Deployment:
    """Read a Deployment and the ReplicaSets of its name."""
    status = raw.get("status") or {}
    return Deployment(
        name=raw["metadata"]["name"],
        replicas=(raw.get("spec") or {}).get("replicas", 1),
        observed=_observed(raw),
        updated=status.get("updatedReplicas", 0),
        available=status.get("availableReplicas", 0),
        pods=status.get("replicas", 0),
        revision=_revision(raw, replica_sets),
        versions=frozenset(_versions(raw)),
        changed_at=changed_at,
    )


def owned(deployment: Raw, replica_sets: Iterable[Raw]) -> Iterator[Raw]:
    """Give the ReplicaSets that this very Deployment owns, not one of the same name before it."""
    uid = deployment["metadata"]["uid"]
    for replica_set in replica_sets:
        if any(owner.get("uid") == uid for owner in replica_set["metadata"].get("ownerReferences", ())):
            yield replica_set


def template_labels(deployment: Raw) -> Raw:
    """Return the labels of a Deployment's pods."""
    labels: Raw = deployment["spec"]["template"]["metadata"].get("labels") or {}
    return labels


def _observed(raw: Raw) -> bool:
    seen = (raw.get("status") or {}).get("observedGeneration", 0)
    return bool(seen >= raw["metadata"].get("generation", 0))


def _revision(raw: Raw, replica_sets: Iterable[Raw]) -> str:
    number = (raw["metadata"].get("annotations") or {}).get(REVISION_ANNOTATION)
    if not _observed(raw) or number is None:
        return ""
    for replica_set in owned(raw, replica_sets):
        metadata = replica_set["metadata"]
        if (metadata.get("annotations") or {}).get(REVISION_ANNOTATION) == number:
            return str((metadata.get("labels") or {}).get(HASH_LABEL, ""))
    return ""


def _versions(raw: Raw) -> Iterator[str]:
    for labels in (template_labels(raw), raw["metadata"].get("labels") or {}):
        if labels.get(VERSION_LABEL):
            yield labels[VERSION_LABEL]
    for container in raw["spec"]["template"]["spec"]["containers"]:
        yield from image_versions(container.get("image", ""))


def image_versions(image: str) -> Iterator[str]:
    """Give an image's tag and digest, as far as it names them; a registry's port is no tag."""
    name, _, digest = image.partition("@")
    _, colon, tag = name.rpartition("/")[2].partition(":")
    if colon:
        yield tag
    if digest:
        yield digest
