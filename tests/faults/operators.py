"""Operators on a namespace, behind the proxy: as a process that can be killed, or as a task that can be dropped."""

import asyncio
import logging
import os
import signal
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, NoReturn, Protocol
from weakref import WeakValueDictionary

from dev.cluster import cache
from dev.controlplane import write_kubeconfig
from dev.controlplane.process import Process
from golive import wiring
from golive.api.types import parse_duration
from golive.settings import parse_settings
from tests.faults.crews import OWNER, ask_to_end
from tests.faults.plan import Plan
from tests.faults.proxy import Proxy

log = logging.getLogger(__name__)
HERE: Final = Path(__file__).parent
ROOT: Final = Path(__file__).parents[2]
FAST_LEASE: Final = ("--lease-duration", "4s", "--renew-deadline", "3s", "--retry-period", "500ms")
"""For operators whose Lease has to run out."""
CALM_LEASE: Final = ("--lease-duration", "100s", "--renew-deadline", "90s", "--retry-period", "5s")
"""For operators in this process, whose Lease the test takes away when it drops them."""


def renew_deadline(lease: tuple[str, ...], more: tuple[str, ...]) -> float:
    """Return the seconds for which operators with these flags go on without having renewed their Lease."""
    flags = (*lease, *more)
    last = len(flags) - 1 - flags[::-1].index("--renew-deadline")
    return parse_duration(flags[last + 1]).total_seconds()


class Operator(Protocol):
    """One operator from its start to its end."""

    token: str

    def start(self) -> None:
        """Start it; it is not awaited."""
        ...

    def kill(self) -> None:
        """End it as a crash would: nothing of it reaches the API server any more."""
        ...

    def has_ended(self) -> bool:
        """Tell whether it has ended by itself, as one does that cannot start."""
        ...

    def stop(self) -> None:
        """Ask it to end in order; it is not awaited."""
        ...


@dataclass(slots=True)
class Berth:
    """Where a namespace's operators run: their proxy, plan, Prometheus and files."""

    namespace: str
    proxy: Proxy
    plan: Plan
    prometheus: str
    directory: Path
    more: tuple[str, ...] = ()
    """Further flags."""
    started: int = 0

    def flags(self, url: str, lease: tuple[str, ...]) -> tuple[str, list[str]]:
        """Return the next operator's token and its command line."""
        self.started += 1
        token = f"{self.namespace}.{self.started}"
        path = self.directory / f"{token}.kubeconfig"
        write_kubeconfig(path, url, token)
        flags = ["run", "--kubeconfig", str(path), "--namespace", self.namespace]
        flags += [
            "--prometheus",
            self.prometheus,
            "--scrape-interval",
            "3s",
            "--settle",
            "200ms",
            "--listen",
            "",
        ]
        return token, [*flags, *lease, *self.more]


@dataclass(slots=True)
class Killable:
    """An operator as a process."""

    berth: Berth
    program: tuple[str, ...] = ("-m", "golive")
    token: str = ""
    log: Path = Path()
    _process: Process | None = None

    def start(self) -> None:
        """Start `python -m golive`, or another program in its place."""
        self.token, flags = self.berth.flags(self.berth.proxy.url, FAST_LEASE)
        self.log = self.berth.directory / f"{self.token}.log"
        # Many starts in a run: compiled once, each takes a second less of the cores.
        env = ["env", "-u", "PYTHONDONTWRITEBYTECODE", f"PYTHONPATH={ROOT / 'operator'}:{ROOT}"]
        env += [f"PYTHONPYCACHEPREFIX={cache.root() / 'bytecode'}"]
        self._process = Process("golive", [*env, sys.executable, *self.program, *flags], self.log)

    def kill(self) -> None:
        """End it by SIGKILL."""
        if self._process is not None:
            self._process.kill()

    def stop(self) -> None:
        """Send it SIGTERM."""
        self.signal(signal.SIGTERM)

    def has_ended(self) -> bool:
        """Tell whether the process is gone."""
        return self._process is not None and not self._process.is_running()

    def signal(self, number: signal.Signals) -> None:
        """Send it a signal."""
        if self._process is not None:
            os.kill(self._process.pid, number)


@dataclass(slots=True, weakref_slot=True)
class Droppable:
    """An operator as a task of this process, as wiring builds it."""

    berth: Berth
    token: str = ""
    _task: "asyncio.Task[None] | None" = field(default=None, repr=False)

    def start(self) -> None:
        """Start it on this loop."""
        self.token, flags = self.berth.flags(self.berth.proxy.plain_url, CALM_LEASE)
        _running[self.token] = self
        self._task = asyncio.create_task(_owned(self.token, flags), name=self.token)
        self._task.add_done_callback(_look)

    def kill(self) -> None:
        """Drop it: the proxy lets nothing more of it through, whatever it still tries."""
        self.berth.plan.dead.add(self.token)
        if self._task is not None:
            self._task.cancel()

    def stop(self) -> None:
        """Do what SIGTERM would do."""
        ask_to_end(self.token)

    def has_ended(self) -> bool:
        """Tell whether the task is over."""
        return self._task is not None and self._task.done()


_running: Final[WeakValueDictionary[str, Droppable]] = WeakValueDictionary()


def end_operator(why: str) -> NoReturn:
    """End the operator that is running on this loop as its process would: at once, and without another write."""
    log.critical("%s ends: %s", OWNER.get(), why)
    _running[OWNER.get()].kill()
    raise asyncio.CancelledError(why)


async def _owned(token: str, flags: list[str]) -> None:
    OWNER.set(token)
    await wiring.run(parse_settings(flags))


def _look(task: "asyncio.Task[None]") -> None:
    if not task.cancelled() and (error := task.exception()):
        log.warning("%s has ended: %r", task.get_name(), error)
