"""Play the three acts: operator and load as children, watches and screen beside, figures at the end."""

import asyncio
import signal
import sys
import time
from collections.abc import Coroutine
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console

from dev.demo import kubeconfig, stage
from dev.demo.acts import PLOTS, play
from dev.demo.api import Api
from dev.demo.children import child, died
from dev.demo.compose import compose
from dev.demo.errors import DemoError, Late
from dev.demo.measure import Act
from dev.demo.objects import seconds
from dev.demo.release import HOST, NAMESPACE, golive_of
from dev.demo.screen import show
from dev.demo.stage import Stage
from dev.demo.state import State
from dev.demo.traffic import Tail
from dev.demo.verdict import Verdict, judge
from dev.demo.watch import watch
from dev.load.log import read

RATE = 60
# Longer than all acts may take together.
SECONDS = 600
# A start is a few seconds of imports and listing; a busy machine is slower.
SEEN_WITHIN = 60.0


@dataclass(frozen=True)
class Demo:
    """Where the demo plays, and with which operator."""

    kubeconfig: Path
    gateway: str
    prometheus: str
    operator: list[str]
    build: Path
    rate: int = RATE
    """Requests per second."""
    seconds: float = SECONDS
    """The load's own bound."""

    @property
    def operator_command(self) -> list[str]:
        """The operator's whole command line."""
        where = [
            "--kubeconfig",
            str(self.kubeconfig),
            "--namespace",
            NAMESPACE,
            "--prometheus",
            self.prometheus,
        ]
        return [
            *self.operator,
            "run",
            *where,
            "--scrape-interval",
            "1s",
            "--settle",
            "2s",
            "--listen",
            "",
            "--log-format",
            "json",
        ]

    @property
    def operator_log(self) -> Path:
        """Where the operator's output goes."""
        return self.build / "operator.log"

    @property
    def figures(self) -> Path:
        """Where the figures go."""
        return self.build / "demo.json"

    @property
    def load_command(self) -> list[str]:
        """The load's whole command line."""
        how = [
            "--host",
            HOST,
            "--rate",
            str(self.rate),
            "--seconds",
            f"{self.seconds:g}",
            "--log",
            str(self.load_log),
        ]
        return [sys.executable, "-m", "dev.load", self.gateway, *how]

    @property
    def load_log(self) -> Path:
        """Where every request is written down."""
        return self.build / "load.jsonl"


class Programme:
    """The acts in order, which one is on, and what the played ones came to."""

    def __init__(self, demo: Demo, scene: Stage) -> None:
        self._demo = demo
        self._stage = scene
        self._tail = Tail(demo.load_log)
        self._title = "the operator looks around"
        steps = golive_of(scene.manifests)["spec"]["steps"]
        self._holds = {step["weight"]: seconds(step.get("hold", "0s")) for step in steps}
        self.acts: dict[str, Act] = {}

    def look(self) -> State:
        """Give what the screen shows now."""
        now = time.monotonic()
        return compose(self._title, self._stage.timeline, self._tail.recent(now), self._stage.versions, now)

    async def play(self) -> None:
        """Play until the end, or until an act breaks a promise: the next would tell nothing new."""
        await settled(self._stage, self._demo)
        for plot in PLOTS:
            self._title = plot.title
            self.acts[plot.name] = await play(plot, self._stage)
            if not self.verdicts()[plot.name].kept:
                return

    def verdicts(self) -> dict[str, Verdict]:
        """Judge every act played so far, from the whole log."""
        with self._demo.load_log.open(encoding="utf-8") as lines:
            log = read(lines)
        return {
            name: judge(name, act, log, self._stage.timeline, self._holds) for name, act in self.acts.items()
        }


async def run(demo: Demo, console: Console) -> dict[str, Verdict]:
    """Prepare the namespace, play, and judge by the load's own log."""
    _end_in_order()
    async with Api(kubeconfig.load(demo.kubeconfig)) as api:
        scene = Stage(api, demo.prometheus)
        await prepare(api, scene, demo, console)
        programme = Programme(demo, scene)
        for last in (demo.load_log, demo.figures):
            last.unlink(missing_ok=True)
        async with (
            child(demo.operator_command, demo.operator_log) as operator,
            child(demo.load_command, demo.build / "load.out") as load,
        ):
            await beside(
                programme.play(),
                watch(api, scene.timeline),
                show(programme.look, console),
                died(operator, "the operator", demo.operator_log),
                died(load, "the load", demo.build / "load.out"),
            )
    return programme.verdicts()


async def prepare(api: Api, scene: Stage, demo: Demo, console: Console) -> None:
    """Make a fresh namespace with both colours up, and the gateway serving it."""

    def say(what: str) -> None:
        console.out(f"{time.monotonic() - scene.timeline.started:6.1f}s  preparing: {what}", highlight=False)

    say("the CRDs")
    await stage.install_crds(api)
    say(f"an empty namespace {NAMESPACE}")
    await stage.clean(api)
    say("two Deployments, a GoLive and a route")
    await stage.install(api, scene.manifests)
    say(f"{HOST} through the gateway")
    await stage.reachable(demo.gateway)


async def settled(scene: Stage, demo: Demo) -> None:
    """Wait until the operator has taken notice."""
    golives = scene.timeline.golives
    try:
        await scene.timeline.until(
            lambda: bool(golives) and golives[-1].what.ready, "the operator says Ready", SEEN_WITHIN
        )
    except Late as late:
        raise DemoError(f"{late}; see {demo.operator_log}") from late


def _end_in_order() -> None:
    """Let SIGTERM and SIGHUP end the demo as Ctrl-C does: children first."""
    task = asyncio.current_task()
    assert task is not None  # noqa: S101 - told to mypy: a coroutine runs in a task
    for number in (signal.SIGTERM, signal.SIGHUP):
        asyncio.get_running_loop().add_signal_handler(number, task.cancel)


async def beside(main: Coroutine[Any, Any, None], *others: Coroutine[Any, Any, None]) -> None:
    """Run `main` to its end with others beside it; the first of them that fails ends everything."""
    first = asyncio.create_task(main)
    rest = [asyncio.create_task(other) for other in others]
    try:
        done, _ = await asyncio.wait({first, *rest}, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()
        await first
    finally:
        for task in (first, *rest):
            task.cancel()
        await asyncio.gather(first, *rest, return_exceptions=True)
