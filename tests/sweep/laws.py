"""What holds at any moment, whatever is done: read from every stored version of the route, in their order."""

from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any, Final

from tests.sweep.ledger import Seen
from tests.sweep.specs import GOOD_CHECKS, ROUTES
from tests.sweep.world import World, other

Raw = dict[str, Any]
WHOLE: Final = 100
"""What a pair sums to; going back also writes one that did not (decision 5)."""
SERVICES: Final = ("web-blue", "web-green")
_LATE: Final = 2.0
"""Seconds for which a write may still follow a spec that was replaced while it was on its way."""


@dataclass
class Laws:
    """Judges each version of a route once."""

    world: World
    judged: int = 0
    """The version up to which was looked at."""
    broken: list[str] = field(default_factory=list)

    def look(self) -> None:
        """Judge what is new and was followed by a version of the GoLive: then all before it have been brought as well."""
        golives = self.world.seen("GoLive", "shop")
        known = golives[-1].version if golives else 0
        for name in ROUTES:
            for before, after in pairwise(self.world.seen("HTTPRoute", name)):
                if self.judged < after.version < known and not (before.gone or after.gone):
                    self._judge(before, after, golives)
        self.judged = max(self.judged, known)

    def _judge(self, before: Seen, after: Seen, golives: list[Seen]) -> None:
        if after.version in self.world.mine:
            return
        found = (*untouched(before.raw, after.raw), *one_step(before, after, golives))
        self.broken += [f"version {after.version} of route {after.name}: {sentence}" for sentence in found]


def untouched(before: Raw, after: Raw) -> Iterator[str]:
    """Say what the operator wrote beside the two weights."""
    if _without_weights(before) != _without_weights(after):
        yield f"more than two weights was written: {before['spec']} became {after['spec']}"
    was, now = (sum(weights_of(raw).values()) for raw in (before, after))
    if now not in {was, WHOLE}:
        yield f"the pair's sum was {was} and is {now}"


def one_step(before: Seen, after: Seen, golives: list[Seen]) -> Iterator[str]:
    """Say where a weight rose by more than a step of the spec, or without a run that takes it there."""
    was, now = _percent(weights_of(before.raw)), _percent(weights_of(after.raw))
    known = [one for one in golives if one.version < after.version and not one.gone]
    if not known or was == now:
        return
    status = known[-1].raw.get("status", {})
    run, phase = status.get("run", {}), status.get("phase")
    for colour in ("blue", "green"):
        low, high = was.get(f"web-{colour}", 0), now.get(f"web-{colour}", 0)
        if high <= low:
            continue
        split = phase in {"Shifting", "Stabilising"}
        back = run.get("from") if split or phase == "RollingBack" else status.get("live")
        if colour == back or (phase == "RollingBack" and colour == status.get("live")):
            continue
        if not split and colour == status.get("previous"):
            continue  # set back within the rollback window: one write, and the record follows
        if not split or colour != run.get("to"):
            yield f"{colour} rose from {low} to {high} in phase {phase}, to which {run.get('to')} was to go"
        elif high not in _next_steps(low, known, after):
            yield f"{colour} rose from {low} to {high}: no step of {known[-1].raw['spec'].get('steps')}"


def _next_steps(low: int, known: list[Seen], after: Seen) -> set[int]:
    """List the step that follows a weight, in every spec that stood when the write may have been decided."""
    stood = [
        one
        for one, later in zip(known, [*known[1:], None], strict=True)
        if later is None or after.at - later.at < _LATE
    ]
    every = [[int(step["weight"]) for step in one.raw["spec"].get("steps", ())] for one in stood]
    return {next((weight for weight in weights if weight > low), 0) for weights in every}


def weights_of(route: Raw) -> dict[str, int]:
    """Return the weights of the two Services."""
    refs = [ref for rule in route["spec"].get("rules", ()) for ref in rule.get("backendRefs", ())]
    return {ref["name"]: int(ref["weight"]) for ref in refs if ref["name"] in SERVICES}


def _percent(weights: dict[str, int]) -> dict[str, int]:
    """Return the share of the traffic that weights stand for: 1 and 1 is half each."""
    total = sum(weights.values()) or WHOLE
    return {name: WHOLE * weight // total for name, weight in weights.items()}


def _without_weights(route: Raw) -> Raw:
    spec = deepcopy(route["spec"])
    for rule in spec.get("rules", ()):
        for ref in rule.get("backendRefs", ()):
            ref.pop("weight", None)
    metadata = route["metadata"]
    return {"spec": spec, "labels": metadata.get("labels"), "annotations": metadata.get("annotations")}


def armed(world: World) -> str:
    """Return the colour that going live must be taken back from at once on a verdict; empty where nobody can tell."""
    whole = world.read()
    status, run = whole.get("status", {}), whole.get("status", {}).get("run", {})
    if status.get("phase") != "Shifting" or not status.get("step", {}).get("acknowledgedAt"):
        return ""
    if whole["metadata"].get("deletionTimestamp") or whole["spec"]["target"] != run["to"]:
        return ""
    weights = world.weights()
    split = weights.get(run["to"], 0) > 0 and sum(weights.values()) == 100
    way_back = world.sides[other(run["to"])]
    deserted = not (way_back.deployed and way_back.served and way_back.ready)
    return "" if deserted or not split or len(weights) != 2 else str(run["to"])


def judged(world: World) -> bool:
    """Tell whether the spec has a rule by which a bad gauge takes traffic back at once."""
    return world.read().get("spec", {}).get("checks") in GOOD_CHECKS
