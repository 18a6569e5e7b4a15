"""The composition root: the one place that knows every part and ties them together."""

import asyncio
import logging
import os
import signal
import socket
import time
import uuid
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Final, NoReturn

import kopf

from golive import __version__, pauses
from golive.act.perform import Performer
from golive.act.upward import Upward
from golive.adapters.api_server import ApiServer
from golive.adapters.clock import ServerClock
from golive.adapters.collections import KubernetesCollections
from golive.adapters.kubernetes import KubernetesRecords, KubernetesRoutes
from golive.adapters.lease import KubernetesLeases
from golive.adapters.prometheus import PrometheusMetrics
from golive.election import Election, Timing
from golive.errors import GoLiveError
from golive.handlers import register
from golive.introspection import Introspection
from golive.logs import configure_logs
from golive.news import Echo, News
from golive.observe.cache import Cache
from golive.observe.observer import Observer
from golive.observe.sampler import Samplers
from golive.observe.snapshot import SnapshotSettings
from golive.reconcile import Reconciler
from golive.record.measured import MeasuredMetrics, MeasuredRecords, MeasuredRoutes
from golive.record.recorder import Recorder
from golive.reflector import Reflector
from golive.schedule import Schedule
from golive.settings import Settings
from golive.watching import configure

log = logging.getLogger(__name__)

Key = tuple[str, str]
_ASK_TIME_EVERY: Final = 30.0
"""Seconds between two looks at the API server's clock when nothing else is asked."""
_LEAVE_WITHIN: Final = 5.0
"""Seconds for the last writes of a leader that is told to stop."""
_OWN_NAMESPACE: Final = Path("/var/run/secrets/kubernetes.io/serviceaccount/namespace")


@dataclass(frozen=True, slots=True)
class Operator:
    """The parts that a process runs."""

    settings: Settings
    servers: tuple[ApiServer, ...]
    """For what is asked and watched, the Lease, writes, and those of them that go back; in this order."""
    metrics: PrometheusMetrics
    election: Election
    news: News
    schedule: Schedule
    observer: Observer
    recorder: Recorder
    reflector: Reflector
    itself: Introspection

    async def act(self) -> None:
        """Look on until this process leads, then do ticks and keep the Lease."""
        await self.election.look()
        await self.reflector.until_listed()
        pauses.shorter()
        await self.election.lead()
        async with asyncio.TaskGroup() as leading:
            leading.create_task(self.election.keep())
            leading.create_task(self.news.tick())

    async def step_down(self, acting: "asyncio.Task[None]") -> None:
        """Let the last writes be answered, then give the Lease away: a standby need not wait for it."""
        try:
            async with asyncio.timeout(_LEAVE_WITHIN):
                await self.news.drain()
                await self.recorder.settle()
                acting.cancel()
                await asyncio.wait({acting})
                await self.election.release()
        except TimeoutError:
            acting.cancel()
            log.warning("the last writes are not answered: the Lease is left to run out")

    async def close(self) -> None:
        """End what asks, and every connection."""
        await self.itself.close()
        await self.observer.close()
        await self.metrics.close()
        for server in self.servers:
            await server.close()


async def run(settings: Settings) -> None:
    """Run the operator until it is told to stop; raises GoLiveError where it cannot start."""
    pauses.fewer()
    configure_logs(settings.log_format, settings.log_level, traced=settings.traces is not None)
    operator = await assemble(settings)
    try:
        await operator.itself.open(operator.schedule, operator.news.cache, lambda: operator.election.leads)
        log.info(
            "golive watches %s, asks %s",
            ", ".join(settings.namespaces) or "all namespaces",
            settings.prometheus,
        )
        await _until_stopped(operator)
    finally:
        await operator.close()


