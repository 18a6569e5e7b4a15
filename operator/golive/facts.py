"""What one tick may look at: a frozen snapshot, taken once, so that every decision of a tick sees the same world.

Times are aware datetimes of the API server's clock; weights are as the route has them.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from golive.api.spec import Check, Colour
from golive.api.status import Outcome


@dataclass(frozen=True, slots=True)
class Deployment:
    """A Deployment of one colour."""

    name: str
    replicas: int
    """Wanted pods."""
    observed: bool
    """Its controller has seen this generation."""
    updated: int
    available: int
    pods: int
    """All its pods, old ones too."""
    revision: str
    """The pod-template-hash of its current ReplicaSet; empty while its controller has not seen this generation."""
    versions: frozenset[str]
    """What its template says of its version: image tags, digests, the version label."""
    changed_at: datetime
    """When this process saw its generation change, or first saw it."""

    @property
    def current(self) -> bool:
        """Tell whether it is rolled out: seen by its controller, all wanted pods updated and available, no old one left."""
        return self.observed and self.updated == self.available == self.pods == self.replicas


@dataclass(frozen=True, slots=True)
class ReadyPoint:
    """How many ready endpoints a colour had from a moment on."""

    at: datetime
    ready: int


@dataclass(frozen=True, slots=True)
class ColourFacts:
    """One colour of one component."""

    deployment: Deployment | None
    service: bool
    """The Service exists."""
    selects_other: bool
    """The Service's selector also matches the other colour's pods."""
    ready: int
    """Ready endpoints of the Service that are pods of the Deployment."""
    ready_points: tuple[ReadyPoint, ...] = ()
    """The last changes of `ready`, oldest first; covers at least 30 s where known."""


@dataclass(frozen=True, slots=True)
class RouteFacts:
    """One HTTPRoute between the two Services of a component."""

    name: str
    found: bool
    problem: str = ""
    """Why its weights cannot be moved, as a sentence with what to write instead; empty where they can."""
    weights: Mapping[Colour, tuple[int, ...]] = field(default_factory=dict)
    """Each colour's weight in each matched rule, in order."""
    alone: frozenset[Colour] = frozenset()
    """The colours whose Services a rule gives a weight without naming the other: no pair of weights moves those."""
    writer: str = ""
    """The field manager that last wrote the rules."""
    written_at: datetime | None = None
    """When it did, in whole seconds."""
    ours: bool = False
    """The last writer was this operator."""
    gitops: bool = False
    """The last writer is a configured GitOps manager."""

    def weight(self, colour: Colour) -> int:
        """Return the highest share of a colour in any matched rule, in percent of the pair, rounded up."""
        return max(self._shares(colour), default=0)

    def least(self, colour: Colour) -> int:
        """Return the lowest share of a colour in any matched rule, in percent of the pair, rounded up."""
        return min(self._shares(colour), default=0)

    def _shares(self, colour: Colour) -> list[int]:
        # A pair of 1 and 1 is a half, not 1 %: so reads a route whose weights were left out.
        pairs = zip(self.weights.get(colour, ()), self.weights.get(colour.other, ()), strict=True)
        return [math.ceil(100 * own / max(own + other, 1)) for own, other in pairs]

    def serves(self, colour: Colour) -> bool:
        """Tell whether any rule gives a colour a weight, with the other or without."""
        return colour in self.alone or any(self.weights.get(colour, ()))

    def all_on(self, colour: Colour) -> bool:
        """Tell whether every matched rule sends everything of the pair to one colour."""
        return (
            bool(self.weights)
            and all(weight == 0 for weight in self.weights[colour.other])
            and all(self.weights[colour])
        )

    def stands_at(self, colour: Colour, weight: int) -> bool:
        """Tell whether every matched rule gives a colour this weight and the other the rest."""
        return (
            bool(self.weights)
            and set(self.weights[colour]) == {weight}
            and set(self.weights[colour.other]) == {100 - weight}
        )


@dataclass(frozen=True, slots=True)
class ComponentFacts:
    """One component: two colours, its routes."""

    name: str
    colours: Mapping[Colour, ColourFacts]
    routes: tuple[RouteFacts, ...]


IN_A_ROW: Final = 3
"""How many results of a check in a row are as good as it gets: so often it has to pass before a weight rises."""


@dataclass(frozen=True, slots=True)
class Reading:
    """The last result of a check for a component, and how long it has been so."""

    check: Check
    """The check as it was asked."""
    component: str
    outcome: Outcome
    message: str
    query: str
    taken_at: datetime
    """When this process got the answer."""
    value: float | None = None
    value_at: datetime | None = None
    """The time of the value, by Prometheus's clock."""
    rule: int | None = None
    """The index of the rule that fired, with outcome Breach, or that is true but not yet sustained, with Hold."""
    since: datetime | None = None
    """When the unbroken stretch of this outcome began, in this process."""
    lately: tuple[datetime, ...] = ()
    """When the last samples of this stretch were taken, the newest last; as many as count."""

    def times(self, since: datetime | None = None) -> int:
        """Count the last samples of this stretch, or those of them that were taken since."""
        return sum(since is None or at >= since for at in self.lately)


@dataclass(frozen=True, slots=True)
class SourceFacts:
    """The metrics source, as the checks of one GoLive have met it last."""

    reachable: bool
    asked: bool = True
    """False until the first answer, or the first that did not come."""
    message: str = ""
    """Why it does not answer, or why what it answers is too old; empty while it is well."""


@dataclass(frozen=True, slots=True)
class PastRun:
    """The last run as the `<name>-runs` ConfigMap remembers it, for a GoLive that was deleted and applied again."""

    number: int
    to: Colour
    version: str
    revision: str
    outcome: str
    reason: str

    @property
    def failed(self) -> bool:
        """Tell whether the same release must not be tried again."""
        return self.outcome in {"RolledBack", "Aborted"}


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything one decision may know of the world."""

    now: datetime
    components: tuple[ComponentFacts, ...]
    readings: Mapping[tuple[str, str], Reading] = field(default_factory=dict)
    """The last reading by (check, component); only those taken by this process."""
    source: SourceFacts = SourceFacts(reachable=True)
    target_changed_at: datetime | None = None
    """When this process saw `spec.target` change, or first saw the GoLive."""
    conflict: str = ""
    """The sentence that names the earlier GoLive which owns one of the same routes or Deployments."""
    past: PastRun | None = None
    settle_seconds: float = 10.0
