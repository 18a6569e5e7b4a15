"""One tick's view of a GoLive: what is asked, what is on record, what is seen; and the draft that a tick fills in."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from golive.api.golive import FINALIZER, GoLive
from golive.api.spec import Check, Colour, Component, GoLiveSpec, Step
from golive.api.status import GoLiveStatus, Phase, RunStatus, StepStatus, Waiting
from golive.decide.decision import Action, Event
from golive.facts import ColourFacts, ComponentFacts, Facts, Reading, RouteFacts


@dataclass(frozen=True, slots=True)
class Draft:
    """The decision in the making: the status, what is to be written, what is to be told, when to look again."""

    status: GoLiveStatus
    actions: tuple[Action, ...] = ()
    events: tuple[Event, ...] = ()
    wake: datetime | None = None
    stalled: str = ""
    """The reason of Stalled=True: nothing moves before a person changes something."""


@dataclass(frozen=True, slots=True)
class Turn:
    """What every rule of a tick looks at."""

    golive: GoLive
    spec: GoLiveSpec
    facts: Facts
    problems: tuple[str, ...]
    """What is wrong with the spec, alone or against the cluster."""

    @property
    def now(self) -> datetime:
        """The moment of this tick, by the API server's clock."""
        return self.facts.now

    @property
    def status(self) -> GoLiveStatus:
        """What is on record."""
        return self.golive.status

    @property
    def live(self) -> Colour:
        """The colour that serves; asked only once it is known."""
        if self.status.live is None:
            raise AssertionError("the live colour is asked for before it was discovered")
        return self.status.live

    @property
    def run(self) -> RunStatus:
        """The run on record; asked only in phases that have one."""
        if self.status.run is None:
            raise AssertionError(f"phase {self.status.phase} without a run on record")
        return self.status.run

    @property
    def fresh(self) -> Colour:
        """The colour that is to have no traffic but by this GoLive's steps."""
        return self.fresh_of(self.status)

    def fresh_of(self, status: GoLiveStatus) -> Colour:
        """Return the same colour for a status in the making."""
        return status.run.to if status.run and status.phase in _ON_A_RUN else self.spec.target

    @property
    def weight(self) -> int:
        """The highest weight of the fresh colour on any route."""
        return self.weight_of(self.fresh)

    def carries(self, component: str) -> bool:
        """Tell whether any route of a component gives the fresh colour a weight."""
        return any(owner.name == component and route.weight(self.fresh) for owner, _, route in self.routes())

    def weight_of(self, colour: Colour) -> int:
        """Return the highest weight of a colour on any route."""
        return max((route.weight(colour) for _, _, route in self.routes()), default=0)

    @property
    def recorded(self) -> int:
        """The weight on record."""
        return self.status.step.weight if self.status.step else 0

    def ceiling(self, component: Component, route: RouteFacts) -> int:
        """Return the weight above which a route is put down: the step's, or what it kept while others were lowered."""
        step = self.status.step
        if step is None or share(component, route) in step.lowered:
            return self.recorded
        return max(step.weight, step.allowed)

    @property
    def problem(self) -> str:
        """Say the first thing that is wrong with the spec, and how many more there are; empty where nothing is."""
        more = f" (and {len(self.problems) - 1} more)" if len(self.problems) > 1 else ""
        return self.problems[0] + more if self.problems else ""

    @property
    def way_back(self) -> Colour | None:
        """The colour that going back at rest leads to; None once the rollback window is over."""
        until = self.status.rollback_until
        return self.status.previous if until and self.now < until else None

    @property
    def is_held(self) -> bool:
        """Tell whether our finalizer holds the GoLive against deletion."""
        return FINALIZER in self.golive.finalizers

    def routes(self) -> Iterator[tuple[Component, ComponentFacts, RouteFacts]]:
        """Go through every route, in the order of the components, but for newcomers, which are left alone."""
        for component, facts in self.components():
            for route in facts.routes:
                if not is_newcomer(self.status, component, route):
                    yield component, facts, route

    def components(self) -> Iterator[tuple[Component, ComponentFacts]]:
        """Go through the components as asked and as seen, side by side."""
        return zip(self.spec.components, self.facts.components, strict=True)

    def colours(self, colour: Colour) -> Iterator[tuple[Component, ColourFacts]]:
        """Go through one colour of every component."""
        for component, facts in self.components():
            yield component, facts.colours[colour]

    def revision(self, colour: Colour) -> str:
        """Join the revisions of a colour in the order of the components' names; empty while one of them is unknown."""
        named = sorted(self.colours(colour), key=lambda pair: pair[0].name)
        revisions = [facts.deployment.revision if facts.deployment else "" for _, facts in named]
        return ",".join(revisions) if all(revisions) else ""

    def runs_still(self, colour: Colour, recorded: str) -> bool:
        """Tell whether a colour runs what a run has put on record of it, as far as the components are the same."""
        named = {component.name: facts.deployment for component, facts in self.colours(colour)}
        before = dict(zip(self.run.components, recorded.split(","), strict=False))
        seen = {name: deployment.revision if deployment else "" for name, deployment in named.items()}
        return all(seen[name] == revision for name, revision in before.items() if name in seen)

    def asked(self) -> Iterator[tuple[Check, Component, Reading | None]]:
        """Go through every check of every component with its last reading; one of the check before an edit is none."""
        for component in self.spec.components:
            for check in self.spec.checks_of(component.name):
                reading = self.facts.readings.get((check.name, component.name))
                yield check, component, reading if reading and reading.check == check else None

    def next_step(self, above: int) -> tuple[int, Step] | None:
        """Return the first step above a weight with its place from 1: an edit of the steps never jumps or goes down."""
        return next(((at, step) for at, step in enumerate(self.spec.steps, 1) if step.weight > above), None)

    def intent(self, index: int, step: Step, *, before: int) -> StepStatus:
        """Return a step to put on record, to be carried out by a later tick that finds it there."""
        count, record = len(self.spec.steps), self.status.step or StepStatus()
        still = record.allowed > step.weight
        return StepStatus(
            index=index,
            count=count,
            text=f"{index}/{count}",
            weight=step.weight,
            before=before,
            allowed=record.allowed if still else 0,
            lowered=record.lowered if still else (),
            intended_at=self.now,
            lowered_at=record.lowered_at,
        )

    def to(self, phase: Phase, message: str, **changes: Any) -> Draft:
        """Go on in a phase (see transitions.py), waiting for nothing unless said."""
        fields = {"phase": phase, "waiting_for": Waiting.NOTHING, "message": message, "next": "", **changes}
        return Draft(self.status.model_copy(update=fields))

    def wait(self, waiting: Waiting, message: str, wake: datetime | None = None, **changes: Any) -> Draft:
        """Stay in the phase, and say what for."""
        draft = self.to(self.status.phase, message, waiting_for=waiting, **changes)
        return replace(draft, wake=wake)


_ON_A_RUN = frozenset(
    {Phase.SHIFTING, Phase.STABILISING, Phase.ROLLING_BACK, Phase.ROLLED_BACK, Phase.ABORTED}
)


_CARRYING = frozenset({Phase.STABILISING, Phase.ROLLING_BACK})


def share(component: Component, route: RouteFacts) -> str:
    """Name a component's pair of weights on a route, as `status.run.carried` and `status.known` do."""
    return f"{component.name}/{route.name}"


def is_newcomer(status: GoLiveStatus, component: Component, route: RouteFacts) -> bool:
    """Tell whether a route was added later and does not send everything to the live colour: nobody knows what it should."""
    if status.live is None or not route.weights or route.all_on(status.live):
        return False
    if route.ours or status.phase is Phase.SHIFTING:
        return False  # what we wrote is no stranger's, and mid-way every route goes along
    carried = status.run.carried if status.run and status.phase in _CARRYING else ()
    return share(component, route) not in {*status.known, *carried}
