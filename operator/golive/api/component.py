"""What goes live: components, each with two standing Deployments and the routes between them."""

from collections import Counter
from collections.abc import Iterable
from enum import StrEnum
from itertools import combinations
from typing import Annotated, Final, Self

from pydantic import AfterValidator, ConfigDict, Field, model_validator

from golive.api.model import ASKED, Model, map_by
from golive.api.rule import Rule, refusal, validations
from golive.api.types import Name, ObjectName


class Colour(StrEnum):
    """One of the two standing Deployments of a component; neither is 'the new one' by itself."""

    BLUE = "blue"
    GREEN = "green"

    @property
    def other(self) -> "Colour":
        """Name the other colour."""
        return Colour.GREEN if self is Colour.BLUE else Colour.BLUE


class Workload(Model):
    """A colour of a component: its Deployment and the Service that selects its pods."""

    deployment: Annotated[ObjectName, Field(json_schema_extra={ASKED: True})]
    """The Deployment, in the GoLive's namespace."""
    service: Annotated[Name, Field(json_schema_extra={ASKED: True})]
    """The Service that selects this Deployment's pods and no others."""


class HTTPRouteRef(Model):
    """A Gateway API HTTPRoute by name."""

    name: ObjectName
    """The HTTPRoute, in the GoLive's namespace; at least one of its rules names both colours' Services."""


class Route(Model):
    """A route whose two weights are moved; exactly one kind."""

    http_route: HTTPRouteRef
    """An HTTPRoute of the Gateway API."""


# A stored object may lack what is required today, and a rule that fails to evaluate refuses even its status:
# so every rule passes over what is missing (`has`, for to the server an optional value has no bounded cost).
def _two(field: str) -> str:
    return (
        f"!has(self.blue) || !has(self.blue.{field}) || !has(self.green) || !has(self.green.{field})"
        f" || self.blue.{field} != self.green.{field}"
    )


def _named(*routes: str) -> str:
    return " && ".join(f"has({route}.httpRoute) && has({route}.httpRoute.name)" for route in routes)


_TWO_DEPLOYMENTS: Final = Rule(
    _two("deployment"), "blue and green must be two Deployments: write the other one's name for one of them"
)
_TWO_SERVICES: Final = Rule(
    _two("service"), "blue and green must be two Services: write the other one's name for one of them"
)
_ROUTE_ONCE: Final = Rule(
    f"self.all(r, !({_named('r')}) || self.exists_one(s, {_named('s')} && s.httpRoute.name == r.httpRoute.name))",
    "name each HTTPRoute once in a component: remove the second; all its rules with both Services are moved",
)


def _route_once(routes: tuple[Route, ...]) -> tuple[Route, ...]:
    if _twice(route.http_route.name for route in routes):
        raise _ROUTE_ONCE.refusal()
    return routes


class Component(Model):
    """One part of the release: two standing Deployments and the routes between them."""

    model_config = ConfigDict(json_schema_extra=validations(_TWO_DEPLOYMENTS, _TWO_SERVICES))

    name: Name
    """The component's name; stands for `$(component)` in queries."""
    blue: Workload
    """The blue colour."""
    green: Workload
    """The green colour."""
    routes: Annotated[
        tuple[Route, ...],
        Field(min_length=1, max_length=8, json_schema_extra=validations(_ROUTE_ONCE)),
        AfterValidator(_route_once),
    ]
    """The routes whose weights are moved, all of them at every step."""

    def colour(self, colour: Colour) -> Workload:
        """Return the workload of a colour."""
        return self.blue if colour is Colour.BLUE else self.green

    @model_validator(mode="after")
    def _two_colours(self) -> Self:
        if self.blue.deployment == self.green.deployment:
            raise _TWO_DEPLOYMENTS.refusal()
        if self.blue.service == self.green.service:
            raise _TWO_SERVICES.refusal()
        return self


_MOST_ROUTES: Final = 24
_ROUTES: Final = Rule(
    f"self.map(c, size(c.?routes.orValue([]))).sum() <= {_MOST_ROUTES}",
    f"at most {_MOST_ROUTES} routes in all components together: split the GoLive into several",
)


def _differ(field: str) -> str:
    """CEL: no name of a field of the one component's colours, where it is written, is one of the other's."""
    ones, others = (
        f"[{name}.?blue.?{field}.orValue(''), {name}.?green.?{field}.orValue('')]" for name in ("a", "b")
    )
    return f"{ones}.all(x, x == '' || {others}.all(y, x != y))"


_OWN_DEPLOYMENT: Final = Rule(
    f"self.all(a, self.all(b, a.name == b.name || {_differ('deployment')}))",
    "two components cannot share a Deployment: write another Deployment, or make one component of the two",
)
_OWN_PAIR: Final = Rule(
    "self.all(a, self.all(b, a.name == b.name || !has(a.routes) || !has(b.routes)"
    f" || !a.routes.exists(r, b.routes.exists(s, {_named('r', 's')} && s.httpRoute.name == r.httpRoute.name))"
    f" || {_differ('service')}))",
    "two components cannot share a Service in the same HTTPRoute: write another Service, or make one component of the two",
)


def _deployments(component: Component) -> set[str]:
    return {component.blue.deployment, component.green.deployment}


def _pairs(component: Component) -> set[tuple[str, str]]:
    services = (component.blue.service, component.green.service)
    return {(route.http_route.name, service) for route in component.routes for service in services}


def _apart(components: tuple[Component, ...]) -> tuple[Component, ...]:
    named_once(component.name for component in components)
    if sum(len(component.routes) for component in components) > _MOST_ROUTES:
        raise _ROUTES.refusal()
    for one, other in combinations(components, 2):
        if _deployments(one) & _deployments(other):
            raise _OWN_DEPLOYMENT.refusal()
        if _pairs(one) & _pairs(other):
            raise _OWN_PAIR.refusal()
    return components


def _twice(names: Iterable[str]) -> str | None:
    return next((name for name, count in Counter(names).items() if count > 1), None)


def named_once(names: Iterable[str]) -> None:
    """Refuse a list whose names are not all different; the API server does so by itself for a map."""
    if name := _twice(names):
        raise refusal(f"the name {name} stands twice: write another name for one of them")


Components = Annotated[
    tuple[Component, ...],
    Field(
        min_length=1,
        max_length=16,
        json_schema_extra=map_by("name") | validations(_ROUTES, _OWN_DEPLOYMENT, _OWN_PAIR),
    ),
    AfterValidator(_apart),
]
"""The components of a release, none of which shares what it moves with another."""
