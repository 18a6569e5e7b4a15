"""What is wrong with a GoLive that the API server could not see: a sentence each (I8)."""

import math
from collections.abc import Iterator
from datetime import timedelta

from golive.api.golive import GoLive
from golive.api.spec import Colour, Component, GoLiveSpec
from golive.api.status import GoLiveStatus, Outcome
from golive.api.types import format_duration
from golive.decide.substitute import NAMES, unknown_names
from golive.decide.turn import is_newcomer
from golive.facts import ColourFacts, Facts

MOST_POINTS = 10_000
"""Prometheus answers a range of at most 11,000 points."""


def problems(golive: GoLive, spec: GoLiveSpec, facts: Facts) -> tuple[str, ...]:
    """List everything that keeps this GoLive from moving until a person mends it."""
    found = (*golive.problems, *_queries(spec), *_cluster(spec, facts), *_answers(facts))
    return (*found, *newcomers(golive.status, spec, facts))


def newcomers(status: GoLiveStatus, spec: GoLiveSpec, facts: Facts) -> Iterator[str]:
    """Say of each route that was added later what to write before it is moved with the others."""
    for component, seen in zip(spec.components, facts.components, strict=True):
        for route in seen.routes:
            if status.live and is_newcomer(status, component, route):
                live, other = component.colour(status.live), component.colour(status.live.other)
                yield (
                    f"HTTPRoute {route.name} is new here and does not send everything to {status.live}, which is"
                    f" live: write weight 100 for Service {live.service} and 0 for Service {other.service}"
                )


def _queries(spec: GoLiveSpec) -> Iterator[str]:
    for check in spec.checks:
        for name in unknown_names(check.prometheus.query):
            known = " ".join(f"$({known})" for known in NAMES)
            yield f"check {check.name}: $({name}) is unknown: write one of {known}, or $$({name}) for the literal text"
        for rule in check.rules:
            if rule.for_ and rule.for_ > MOST_POINTS * check.interval:
                least = format_duration(timedelta(seconds=math.ceil(rule.for_.total_seconds() / MOST_POINTS)))
                yield (
                    f"check {check.name}: for {format_duration(rule.for_)} at this interval is more than"
                    f" {MOST_POINTS} values: write an interval of {least} or more"
                )


def _cluster(spec: GoLiveSpec, facts: Facts) -> Iterator[str]:
    for component, seen in zip(spec.components, facts.components, strict=True):
        for colour in Colour:
            yield from _colour(component, colour, seen.colours[colour])
        for route in seen.routes:
            if route.problem:
                yield route.problem


def _colour(component: Component, colour: Colour, seen: ColourFacts) -> Iterator[str]:
    named = component.colour(colour)
    where = f"component {component.name}, {colour}"
    if seen.deployment is None:
        yield f"{where}: Deployment {named.deployment} does not exist: create it, or correct the name"
    if not seen.service:
        yield f"{where}: Service {named.service} does not exist: create it, or correct the name"
    if seen.selects_other:
        other = component.colour(colour.other).deployment
        yield (
            f"{where}: Service {named.service} also selects the pods of Deployment {other}:"
            " give its selector a label that only this colour's pods have"
        )


def _answers(facts: Facts) -> Iterator[str]:
    for (check, component), reading in sorted(facts.readings.items()):
        if reading.outcome is Outcome.ERROR:
            yield f"check {check} of {component}: {reading.message}"
