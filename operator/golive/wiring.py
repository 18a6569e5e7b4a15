"""The composition root: the one place that knows every part and ties them together."""

import asyncio
import logging
import socket
import time
from typing import Final

import kopf

from golive.act.perform import Performer
from golive.adapters.api_server import ApiServer
from golive.adapters.clock import ServerClock
from golive.adapters.kubernetes import KubernetesRecords, KubernetesRoutes
from golive.adapters.prometheus import PrometheusMetrics
from golive.errors import GoLiveError
from golive.handlers import configure, register
from golive.logs import configure_logs
from golive.news import News
from golive.observe.cache import Cache
from golive.observe.observer import Observer
from golive.observe.sampler import Samplers
from golive.observe.snapshot import SnapshotSettings
from golive.reconcile import Reconciler
from golive.record.recorder import Recorder
from golive.schedule import Schedule
from golive.settings import Settings

log = logging.getLogger(__name__)

Key = tuple[str, str]
_ASK_TIME_EVERY: Final = 30.0
"""Seconds between two looks at the API server's clock when nothing else is asked."""


async def run(settings: Settings) -> None:
    """Run the operator until it is told to stop; raises GoLiveError where it cannot start."""
    configure_logs(settings.log_format, settings.log_level)
    clock = ServerClock(time.monotonic)
    server = await ApiServer.connect(settings.kubeconfig, clock)
    metrics = PrometheusMetrics(settings.prometheus, settings.query_timeout)
    try:
        news, observer = _assemble(settings, clock, server, metrics)
        log.info(
            "golive watches %s, asks %s",
            ", ".join(settings.namespaces) or "all namespaces",
            settings.prometheus,
        )
        await _until_stopped(settings, news, observer, server)
    finally:
        await metrics.close()
        await server.close()


def _assemble(
    settings: Settings, clock: ServerClock, server: ApiServer, metrics: PrometheusMetrics
) -> tuple[News, Observer]:
    cache = Cache(clock)
    records = KubernetesRecords(server)
    performer = Performer(KubernetesRoutes(server), records, cache)

    def due(key: Key, *, urgent: bool) -> None:
        news.due(key, urgent=urgent)

    samplers = Samplers(metrics, clock, due, settings.scrape_interval)
    seen = SnapshotSettings(settings.settle, frozenset(settings.gitops_managers))
    observer = Observer(cache, samplers, clock, seen)
    reconciler = Reconciler(observer, performer, Recorder(records, cache, socket.gethostname()))
    schedule = Schedule(reconciler.tick, time.monotonic, settings.workers, settings.workers)
    news = News(cache, schedule, performer.upward)
    return news, observer


async def _until_stopped(settings: Settings, news: News, observer: Observer, server: ApiServer) -> None:
    options = kopf.OperatorSettings()
    configure(options, clusterwide=not settings.namespaces)
    try:
        async with asyncio.TaskGroup() as beside:
            tasks = [beside.create_task(news.tick()), beside.create_task(_keep_time(server))]
            await kopf.operator(
                registry=register(news, server.login),
                settings=options,
                standalone=True,
                clusterwide=not settings.namespaces,
                namespaces=settings.namespaces,
            )
            for task in tasks:
                task.cancel()
    finally:
        await observer.close()


async def _keep_time(server: ApiServer) -> None:
    while True:
        await asyncio.sleep(_ASK_TIME_EVERY)
        try:
            await server.ask_time()
        except GoLiveError as error:
            log.warning("%s", error)
