"""Builders that read like sentences: a GoLive, and a small world that answers its decisions on a scripted clock."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from golive.api.golive import GoLive, parse
from golive.api.spec import Colour
from golive.api.status import Outcome, Phase, status_wire
from golive.decide import decide
from golive.decide.decision import Decision, Event, SaveRun, SetFinalizer, SetWeights
from golive.decide.judge import Answer, judge
from golive.facts import (
    IN_A_ROW,
    ColourFacts,
    ComponentFacts,
    Deployment,
    Facts,
    PastRun,
    Reading,
    ReadyPoint,
    RouteFacts,
    SourceFacts,
)
from golive.ports import Point, Series

START = datetime(2026, 1, 1, 12, 0, tzinfo=UTC)
BLUE, GREEN = Colour.BLUE, Colour.GREEN


def seconds(number: float) -> timedelta:
    return timedelta(seconds=number)


def component(name: str = "web", routes: tuple[str, ...] = ("web",)) -> dict[str, Any]:
    return {
        "name": name,
        "blue": {"deployment": f"{name}-blue", "service": f"{name}-blue"},
        "green": {"deployment": f"{name}-green", "service": f"{name}-green"},
        "routes": [{"httpRoute": {"name": route}} for route in routes],
    }


def check(name: str = "error-rate", **fields: Any) -> dict[str, Any]:
    return {
        "name": name,
        "prometheus": {"query": 'errors{service="$(service)"}'},
        "interval": "1s",
        "pass": "<= 0.01",
        "rules": [{"when": "> 0.05", "action": "Rollback"}],
        **fields,
    }


def spec(**fields: Any) -> dict[str, Any]:
    return {
        "target": "green",
        "components": [component()],
        "steps": [{"weight": 10, "hold": "10s"}, {"weight": 50, "hold": "10s"}, {"weight": 100}],
        "checks": [check()],
        "stabilise": {"for": "20s"},
        **fields,
    }


@dataclass
class Backend:
    """One colour's Deployment and Service."""

    name: str
    replicas: int = 2
    ready: int = 2
    revision: str = "r1"
    version: str = "1"
    current: bool = True
    found: bool = True
    service: bool = True
    selects_other: bool = False
    changed_at: datetime = START - seconds(60)
    points: list[ReadyPoint] = field(default_factory=list)

    def facts(self, now: datetime) -> ColourFacts:
        deployment = Deployment(
            name=self.name,
            replicas=self.replicas,
            observed=self.current,
            updated=self.replicas,
            available=self.replicas,
            pods=self.replicas,
            revision=self.revision if self.current else "",
            versions=frozenset({self.version}),
            changed_at=self.changed_at,
        )
        if not self.points or self.points[-1].ready != self.ready:
            self.points.append(ReadyPoint(now, self.ready))
        return ColourFacts(
            deployment=deployment if self.found else None,
            service=self.service,
            selects_other=self.selects_other,
            ready=self.ready,
            ready_points=tuple(self.points),
        )


