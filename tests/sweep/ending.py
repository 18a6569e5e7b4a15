"""The end of every example: what is broken is mended as the documentation says, and a fresh version goes live like any other.

"Nothing stuck": within a deadline. "Same spec by any path gives the same end": as a GoLive that never saw trouble.
"""

import json
import re
import threading
import time
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any, Final

from tests.sweep.gauges import GOOD
from tests.sweep.ground import Ground
from tests.sweep.specs import GOOD_CHECKS, ROUTES, STEPS
from tests.sweep.world import BLUE, World, other

Raw = dict[str, Any]
PODS: Final = 3
WHOLE: Final = 100
MENDED_WITHIN: Final = 30.0
BEGUN_WITHIN: Final = 45.0
"""Seconds to the first step of a fresh version: the last one may have to end before."""
LIVE_WITHIN: Final = 60.0
"""Seconds for the longest steps, each of three passes in a row, on a busy machine."""
SETTLED_WITHIN: Final = 15.0
_QUIET: Final = 3.0
_RUNNING: Final = frozenset({"Shifting", "Stabilising"})
_NUMBERS: Final = frozenset(
    {
        "history",
        "number",
        "observedGeneration",
        "revision",
        "liveRevision",
        "previousRevision",
        "planHash",
        "query",
    }
)
"""What tells one run from another, and nothing of where it ended."""
_TIME: Final = re.compile(r"\d{4}-\d\d-\d\d[T ][\d:.]+Z?")


@dataclass
class References:
    """Where a spec ends that was applied once on a fresh namespace, by spec; each is tried once for all examples."""

    ground: Ground
    name: str
    """What its namespaces begin with."""
    _ends: dict[str, Future[Raw]] = field(default_factory=dict)
    _tries: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(8))
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def try_out(self, spec: Raw) -> Future[Raw]:
        """Begin with a spec, or take the end that it came to before."""
        key = json.dumps({**spec, "version": ""}, sort_keys=True)
        with self._lock:
            if key not in self._ends:
                self._ends[key] = self._tries.submit(
                    self._try, f"{self.name}-reference-{len(self._ends)}", spec
                )
            return self._ends[key]

    def _try(self, namespace: str, spec: Raw) -> Raw:
        world = World(self.ground.server, namespace, ground=self.ground)
        target = spec["target"]
        for side in world.sides.values():
            side.replicas = side.ready = PODS
        world.sides[target].tag = int(spec["version"])
        world.build(other(target))
        world.golive(**spec)
        goes_live(world, target)
        world.page.wait(lambda: time.monotonic() - world.page.read()[-1].at > _QUIET, MENDED_WITHIN)
        return end_of(world)


def mend(world: World) -> None:
    """Bring everything back that a release needs, and settle by hand what the operator leaves to a person."""
    world.ground.gauges.values[world.namespace] = GOOD
    for colour, side in world.sides.items():
        if not side.served:
            world.toggle_service(colour)
        if not side.deployed:
            side.replicas = side.ready = PODS
            world.toggle_deployment(colour)
        world.scale(colour, PODS)
    if not world.routed:
        world.lay_route(_all_on(world.status.get("live", BLUE)))
    if world.read().get("metadata", {}).get("deletionTimestamp"):
        gone = world.page.wait(lambda: not world.page.last("GoLive", "shop"), MENDED_WITHIN)
        assert gone, f"deleted, everything is in order, and not gone: {world.read()}"
    if not world.read():
        _lay(world, BLUE)
        world.apply()
    checks = world.read()["spec"]["checks"]
    steps = world.read()["spec"]["steps"]
    mended = {
        "suspend": False,
        "stabilise": {"for": "1s"},
        "checks": checks if checks in GOOD_CHECKS else GOOD_CHECKS[0],
        "steps": steps if steps in STEPS else STEPS[0],
    }
    generation = world.write_spec(**mended).raise_for_status().json()["metadata"]["generation"]
    quiet = world.page.wait(lambda: _at_rest(world, generation), MENDED_WITHIN)
    assert quiet, (
        f"everything is mended, and it neither rests nor runs: {world.weights()} {world.read().get('status')}"
    )


def _lay(world: World, live: str) -> None:
    """Write live = 100 on every route that does not say so."""
    for name in ROUTES:
        if world.weights(name) != _all_on(live):
            world.lay_route(_all_on(live), name=name)


