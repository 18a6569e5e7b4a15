"""Everything that trials share: a control plane with an audit log, a Prometheus, the proxy, and who watches them."""

import asyncio
import ssl
import threading
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from concurrent.futures import Future
from contextlib import ExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from dev.controlplane import ControlPlane, PrometheusServer, control_plane, prometheus_server
from dev.exporter import exporter
from golive import wiring
from tests.faults.crews import keep_apart
from tests.faults.history import AuditLog, Away
from tests.faults.operators import end_operator
from tests.faults.proxy import Proxy, proxy
from tests.faults.scenarios import METRIC
from tests.faults.seen import Seen, watching
from tests.gauges import Gauges
from tests.integration.api_server import ApiServer, connected
from tests.integration.resources import serve_golives, serve_routes

T = TypeVar("T")


@dataclass(slots=True)
class Darkness:
    """When the unsteady Prometheus was away, one time after the other."""

    door: asyncio.Lock = field(default_factory=asyncio.Lock)
    past: list[Away] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Stage:
    """What trials are played on."""

    directory: Path
    plane: ControlPlane
    server: ApiServer
    gauges: Gauges
    prometheus: PrometheusServer
    unsteady: PrometheusServer
    """A second one, for trials that stop it."""
    darkness: Darkness
    proxy: Proxy
    seen: Seen
    audit: AuditLog


@asynccontextmanager
async def stage(directory: Path) -> AsyncIterator[Stage]:
    """Set the stage; files and logs are in `directory`."""
    # The operators of this process share its log with everything else: it is set up once, and not by each of them.
    wiring.configure_logs = lambda *_, **__: None  # type: ignore[attr-defined]  # a name of another module's
    wiring.end_process = end_operator
    # No certificate is checked here, and to load the machine's authorities costs more than all else of a start.
    ssl.SSLContext.load_default_certs = lambda *_, **__: None  # type: ignore[method-assign]  # for this process
    keep_apart(asyncio.get_running_loop())
    with ExitStack() as running:
        plane = running.enter_context(control_plane(directory / "control-plane", audit=True))
        serve_golives(plane)
        serve_routes(plane)
        server = running.enter_context(connected(plane))
        gauges = Gauges(METRIC)
        port = running.enter_context(exporter(gauges.page))
        async with proxy(plane, directory) as between, watching(plane) as seen:
            metrics = [
                running.enter_context(_scraping(directory / name, port))
                for name in ("prometheus", "unsteady")
            ]
            audit = AuditLog(plane.audit_log)
            yield Stage(
                directory, plane, server, gauges, metrics[0], metrics[1], Darkness(), between, seen, audit
            )


@contextmanager
def _scraping(directory: Path, port: int) -> Iterator[PrometheusServer]:
    job = {"job_name": "faults", "static_configs": [{"targets": [f"127.0.0.1:{port}"]}]}
    config = {"global": {"scrape_interval": "1s", "scrape_timeout": "1s"}, "scrape_configs": [job]}
    with prometheus_server(directory, config=config) as running:
        yield running


def in_a_loop(main: Callable[[], Coroutine[Any, Any, T]]) -> T:
    """Run a coroutine on a loop of its own thread: kopf takes the signals where it runs in the main one."""
    result: Future[T] = Future()
    begun = threading.Event()
    held: list[tuple[asyncio.AbstractEventLoop, asyncio.Task[T]]] = []

    async def whole() -> T:
        task = asyncio.ensure_future(main())
        held.append((asyncio.get_running_loop(), task))
        begun.set()
        return await task

    def play() -> None:
        try:
            result.set_result(asyncio.run(whole()))
        except BaseException as error:  # noqa: BLE001  # it is raised again where the result is asked for
            result.set_exception(error)

    thread = threading.Thread(target=play, name="stage")
    thread.start()
    try:
        return result.result()
    except BaseException:
        if begun.wait(1) and thread.is_alive():
            loop, task = held[0]
            loop.call_soon_threadsafe(task.cancel)
        raise
    finally:
        thread.join()
