"""Readiness of the target: enough pods to go up, and the two rules that take traffic back."""

import math
from datetime import datetime, timedelta
from typing import Final

from golive.api.spec import Component
from golive.api.status import ComponentStatus
from golive.decide.turn import Turn
from golive.facts import ColourFacts

SCARCE_FOR: Final = timedelta(seconds=10)
"""How long less than half of the base must last."""
ENOUGH: Final = 0.9
"""The share of the base below which nothing is raised."""


def needed(live_ready: int, weight: int) -> int:
    """Return the ready pods that a weight needs: as large a share of the live colour's as it takes of the traffic."""
    return max(1, math.ceil(weight * live_ready / 100))


def scarce_since(colour: ColourFacts, base: int) -> datetime | None:
    """Return since when fewer than half of the base have been ready; None while enough are."""
    since = None
    for point in colour.ready_points:
        if 2 * point.ready >= base:
            since = None
        elif since is None:
            since = point.at
    return since


def shortage(turn: Turn, weight: int) -> str:
    """Say which component has too few ready pods to go up to a weight; empty where none has."""
    for component, colour in turn.colours(turn.fresh):
        record = recorded(turn, component)
        least = max(needed(record.live_ready, weight), math.ceil(ENOUGH * record.base))
        if colour.ready < least:
            return f"{component.name}: {colour.ready} ready pods of {_name(component, turn)}, {weight} % needs {least}"
    return ""


def failure(turn: Turn) -> tuple[str, str, str] | None:
    """Return rule, value and component of a readiness rule that fires for a target with traffic."""
    for component, colour in turn.colours(turn.fresh):
        base = recorded(turn, component).base
        if not any(route.weight(turn.fresh) for owner, _, route in turn.routes() if owner is component):
            continue
        if colour.ready == 0:
            return "no ready pod", "", component.name
        since = scarce_since(colour, base)
        if since is not None and turn.now >= since + SCARCE_FOR:
            return f"fewer than half of {base} pods ready for 10s", str(colour.ready), component.name
    return None


def next_failure(turn: Turn) -> datetime | None:
    """Return when a shortage that stands now will have lasted long enough to fire."""
    since = [
        scarce_since(colour, recorded(turn, component).base) for component, colour in turn.colours(turn.fresh)
    ]
    return min((moment + SCARCE_FOR for moment in since if moment), default=None)


def recorded(turn: Turn, component: Component) -> ComponentStatus:
    """Return what is on record of a component."""
    found = (entry for entry in turn.status.components if entry.name == component.name)
    return next(found, ComponentStatus(name=component.name))


def _name(component: Component, turn: Turn) -> str:
    return component.colour(turn.fresh).deployment
