"""What is to be asked of the metrics source for a GoLive as it stands on record."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from golive.api.golive import GoLive
from golive.api.spec import Check, Colour, Component, GoLiveSpec
from golive.api.status import SPLIT
from golive.subject import Subject, about

_VARYING: Final = "weight"
"""The one name whose value changes from step to step."""


@dataclass(frozen=True, slots=True)
class Question:
    """A check of a component, with everything that its query needs."""

    check: Check
    component: str
    names: Mapping[str, str]
    """What the query's `$(name)`s stand for."""
    traffic_at: datetime | None
    """When this run's target got its first requests; None before."""
    subject: Subject | None = None
    """The run and step that it is asked for."""

    def continues(self, before: "Question") -> bool:
        """Tell whether its results go on from those before: the same check of the same colour."""
        weight = {_VARYING: before.names[_VARYING]}
        return self.check == before.check and {**self.names, **weight} == before.names


def questions(golive: GoLive) -> tuple[Question, ...]:
    """Return every check of every component: of the run on its way, else of the target that one is prepared for."""
    spec, status = golive.spec, golive.status
    if spec is None:
        return ()
    if status.phase in SPLIT and status.run is not None:
        return _of(golive, spec, status.run.to, status.run.traffic_at)
    return _of(golive, spec, spec.target, None)


def _of(
    golive: GoLive, spec: GoLiveSpec, colour: Colour, traffic_at: datetime | None
) -> tuple[Question, ...]:
    subject = about(golive, golive.status)
    return tuple(
        Question(
            check,
            component.name,
            _names(golive, spec, component, colour),
            traffic_at,
            replace(subject, check=check.name, component=component.name),
        )
        for component in spec.components
        for check in spec.checks_of(component.name)
    )


def _names(golive: GoLive, spec: GoLiveSpec, component: Component, colour: Colour) -> dict[str, str]:
    workload = component.colour(colour)
    return {
        "component": component.name,
        "service": workload.service,
        "deployment": workload.deployment,
        "namespace": golive.namespace,
        "version": spec.version or "",
        "weight": str(golive.status.step.weight if golive.status.step else 0),
    }