@dataclass
class World:
    """A GoLive, the cluster it looks at, and a clock that only moves when told to."""

    raw_spec: dict[str, Any] = field(default_factory=spec)
    status: dict[str, Any] = field(default_factory=dict)
    now: datetime = START
    generation: int = 1
    deleting: bool = False
    finalizers: tuple[str, ...] = ()
    values: dict[tuple[str, str], float | None] = field(default_factory=dict)
    source: SourceFacts = field(default_factory=lambda: SourceFacts(reachable=True))
    past: PastRun | None = None
    conflict: str = ""
    target_changed_at: datetime = START - seconds(60)
    events: list[Event] = field(default_factory=list)
    weights_seen: list[int] = field(default_factory=list)
    writes: list[SetWeights] = field(default_factory=list)
    sampling: bool = True
    frozen: bool = False
    """Whether writes to routes get lost."""

    def __post_init__(self) -> None:
        self.backends = {
            (entry["name"], colour): Backend(entry[colour]["deployment"])
            for entry in self.raw_spec["components"]
            for colour in Colour
        }
        names = [
            (entry["name"], route["httpRoute"]["name"])
            for entry in self.raw_spec["components"]
            for route in entry["routes"]
        ]
        self.routes = {
            name: RouteFacts(
                name[1],
                found=True,
                weights={BLUE: (100,), GREEN: (0,)},
                writer="kubectl",
                written_at=START - seconds(60),
            )
            for name in names
        }
        self.readings: dict[tuple[str, str], Reading] = {}

    def golive(self) -> GoLive:
        metadata = {
            "namespace": "shop",
            "name": "shop",
            "uid": "u1",
            "generation": self.generation,
            "resourceVersion": "1",
            "finalizers": list(self.finalizers),
            **({"deletionTimestamp": "2026-01-01T12:00:00Z"} if self.deleting else {}),
        }
        return parse({"metadata": metadata, "spec": self.raw_spec, "status": self.status})

    def facts(self) -> Facts:
        golive = self.golive()
        assert golive.spec is not None
        seen = tuple(
            ComponentFacts(
                entry.name,
                {colour: self.backends[entry.name, colour].facts(self.now) for colour in Colour},
                tuple(self.routes[entry.name, route.http_route.name] for route in entry.routes),
            )
            for entry in golive.spec.components
        )
        self._sample(golive)
        return Facts(
            now=self.now,
            components=seen,
            readings=dict(self.readings),
            source=self.source,
            target_changed_at=self.target_changed_at,
            conflict=self.conflict,
            past=self.past,
        )

    def _sample(self, golive: GoLive) -> None:
        assert golive.spec is not None
        run = golive.status.run
        traffic_at = run.traffic_at if run else None
        for entry in golive.spec.components:
            for asked in golive.spec.checks_of(entry.name):
                key = (asked.name, entry.name)
                before = self.readings.get(key)
                if before and (not self.sampling or self.now - before.taken_at < asked.interval):
                    continue
                value = self.values.get(key, 0.0)
                point = () if value is None else (Series({}, (Point(self.now, value),)),)
                verdict = judge(asked, Answer("q", self.now, series=point, traffic_at=traffic_at))
                same = before is not None and before.outcome is verdict.outcome
                self.readings[key] = Reading(
                    asked,
                    entry.name,
                    outcome=verdict.outcome,
                    message=verdict.message,
                    query="q",
                    taken_at=self.now,
                    value=verdict.value,
                    value_at=verdict.value_at,
                    rule=verdict.rule,
                    since=before.since if same and before else self.now,
                    lately=(*(before.lately if same and before else ()), self.now)[-IN_A_ROW:],
                )

    def decide(self) -> Decision:
        return decide(self.golive(), self.facts())

    def tick(self) -> Decision:
        decision = self.decide()
        for action in decision.actions:
            match action:
                case SetWeights():
                    self.write(action)
                case SetFinalizer():
                    self.finalizers = ("golive.dev/traffic",) if action.present else ()
                case SaveRun():
                    self.past = action.run
        self.status = status_wire(decision.status)
        self.events.extend(decision.events)
        return decision

    def write(self, action: SetWeights) -> None:
        self.writes.append(action)
        if not self.frozen:
            for key, route in self.routes.items():
                if route.name == action.route:
                    self.routes[key] = replace(
                        route,
                        weights={
                            action.colour: (action.weight,),
                            action.colour.other: (100 - action.weight,),
                        },
                        writer="golive",
                        ours=True,
                        written_at=self.now.replace(microsecond=0),
                    )

    def by_hand(
        self, green: int, writer: str = "kubectl-edit", *, gitops: bool = False, route: str = "web"
    ) -> None:
        for key, found in self.routes.items():
            if found.name == route:
                self.routes[key] = replace(
                    found,
                    weights={GREEN: (green,), BLUE: (100 - green,)},
                    writer=writer,
                    ours=False,
                    gitops=gitops,
                    written_at=self.now.replace(microsecond=0),
                )

    def settle(self) -> None:
        """Tick until nothing changes any more at this moment."""
        for _ in range(30):
            before = (dict(self.status), dict(self.routes))
            self.tick()
            self.weights_seen.append(self.green)
            if before == (self.status, self.routes):
                return
        raise AssertionError(f"it does not come to rest: {self.status}")

    def run(self, duration: float) -> None:
        """Let time pass, a second at a time."""
        for _ in range(int(duration)):
            self.settle()
            self.now += seconds(1)
        self.settle()

    def run_until(self, phase: Phase, within: float = 120) -> None:
        for _ in range(int(within)):
            self.settle()
            if self.phase is phase:
                return
            self.now += seconds(1)
        raise AssertionError(f"never {phase}; {self.status.get('phase')}: {self.status.get('message')}")

    def run_to_weight(self, weight: int, within: float = 120) -> None:
        for _ in range(int(within)):
            self.settle()
            if self.green == weight and self.status["step"].get("acknowledgedAt"):
                return
            self.now += seconds(1)
        raise AssertionError(f"never at {weight}: {self.status.get('message')}")

    def restart(self) -> None:
        """Forget everything that only the process knew."""
        self.readings.clear()
        for backend in self.backends.values():
            backend.points.clear()

    def edit(self, **fields: Any) -> None:
        self.raw_spec = {**self.raw_spec, **fields}
        self.generation += 1
        if "target" in fields:
            self.target_changed_at = self.now

    @property
    def green(self) -> int:
        return max(route.weight(GREEN) for route in self.routes.values())

    @property
    def phase(self) -> Phase:
        return Phase(self.status["phase"])

    def condition(self, kind: str) -> Mapping[str, Any] | None:
        return next((entry for entry in self.status["conditions"] if entry["type"] == kind), None)

    def reasons(self) -> list[str]:
        return [event.reason.value for event in self.events]

    def outcome(self, check: str = "error-rate", component: str = "web") -> Outcome:
        return self.readings[check, component].outcome
