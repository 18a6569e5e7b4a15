"""The rounds: each a release that climbs to 25 % and turns bad there; the demo's parts, at the peers' pace."""

import copy
from collections.abc import Sequence

from rich.console import Console

from dev.demo import kubeconfig
from dev.demo.acts import Plot, bad, good, play, unready
from dev.demo.api import Api
from dev.demo.children import child, died
from dev.demo.errors import DemoError
from dev.demo.measure import Act, Revert, revert
from dev.demo.release import Object, golive_of
from dev.demo.runner import Demo, beside, prepare, settled
from dev.demo.stage import Stage
from dev.demo.verdict import rollback
from dev.demo.watch import watch
from dev.load.log import read as read_log

INTERVAL = "5s"
KINDS = {"answers 500": bad, "answers 500, readiness fails": unready}
_VERSIONS = ("3", "2")
"""By turns: the same version is not tried again."""
_STEPS = [{"weight": 10, "hold": "1s"}, {"weight": 25, "hold": "2m"}, {"weight": 100}]
"""Nothing climbs on before the fault has told."""


def at_the_peers_pace(manifests: Sequence[Object]) -> list[Object]:
    """Ask each check every 5 s, and stay at 25 %."""
    changed = copy.deepcopy(list(manifests))
    spec = golive_of(changed)["spec"]
    spec["steps"] = _STEPS
    for check in spec["checks"]:
        check["interval"] = INTERVAL
    return changed


async def measure(demo: Demo, rounds: int, console: Console) -> dict[str, list[Revert]]:
    """Play the rounds and return what each came to, by kind; raises DemoError where one did not end."""
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
                _play(demo, scene, rounds, found),
                watch(api, scene.timeline),
                died(operator, "the operator", demo.operator_log),
                died(load, "the load", demo.build / "load.out"),
            )
    return found


async def _play(demo: Demo, scene: Stage, rounds: int, found: dict[str, list[Revert]]) -> None:
    await settled(scene, demo)
    print("a good release first: green is to serve", flush=True)
    _ended(await play(Plot("good", "good", "green", "2", good), scene), "the good release", demo)
    scene.manifests = at_the_peers_pace(scene.manifests)
    for number in range(rounds):
        kind, fault = list(KINDS.items())[number % len(KINDS)]
        version = _VERSIONS[number % len(_VERSIONS)]
        print(f"round {number + 1} of {rounds}: {kind}", flush=True)
        act = _ended(await play(Plot(kind, kind, "blue", version, fault), scene), kind, demo)
        with demo.load_log.open(encoding="utf-8") as lines:
            log = read_log(lines)
        found[kind].append(revert(act, log, scene.timeline.weights, rollback(act, scene.timeline)))


def _ended(act: Act, what: str, demo: Demo) -> Act:
    if act.late:
        raise DemoError(f"{what}: {act.late}; see {demo.operator_log}")
    return act
