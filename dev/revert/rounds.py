"""The rounds: each a release that climbs to 25 % and turns bad there; the demo's parts, at the peers' pace."""

import copy
import random
from collections.abc import Sequence
from functools import partial
from typing import Final

from rich.console import Console

from dev.demo import kubeconfig
from dev.demo.acts import AFTERWARDS, CLIMB, REVERT, Plot, bad, good, play, unready
from dev.demo.api import Api
from dev.demo.children import child, died
from dev.demo.errors import DemoError
from dev.demo.measure import Act, Revert, revert
from dev.demo.objects import seconds
from dev.demo.release import Object, golive_of
from dev.demo.runner import SEEN_WITHIN, Demo, beside, prepare, settled
from dev.demo.stage import Stage
from dev.demo.verdict import rollback
from dev.demo.watch import watch
from dev.load.generator import MAX_SECONDS
from dev.load.log import read as read_log

INTERVAL = "5s"
KINDS = {"answers 500": bad, "answers 500, readiness fails": unready}
_VERSIONS = ("3", "2")
"""By turns: the same version is not tried again."""
_STEPS = [{"weight": 10, "hold": "1s"}, {"weight": 25, "hold": "2m"}, {"weight": 100}]
"""Nothing climbs on before the fault has told."""
_CALLS: Final = 10.0
"""Seconds of a round's own requests."""
_FIRST: Final = SEEN_WITHIN + CLIMB + AFTERWARDS + _CALLS
_ROUND: Final = CLIMB + seconds(INTERVAL) + 3 * REVERT + AFTERWARDS + _CALLS
"""What the good release and each round may take, by the patience of their acts."""
MOST_ROUNDS: Final = int((MAX_SECONDS - _FIRST) // _ROUND)


def load_seconds(rounds: int) -> float:
    """Return the bound of a load that no number of rounds outlasts."""
    return _FIRST + rounds * _ROUND


def pauses(seed: int, rounds: int) -> list[float]:
    """Return, round by round, how long a release stays good at 25 %: some part of the interval, by the dice.

    The check begins anew at each step: a fault right at 25 % would always meet the same part of it.
    """
    dice = random.Random(seed)  # noqa: S311  # rounds that can be repeated
    return [dice.uniform(0, seconds(INTERVAL)) for _ in range(rounds)]


def at_the_peers_pace(manifests: Sequence[Object]) -> list[Object]:
    """Ask each check every 5 s, and stay at 25 %."""
    changed = copy.deepcopy(list(manifests))
    spec = golive_of(changed)["spec"]
    spec["steps"] = _STEPS
    for check in spec["checks"]:
        check["interval"] = INTERVAL
    return changed


async def measure(demo: Demo, after: Sequence[float], console: Console) -> dict[str, list[Revert]]:
    """Play a round for each pause before the fault; return what each came to, by kind.

    Raises DemoError where one did not end.
    """
    found: dict[str, list[Revert]] = {kind: [] for kind in KINDS}
    async with Api(kubeconfig.load(demo.kubeconfig)) as api:
        scene = Stage(api, demo.prometheus)
        await prepare(api, scene, demo, console)
        demo.load_log.unlink(missing_ok=True)
        async with (
            child(demo.operator_command, demo.operator_log) as operator,
            child(demo.load_command, demo.build / "load.out") as load,
        ):
            await beside(
                _play(demo, scene, after, found),
                watch(api, scene.timeline),
                died(operator, "the operator", demo.operator_log),
                died(load, "the load", demo.build / "load.out"),
            )
    return found


async def _play(demo: Demo, scene: Stage, after: Sequence[float], found: dict[str, list[Revert]]) -> None:
    await settled(scene, demo)
    print("a good release first: green is to serve", flush=True)
    _ended(await play(Plot("good", "good", "green", "2", good), scene), "the good release", demo)
    scene.manifests = at_the_peers_pace(scene.manifests)
    for number, pause in enumerate(after):
        kind, fault = list(KINDS.items())[number % len(KINDS)]
        version = _VERSIONS[number % len(_VERSIONS)]
        print(f"round {number + 1} of {len(after)}: {kind}, after {pause:.1f} s", flush=True)
        plot = Plot(kind, kind, "blue", version, partial(fault, after=pause))
        act = _ended(await play(plot, scene), kind, demo)
        with demo.load_log.open(encoding="utf-8") as lines:
            log = read_log(lines)
        found[kind].append(revert(act, log, scene.timeline.weights, rollback(act, scene.timeline)))


def _ended(act: Act, what: str, demo: Demo) -> Act:
    if act.late:
        raise DemoError(f"{what}: {act.late}; see {demo.operator_log}")
    return act
