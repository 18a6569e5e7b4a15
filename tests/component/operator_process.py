"""The operator's real parts as one process that can be ended and started again, over a cluster in memory."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from golive.act.perform import Performer
from golive.act.upward import Upward
from golive.errors import GoLiveError
from golive.news import Echo, News
from golive.observe.cache import Cache
from golive.observe.observer import Observer
from golive.observe.sampler import Samplers
from golive.observe.snapshot import SnapshotSettings
from golive.ports import Point, Series
from golive.reconcile import Key, Reconciler
from golive.record.recorder import Recorder
from golive.schedule import Schedule
from tests.component.cluster import LATENCY, Cluster, Link, ScriptedClock
from tests.raw import (
    NAMESPACE,
    Raw,
    a_component,
    a_deployment,
    a_golive,
    a_pair,
    a_replica_set,
    a_route,
    a_rule,
    a_service,
    ready_slice,
    wrote_rules,
)

SHOP = (NAMESPACE, "shop")
SCRAPE = timedelta(seconds=1)
BEFORE = "2026-01-01T11:00:00Z"


@dataclass
class ScriptedMetrics:
    """A Prometheus that remembers every value from when it was set, by the service that a query asks for."""

    history: dict[str, list[tuple[datetime, float | None]]] = field(default_factory=dict)
    fails: GoLiveError | None = None

    def set(self, service: str, value: float | None) -> None:
        self.history.setdefault(service, []).append((ScriptedClock().now(), value))

    async def instant(self, query: str) -> Sequence[Series]:
        await asyncio.sleep(LATENCY)
        if self.fails:
            raise self.fails
        now = ScriptedClock().now()
        value = 0.5 if "timestamp(up)" in query else self._at(query, now)
        return () if value is None else (Series({}, (Point(now, value),)),)

    async def range(self, query: str, start: datetime, end: datetime, step: timedelta) -> Sequence[Series]:
        await asyncio.sleep(LATENCY)
        if self.fails:
            raise self.fails
        times = [start + place * step for place in range((end - start) // step + 1)]
        values = [(at, self._at(query, at)) for at in times]
        return (Series({}, tuple(Point(at, value) for at, value in values if value is not None)),)

    async def diagnose(self) -> str:
        return str(self.fails or "")

    def _at(self, query: str, at: datetime) -> float | None:
        known = next((entries for service, entries in self.history.items() if f'"{service}"' in query), [])
        return next((value for since, value in reversed(known) if since <= at), 0.0)


@dataclass
class OperatorProcess:
    """What wiring.py ties together, over a link that can die."""

    cluster: Cluster
    metrics: ScriptedMetrics
    dies_at: float | None = None

    def __post_init__(self) -> None:
        clock = ScriptedClock()
        self.link = Link(self.cluster, self.dies_at)
        self.cache = Cache(clock)
        upward = Upward()
        schedule = Schedule(self._tick, asyncio.get_running_loop().time, goes_down=self._goes_down)
        self.news = News(self.cache, schedule, upward)
        echo = Echo(self.cache, self.news)
        self.performer = Performer(self.link, self.link, self.link, echo, upward)
        self.samplers = Samplers(self.metrics, clock, self.news.due, SCRAPE)
        self.observer = Observer(
            self.cache,
            self.samplers,
            clock,
            SnapshotSettings(timedelta(seconds=2), frozenset({"argocd-controller"})),
        )
        recorder = Recorder(self.link, self.cache, "operator")
        self._reconciler = Reconciler(self.observer, self.performer, recorder, schedule.hurry)

    async def _tick(self, key: Key) -> float | None:
        return await self._reconciler.tick(key)

    def _goes_down(self, key: Key) -> bool:
        return self._reconciler.goes_down(key)

    def _hear(self, kind: str, raw: Mapping[str, Any], gone: bool) -> None:  # noqa: FBT001  # a listener's form
        if kind != "Event":
            (self.news.drop if gone else self.news.put)(kind, raw)

    async def run(self) -> None:
        """Run until cancelled, or until the link dies and takes everything along."""
        for (kind, _), raw in self.cluster.objects.items():
            self._hear(kind, raw, False)
        self.cluster.listeners.append(self._hear)
        ticks = asyncio.create_task(self.news.tick())
        try:
            await self.link.dead.wait()
        finally:
            self.cluster.listeners.remove(self._hear)
            self.link.dead.set()
            ticks.cancel()
            await asyncio.gather(ticks, return_exceptions=True)
            with suppress(asyncio.CancelledError):
                await self.samplers.close()


@dataclass
class Stage:
    """A cluster with an operator on it that is started again whenever it dies."""

    cluster: Cluster = field(default_factory=Cluster)
    metrics: ScriptedMetrics = field(default_factory=ScriptedMetrics)
    down_for: float = 0.5
    starts: int = 0
    _running: asyncio.Task[None] | None = None
    process: OperatorProcess | None = None

    def start(self, dies_at: float | None = None) -> None:
        self._running = asyncio.create_task(self._forever(dies_at))

    async def stop(self) -> None:
        if self._running:
            self._running.cancel()
            await asyncio.gather(self._running, return_exceptions=True)

    async def _forever(self, dies_at: float | None) -> None:
        while True:
            self.starts += 1
            self.process = OperatorProcess(self.cluster, self.metrics, dies_at)
            await self.process.run()
            dies_at = None
            await asyncio.sleep(self.down_for)

    async def until(self, condition: Callable[[], object], within: float = 120, every: float = 0.05) -> float:
        """Let time pass until something is so; return the moment."""
        for _ in range(int(within / every)):
            if condition():
                return asyncio.get_running_loop().time()
            await asyncio.sleep(every)
        raise AssertionError(f"not within {within} s: {self.status}")

    async def at_weight(self, weight: int, route: str = "web") -> float:
        return await self.until(
            lambda: self.cluster.green(route) == weight and self.status["step"].get("acknowledgedAt")
        )

    async def in_phase(self, phase: str) -> float:
        return await self.until(lambda: self.status.get("phase") == phase)

    @property
    def golive(self) -> Raw:
        return self.cluster.objects["GoLive", "shop"]

    @property
    def status(self) -> dict[str, Any]:
        status: dict[str, Any] = self.cluster.objects.get(("GoLive", "shop"), {}).get("status", {})
        return status


def a_check(**fields: Any) -> Raw:
    return {
        "name": "errors",
        "prometheus": {"query": 'errors{service="$(service)"}'},
        "interval": "1s",
        "pass": "<= 0.01",
        "rules": [{"when": "> 0.05", "action": "Rollback"}],
        **fields,
    }


def a_stage(*components: str, **spec: Any) -> Stage:
    """Set up blue and green of each component, all traffic on blue, and a GoLive to green with short holds."""
    stage = Stage()
    named = components or ("web",)
    for name in named:
        stage.cluster.add(
            "HTTPRoute",
            a_route(a_rule(*a_pair(name=name)), name=name, writers=[wrote_rules("kubectl", BEFORE)]),
        )
        for colour in ("blue", "green"):
            workload = f"{name}-{colour}"
            stage.cluster.add("Deployment", a_deployment(workload))
            stage.cluster.add("ReplicaSet", a_replica_set(workload))
            stage.cluster.add("Service", a_service(workload))
            stage.cluster.add("EndpointSlice", ready_slice(workload))
    fields = {
        "steps": [{"weight": 10, "hold": "2s"}, {"weight": 50, "hold": "2s"}, {"weight": 100}],
        "checks": [a_check()],
        "stabilise": {"for": "8s"},
        **spec,
    }
    stage.cluster.add("GoLive", a_golive(components=[a_component(name, name) for name in named], **fields))
    return stage
