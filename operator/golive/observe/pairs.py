"""The pair of backends in an HTTPRoute's rules: where the two Services stand, and what they weigh."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from golive.api.spec import Colour


@dataclass(frozen=True, slots=True)
class Pair:
    """A rule that names both Services once each."""

    rule: int
    """The rule's place in the route, from 0."""
    places: Mapping[Colour, int]
    """Each colour's place in the rule's backendRefs, from 0."""
    weights: Mapping[Colour, int]
    beside: int
    """What all other backends of the rule weigh together."""

    @property
    def total(self) -> int:
        """Return what the two weigh together."""
        return sum(self.weights.values())


@dataclass(frozen=True, slots=True)
class Mentions:
    """A rule, and where it names each Service: nowhere, once, or several times."""

    rule: int
    refs: Sequence[Mapping[str, Any]]
    places: Mapping[Colour, Sequence[int]]


def pairs(route: Mapping[str, Any], blue_service: str, green_service: str) -> tuple[Pair, ...]:
    """Return the pair of each rule that names both Services once, in order."""
    return tuple(
        _pair(found)
        for found in mentions(route, blue_service, green_service)
        if all(len(places) == 1 for places in found.places.values())
    )


def mentions(route: Mapping[str, Any], blue_service: str, green_service: str) -> Iterator[Mentions]:
    """Look through every rule of a route."""
    namespace = route["metadata"]["namespace"]
    services = {Colour.BLUE: blue_service, Colour.GREEN: green_service}
    for index, rule in enumerate((route.get("spec") or {}).get("rules") or []):
        refs = rule.get("backendRefs") or []
        places = {
            colour: [place for place, ref in enumerate(refs) if _is(ref, service, namespace)]
            for colour, service in services.items()
        }
        yield Mentions(index, refs, places)


def _is(ref: Mapping[str, Any], service: str, namespace: str) -> bool:
    kind = (ref.get("group") or "", ref.get("kind") or "Service")
    home = ref.get("namespace") or namespace
    return kind == ("", "Service") and (ref.get("name"), home) == (service, namespace)


def _pair(found: Mentions) -> Pair:
    weights = [ref.get("weight", 1) for ref in found.refs]
    places = {colour: at[0] for colour, at in found.places.items()}
    own = {colour: weights[place] for colour, place in places.items()}
    return Pair(found.rule, places, own, sum(weights) - sum(own.values()))