def _at_rest(world: World, generation: int) -> bool:
    """Tell whether a fresh version may be asked for; where the documentation asks a person for the route, write it."""
    status, weights = world.status, [world.weights(name) for name in ROUTES]
    live, phase, run = status.get("live", ""), status.get("phase"), status.get("run", {})
    if status.get("observedGeneration") != generation:
        return False
    name_both = all(pair.keys() == world.sides.keys() for pair in weights)
    if phase == "RollingBack":
        # What names both it writes itself, whatever their weights are.
        if not name_both:
            _lay(world, run["from"])
        return False
    if phase in _RUNNING:
        add_up = name_both and all(sum(pair.values()) == WHOLE for pair in weights)
        if not add_up:
            _lay(world, run["to"] if phase == "Stabilising" else run["from"])
        return add_up
    if live and all(pair == _all_on(live) for pair in weights):
        return True
    if status.get("waitingFor") == "Route" or _stalled(status):
        _lay(world, live or BLUE)
    return False


def _stalled(status: Raw) -> bool:
    return any(one["type"] == "Stalled" and one["status"] == "True" for one in status.get("conditions", ()))


def _all_on(colour: str) -> dict[str, int]:
    return {colour: 100, other(colour): 0}


def ask_for_a_fresh_version(world: World) -> str:
    """Deploy a version that nobody has seen to the colour that is not live, and ask for it; return the colour."""
    target = other(world.status["live"])
    world.release(target)
    version = str(world.sides[target].tag)
    world.write_spec(target=target, version=version).raise_for_status()

    def overtaken() -> bool:
        status = world.status
        return (status.get("live"), status.get("phase")) == (target, "Live")

    def begun() -> bool:
        return str(world.status.get("run", {}).get("version")) == version

    moves = world.page.wait(lambda: begun() or overtaken(), BEGUN_WITHIN)
    assert moves, _stuck(world, target)
    # What went live while the version was on its way has it already: then it is the other colour's turn.
    return ask_for_a_fresh_version(world) if overtaken() and not begun() else target


def goes_live(world: World, target: str) -> None:
    """See it live, stable, and all of the route on it."""

    version = str(world.sides[target].tag)

    def arrived() -> bool:
        status = world.status
        conditions = {one["type"]: one["status"] for one in status.get("conditions", ())}
        return (
            status.get("phase") == "Live"
            and status.get("live") == target
            and status.get("run", {}).get("version") == version
            and conditions.get("Stable") == conditions.get("Ready") == "True"
            and all(world.weights(name) == _all_on(target) for name in ROUTES)
        )

    there = world.page.wait(arrived, LIVE_WITHIN)
    assert there, _stuck(world, target)


def _stuck(world: World, target: str) -> str:
    weights = {name: world.weights(name) for name in ROUTES}
    return f"a fresh version for {target} is stuck: {weights}, spec {world.read()['spec']}, status {world.status}"


def end_of(world: World) -> Raw:
    """Return where a GoLive and its route ended, without what tells one run from another."""
    golive = world.page.last("GoLive", "shop")
    return {
        "status": _plain(golive["status"]),
        "held": golive["metadata"].get("finalizers", []),
        "weights": [world.weights(name) for name in ROUTES],
    }


def _plain(value: Any) -> Any:
    match value:
        case dict():
            return {
                key: "" if key == "version" else _plain(item)
                for key, item in value.items()
                if key not in _NUMBERS
            }
        case list():
            return [_plain(item) for item in value]
        case str():
            return _TIME.sub("T", value)
        case _:
            return value


def ends_like(world: World, reference: Raw) -> None:
    """See it come to rest where the same spec rests on a namespace without a past."""
    same = world.page.wait(lambda: not difference(reference, end_of(world)), SETTLED_WITHIN)
    assert same, "it ends elsewhere: " + "; ".join(difference(reference, end_of(world)))


def difference(reference: Raw, found: Raw, path: str = "") -> list[str]:
    """Say where two ends differ."""
    sentences = []
    for key in sorted({*reference, *found}):
        one, other_one = reference.get(key), found.get(key)
        if isinstance(one, dict) and isinstance(other_one, dict):
            sentences += difference(one, other_one, f"{path}{key}.")
        elif one != other_one:
            sentences.append(f"{path}{key}: {one} at a GoLive without a past, {other_one} here")
    return sentences
