"""An HTTPRoute's facts: the weights of its pairs, who wrote them last, and what is wrong with them."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from golive.api.golive import FIELD_MANAGER
from golive.api.spec import Colour
from golive.facts import RouteFacts
from golive.observe.pairs import Mentions, Pair, mentions, pairs
from golive.observe.prune import Raw

WHOLE: Final = 100
Services = Mapping[Colour, str]


@dataclass(frozen=True, slots=True)
class Writer:
    """Who wrote a route's rules last."""

    manager: str
    at: datetime


def route_facts(
    name: str, route: Raw | None, services: Services, live: Colour | None, gitops: Collection[str]
) -> RouteFacts:
    """Read a route; `live` only words the advice, `gitops` are the field managers that write from Git."""
    if route is None:
        return RouteFacts(
            name, found=False, problem=f"HTTPRoute {name} is missing: create it, or correct its name"
        )
    found = pairs(route, services[Colour.BLUE], services[Colour.GREEN])
    writer = last_writer(route)
    return RouteFacts(
        name=name,
        found=True,
        problem=_problem(route, services, found, live),
        weights={colour: tuple(pair.weights[colour] for pair in found) for colour in Colour} if found else {},
        alone=_alone(route, services),
        writer=writer.manager if writer else "",
        written_at=writer.at if writer else None,
        ours=writer is not None and writer.manager == FIELD_MANAGER,
        gitops=writer is not None and writer.manager in gitops,
    )


def _alone(route: Raw, services: Services) -> frozenset[Colour]:
    return frozenset(
        colour
        for rule in mentions(route, services[Colour.BLUE], services[Colour.GREEN])
        for colour, places in rule.places.items()
        if not rule.places[colour.other] and any(rule.refs[place].get("weight", 1) > 0 for place in places)
    )


def last_writer(route: Raw) -> Writer | None:
    """Tell who owns the rules; of several who wrote the same, the newest."""
    entries = [entry for entry in route["metadata"].get("managedFields", ()) if "time" in entry]
    if not entries:
        return None
    # Owners share a field only while they agree on its value: of two in one second it is as true to name us.
    last = max(entries, key=lambda entry: (entry["time"], entry["manager"] == FIELD_MANAGER))
    return Writer(last["manager"], datetime.fromisoformat(last["time"]))


def _problem(route: Raw, services: Services, found: tuple[Pair, ...], live: Colour | None) -> str:
    where = f"HTTPRoute {route['metadata']['name']}"
    heavy = live or Colour.BLUE
    for rule in mentions(route, services[Colour.BLUE], services[Colour.GREEN]):
        wrong = _misnamed(rule, services, heavy)
        if wrong:
            return f"{where}: rule {rule.rule + 1} of its spec.rules {wrong}"
    if not found:
        return (
            f"{where}: no rule names both {_both(services)}:"
            f" write both in the backendRefs of one rule, {_advice(services, heavy)}"
        )
    for pair in found:
        wrong = _unsummed(pair, services, live)
        if wrong:
            return f"{where}: rule {pair.rule + 1} of its spec.rules {wrong}"
    return ""


def _misnamed(rule: Mentions, services: Services, heavy: Colour) -> str:
    for colour, places in rule.places.items():
        if len(places) > 1:
            return f"names {services[colour]} twice in its backendRefs: write it once"
        if places and not rule.places[colour.other]:
            return (
                f"names {services[colour]} but not {services[colour.other]}:"
                f" write both in its backendRefs, {_advice(services, heavy)}, or neither"
            )
    return ""


def _unsummed(pair: Pair, services: Services, live: Colour | None) -> str:
    if pair.total == WHOLE:
        return ""
    heavy = live or max(Colour, key=lambda colour: pair.weights[colour])
    written = " and ".join(str(pair.weights[colour]) for colour in services)
    beside = ", beside the rule's other backends" if pair.beside else ""
    return (
        f"gives {_both(services)} the weights {written}, which must sum to {WHOLE}{beside}:"
        f" write {_advice(services, heavy)}"
    )


def _both(services: Services) -> str:
    return " and ".join(services.values())


def _advice(services: Services, heavy: Colour) -> str:
    return f"{services[heavy]} {WHOLE}, {services[heavy.other]} 0"