async def assemble(settings: Settings) -> Operator:
    """Tie the parts together; raises GoLiveError where the API server cannot be reached."""
    clock = ServerClock(time.monotonic)
    identity = f"{socket.gethostname()}_{uuid.uuid4().hex[:8]}"
    user_agent = f"golive/{__version__} ({identity})"
    itself = Introspection(settings, clock, user_agent)
    server = await ApiServer.connect(settings.kubeconfig, clock, user_agent, [itself.watches.tracing()])
    # Each has connections of its own: what goes back waits for nothing that goes up, and the Lease for neither.
    leases = server.beside()
    election = _election(settings, leases, clock, identity)
    writes, reverts = server.beside(election.fence), server.beside(election.fence)
    metrics = PrometheusMetrics(settings.prometheus, settings.query_timeout)

    async def tick(key: Key) -> float | None:
        return await reconciler.tick(key)

    def goes_down(key: Key) -> bool:
        return reconciler.goes_down(key)

    cache, upward = Cache(clock), Upward()
    schedule = Schedule(itself.timed(tick), time.monotonic, settings.workers, goes_down=goes_down)
    news = News(cache, schedule, upward)
    records = MeasuredRecords(KubernetesRecords(writes), itself.measure)
    up, down = (MeasuredRoutes(KubernetesRoutes(one), itself.measure) for one in (writes, reverts))
    performer = Performer(up, down, records, Echo(cache, news), upward)
    samplers = Samplers(MeasuredMetrics(metrics, itself.measure), clock, news.due, settings.scrape_interval)
    seen = SnapshotSettings(settings.settle, frozenset(settings.gitops_managers))
    observer = Observer(cache, samplers, clock, seen)
    recorder = Recorder(records, cache, identity, itself.journal)
    reconciler = Reconciler(observer, performer, recorder, schedule.hurry, election.raise_in)
    reflector = _reflector(settings, server, cache, news)
    servers = (server, leases, writes, reverts)
    return Operator(
        settings, servers, metrics, election, news, schedule, observer, recorder, reflector, itself
    )


def _election(settings: Settings, server: ApiServer, clock: ServerClock, identity: str) -> Election:
    timing = Timing(
        settings.lease_duration.total_seconds(),
        settings.renew_deadline.total_seconds(),
        settings.retry_period.total_seconds(),
    )
    leases = KubernetesLeases(server, clock, _lease_namespace(settings), settings.lease_name)
    return Election(leases, identity, timing, time.monotonic, end_process)


def _reflector(settings: Settings, server: ApiServer, cache: Cache, news: News) -> Reflector:
    return Reflector(
        KubernetesCollections(server, settings.watch_inactivity.total_seconds()),
        cache,
        news.put,
        news.drop,
        settings.namespaces or (None,),
        settings.relist.total_seconds(),
    )


async def _until_stopped(operator: Operator) -> None:
    async with asyncio.TaskGroup() as beside:
        acting = beside.create_task(operator.act())
        others = (operator.reflector.run(), _keep_time(operator.servers[0]), operator.itself.beat())
        tasks = [acting, *(beside.create_task(other) for other in others)]
        watching = await _watching(operator)
        try:
            await asyncio.wait(watching, return_when=asyncio.FIRST_COMPLETED)
        finally:
            # kopf would first cancel what it takes for its own, writes on their way among them.
            await operator.step_down(acting)
        await kopf.run_tasks(watching, ignored=asyncio.all_tasks())
        for task in tasks:
            task.cancel()


async def _watching(operator: Operator) -> Collection["asyncio.Task[None]"]:
    """Start kopf's tasks; a signal ends the first of them, and no other before we say so."""
    settings, options, stop = operator.settings, kopf.OperatorSettings(), asyncio.Event()
    inactivity = settings.watch_inactivity.total_seconds()
    configure(options, clusterwide=not settings.namespaces, inactivity=inactivity)
    watching = await kopf.spawn_tasks(
        registry=register(operator.news, operator.servers[0].login, operator.itself.watches.session),
        settings=options,
        standalone=True,
        clusterwide=not settings.namespaces,
        namespaces=settings.namespaces,
        stop_flag=stop,
    )
    # In place of kopf's own, to which a second signal is an error.
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    return watching


async def _keep_time(server: ApiServer) -> None:
    while True:
        await asyncio.sleep(_ASK_TIME_EVERY)
        try:
            await server.ask_time()
        except GoLiveError as error:
            log.warning("%s", error)


def end_process(why: str) -> NoReturn:
    """End at once: nothing that is still on its way may be written by a process that does not lead."""
    log.critical("golive ends: %s", why)
    logging.shutdown()
    os._exit(1)


def _lease_namespace(settings: Settings) -> str:
    if settings.lease_namespace:
        return settings.lease_namespace
    if _OWN_NAMESPACE.is_file():
        return _OWN_NAMESPACE.read_text().strip()
    return settings.namespaces[0] if settings.namespaces else "default"
