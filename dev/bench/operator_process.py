"""The operator as a process of its own, and what it costs by /proc."""

import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import httpx

from dev.bench.figures import buckets
from dev.bench.objects import duration
from dev.bench.plan import Plan
from dev.bench.plant import SCRAPE, Plant
from dev.cluster import pins
from dev.cluster.programs import run
from dev.controlplane.process import Process, answers, free_ports

_TICKS: Final = os.sysconf("SC_CLK_TCK")
_LAG: Final = "golive_event_loop_lag_seconds"
_TASKS: Final = "golive_asyncio_tasks"
_STARTED: Final = "golive watches"
_LISTEN: Final = "--listen"


@dataclass(frozen=True, slots=True)
class Usage:
    """What a process has used so far."""

    cpu: float
    """Seconds of all threads."""
    main: float
    """Seconds of the first thread, where the event loop runs."""
    rss: float
    """MiB now."""
    peak: float
    """MiB at the most."""
    threads: int
    files: int


def usage(pid: int) -> Usage:
    """Read what a process uses."""
    proc = Path(f"/proc/{pid}")
    said = dict(line.split(":", 1) for line in (proc / "status").read_text().splitlines() if ":" in line)
    return Usage(
        cpu=cpu_seconds((proc / "stat").read_text()),
        main=cpu_seconds((proc / "task" / str(pid) / "stat").read_text()),
        rss=int(said["VmRSS"].split()[0]) / 1024,
        peak=int(said["VmHWM"].split()[0]) / 1024,
        threads=int(said["Threads"]),
        files=len(list((proc / "fd").iterdir())),
    )


def cpu_seconds(stat: str) -> float:
    """Add up user and system time of a line of /proc/PID/stat; the name in it may hold anything."""
    fields = stat.rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS


class Operator:
    """The operator of this checkout; it can be killed and started again."""

    def __init__(self, plant: Plant, plan: Plan, profile: Path | None = None) -> None:
        self._plant = plant
        self._profile = profile
        self._process: Process | None = None
        self._starts = 0
        self._past_peak = 0.0
        self.address = self._listens()
        self.flags = self._flags(plan)

    def _listens(self) -> str:
        """Return where it is told to serve /metrics, empty where this operator has no such flag."""
        said = run(*self._command(), "--help", what="asking the operator for its flags", timeout=30)
        return f"127.0.0.1:{free_ports(1)[0]}" if _LISTEN in said else ""

    def _flags(self, plan: Plan) -> list[str]:
        flags = ["--scrape-interval", duration(min(SCRAPE, plan.interval)), "--settle", duration(plan.settle)]
        return [*flags, *([_LISTEN, self.address] if self.address else [])]

    def _command(self) -> list[str | Path]:
        profiling: tuple[str, ...] = (
            ("-m", "cProfile", "-o", str(self._profile.resolve())) if self._profile else ()
        )
        python: list[str | Path] = ["env", f"PYTHONPATH={pins.CHECKOUT / 'operator'}", sys.executable]
        return [*python, *profiling, "-m", "golive", "run"]

    def start(self) -> None:
        """Start it, and wait until it watches."""
        self._starts += 1
        log = self._plant.directory / f"operator-{self._starts}.log"
        where: list[str | Path] = [
            "--kubeconfig",
            self._plant.kubeconfig,
            "--prometheus",
            self._plant.prometheus,
        ]
        self._process = Process("golive", [*self._command(), *where, *self.flags], log)
        self._process.wait_until(lambda: _STARTED in log.read_text(), 60)

    def keep_log(self, place: Path) -> None:
        """Copy what it has said to where it outlasts the run."""
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(self._plant.directory / f"operator-{self._starts}.log", place)

    def kill(self) -> None:
        """End it as a crash would."""
        if self._process:
            self._past_peak = self.peak
            self._process.kill()
            self._process = None

    def stop(self) -> None:
        """End it in order."""
        if self._process:
            self._process.stop()
            self._process = None

    @property
    def pid(self) -> int:
        """Its process id."""
        if self._process is None:
            raise RuntimeError("the operator does not run")
        return self._process.pid

    @property
    def status(self) -> int | None:
        """The exit status with which it ended by itself; None while it runs."""
        return self._process.status if self._process else None

    @property
    def peak(self) -> float:
        """The most memory that it has held so far, over all its starts, in MiB."""
        return max(self._past_peak, usage(self.pid).peak)

    def metrics(self) -> str:
        """Return what /metrics says; empty where it serves none."""
        if not self.address:
            return ""
        try:
            answer = httpx.get(f"http://{self.address}/metrics", timeout=5, trust_env=False)
        except httpx.HTTPError:
            return ""
        return answer.text if answer.is_success else ""

    @property
    def is_ready(self) -> bool | None:
        """Whether it says so at /readyz; None where it does not serve that."""
        return answers(f"http://{self.address}/readyz") if self.address else None

    def lags(self) -> dict[float, float]:
        """Return the cumulative histogram of the event loop's lag since its start, by bound in seconds."""
        return buckets(self.metrics(), _LAG)

    def tasks(self) -> float | None:
        """Return how many asyncio tasks there are."""
        lines = [line for line in self.metrics().splitlines() if line.startswith(f"{_TASKS} ")]
        return float(lines[0].split()[1]) if lines else None


@contextmanager
def operator(plant: Plant, plan: Plan, profile: Path | None = None) -> Iterator[Operator]:
    """Run the operator, and end it whatever happens."""
    running = Operator(plant, plan, profile)
    try:
        running.start()
        yield running
    finally:
        running.stop()


def cpu_between(before: Usage, after: Usage) -> tuple[float, float]:
    """Return the seconds of all threads, and those of the event loop's."""
    return after.cpu - before.cpu, after.main - before.main
