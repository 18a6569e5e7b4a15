"""One frozen `Facts` of everything a decision may look at."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from golive.api.golive import GoLive
from golive.api.spec import Colour, Component
from golive.facts import ColourFacts, ComponentFacts, Facts, Reading, SourceFacts
from golive.observe.cache import Cache
from golive.observe.deployments import deployment_facts
from golive.observe.endpoints import selects
from golive.observe.ownership import conflict
from golive.observe.prune import Kind
from golive.observe.references import Backend
from golive.observe.routes import route_facts
from golive.runs import past_run

Readings = Mapping[tuple[str, str], Reading]
"""By check and component."""


@dataclass(frozen=True, slots=True)
class SnapshotSettings:
    """What the operator's settings say of observing."""

    settle: timedelta
    """How long target and Deployments must have stayed unchanged before a start."""
    gitops_managers: frozenset[str]
    """The field managers that write routes from Git."""


def snapshot(
    cache: Cache,
    golive: GoLive,
    readings: Readings,
    source: SourceFacts,
    now: datetime,
    settings: SnapshotSettings,
) -> Facts:
    """Take down the world as one GoLive sees it at this moment."""
    raw = cache.golive(golive.key)
    components = golive.spec.components if golive.spec else ()
    return Facts(
        now=now,
        components=tuple(_component(cache, golive, component, settings) for component in components),
        readings=dict(readings),
        source=source,
        target_changed_at=cache.target_changed_at(golive.key),
        conflict=conflict(raw, cache.sharing(golive.key)) if raw else "",
        past=past_run(cache.past_runs(golive.namespace, golive.name)),
        settle_seconds=settings.settle.total_seconds(),
    )


def _component(
    cache: Cache, golive: GoLive, component: Component, settings: SnapshotSettings
) -> ComponentFacts:
    services = {colour: component.colour(colour).service for colour in Colour}
    names = [route.http_route.name for route in component.routes]
    return ComponentFacts(
        name=component.name,
        colours={colour: _colour(cache, golive.namespace, component, colour) for colour in Colour},
        routes=tuple(
            route_facts(
                name,
                cache.route(golive.namespace, name),
                services,
                golive.status.live,
                settings.gitops_managers,
            )
            for name in names
        ),
    )


def _colour(cache: Cache, namespace: str, component: Component, colour: Colour) -> ColourFacts:
    workload, other = component.colour(colour), component.colour(colour.other)
    backend = Backend(workload.deployment, workload.service)
    deployment = cache.get(Kind.DEPLOYMENT, namespace, workload.deployment)
    service = cache.get(Kind.SERVICE, namespace, workload.service)
    replica_sets = cache.replica_sets(namespace, workload.deployment)
    return ColourFacts(
        deployment=deployment_facts(
            deployment, replica_sets, cache.changed_at(namespace, workload.deployment)
        )
        if deployment
        else None,
        service=service is not None,
        selects_other=selects(service, cache.get(Kind.DEPLOYMENT, namespace, other.deployment)),
        ready=cache.ready(namespace, backend),
        ready_points=cache.ready_points(namespace, backend),
    )
