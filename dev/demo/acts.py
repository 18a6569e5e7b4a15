"""The three acts, each a straight story; whatever does not happen in time ends the act as Late."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from dev.demo import promises
from dev.demo.errors import Late
from dev.demo.measure import Act
from dev.demo.objects import GoLive
from dev.demo.prometheus import Threshold, fill, visible
from dev.demo.release import NAMESPACE, Object, golive_of
from dev.demo.stage import Stage
from dev.demo.verdict import BAD_AT, GOOD

CLIMB = 90.0
REVERT = 15.0
# Load goes on for so long after an act's end: what is late to fail is still counted.
AFTERWARDS = 4.0


@dataclass
class Marks:
    """The moments an act marks as it goes."""

    fault: float | None = None
    visible: float | None = None


Scene = Callable[[Stage, Marks], Awaitable[None]]


@dataclass(frozen=True)
class Plot:
    """What an act is called, which release it is, and what happens in it."""

    name: str
    """As in the table of promises."""
    title: str
    new: str
    version: str
    scene: Scene

    @property
    def live(self) -> str:
        """The colour that serves when the act begins."""
        return "green" if self.new == "blue" else "blue"


async def play(plot: Plot, stage: Stage) -> Act:
    """Play one act; its marks survive an early end."""
    marks, late = Marks(), ""
    start = time.monotonic()
    try:
        await stage.release(plot.new, plot.version)
        await plot.scene(stage, marks)
    except Late as error:
        late = str(error)
        stage.timeline.note(late)
    await asyncio.sleep(AFTERWARDS)
    return Act(start, time.monotonic(), plot.new, plot.live, marks.fault, marks.visible, late)


async def good(stage: Stage, _: Marks) -> None:
    """Nothing happens but the go-live."""
    await _climb(stage, lambda golive: arrived(golive, "green"), "green is live at 100 % and stable")


async def bad(stage: Stage, marks: Marks, after: float = 0.0) -> None:
    """At 25 %, and some seconds there, every response of the new colour is a 500."""
    await _stay(stage, after)
    query, rule = error_rate(stage.manifests, "blue")
    seen = asyncio.create_task(visible(stage.prometheus, query, rule, REVERT))
    marks.fault = await stage.break_pods("blue", "errors=1")
    marks.visible = await seen
    stage.timeline.note(f"Prometheus shows an error rate {rule.text}")
    await _way_back(stage)


async def unready(stage: Stage, marks: Marks, after: float = 0.0) -> None:
    """At 25 %, and some seconds there, every response of the new colour is a 500, and its pods go unready as well."""
    await _stay(stage, after)
    marks.fault = await stage.break_pods("blue", "errors=1&ready=false")
    seen = stage.timeline.ready
    await stage.timeline.until(
        lambda: not seen[-1].what.get("blue", 0), "the API server knows no ready pod", REVERT
    )
    marks.visible = seen[-1].at
    stage.timeline.note("the API server knows that no pod of web-blue is ready")
    await _way_back(stage)


async def _stay(stage: Stage, after: float) -> None:
    """Wait until blue has 25 %, and some seconds more."""
    await _climb(stage, lambda golive: reached(golive, "blue", BAD_AT), f"blue has {BAD_AT} %")
    await asyncio.sleep(after)


async def _climb(stage: Stage, there: Callable[[GoLive], bool], what: str) -> None:
    """Wait until the climb is there; a GoLive that is stalled will not come, and says why."""
    version = golive_of(stage.manifests)["spec"]["version"]

    def over() -> bool:
        return there(now(stage)) or stuck(now(stage), version)

    await stage.timeline.until(over, what, CLIMB)
    if stuck(now(stage), version):
        raise Late(f"shop is stalled: {now(stage).message}")


async def _way_back(stage: Stage) -> None:
    weights = stage.timeline.weights
    await stage.timeline.until(
        lambda: weights[-1].what.get("blue") == 0, "all traffic is back on green", REVERT
    )
    await stage.timeline.until(lambda: now(stage).phase == "RolledBack", "shop says RolledBack", REVERT)


PLOTS = (
    Plot(GOOD, "act 1 of 3: a good release goes live", "green", "2", good),
    Plot(promises.ERRORS.name, "act 2 of 3: a bad release is taken back", "blue", "3", bad),
    Plot(promises.UNREADY.name, "act 3 of 3: one whose readiness fails as well", "blue", "2", unready),
)


def now(stage: Stage) -> GoLive:
    """Give the GoLive as it was last seen."""
    golives = stage.timeline.golives
    return golives[-1].what if golives else GoLive(target="")


def arrived(golive: GoLive, colour: str) -> bool:
    """Tell whether a go-live came to its good end."""
    return golive.phase == "Live" and golive.ready and golive.target == golive.live == colour


def reached(golive: GoLive, colour: str, weight: int) -> bool:
    """Tell whether a step's weight is acknowledged."""
    return golive.target == colour and golive.acknowledged and golive.weight == weight


def stuck(golive: GoLive, version: str) -> bool:
    """Tell whether the go-live of this version has stalled; what the one before it came to does not count."""
    return golive.stalled and golive.version == version


def error_rate(manifests: list[Object], colour: str) -> tuple[str, Threshold]:
    """Give the first check's query for one colour, and the rule that takes traffic back at once."""
    check = golive_of(manifests)["spec"]["checks"][0]
    query = fill(check["prometheus"]["query"], {"namespace": NAMESPACE, "service": f"web-{colour}"})
    rule = next(rule for rule in check["rules"] if rule["action"] == "Rollback")
    return query, Threshold(rule["when"])
