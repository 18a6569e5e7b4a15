"""Every faulty spec, a row each: one table for the operator's parser and for a real API server."""

from typing import Final

from tests.bad import (
    OBJECT_NAME,
    Bad,
    asked,
    lacking,
    says,
    typed,
)
from tests.bad_checks import BAD_CHECKS
from tests.specs import MANY_ROUTES, component

_SHARED_DEPLOYMENT: Final = component("api") | {"blue": {"deployment": "web-blue", "service": "api-blue"}}
_SHARED_PAIR: Final = component("api", "web") | {"blue": {"deployment": "api-blue", "service": "web-green"}}
BAD: Final = (
    *BAD_CHECKS,
    says(
        "one-deployment",
        "components.0.green.deployment",
        "web-blue",
        "spec.components[0]",
        "blue and green must be two Deployments: write the other one's name for one of them",
    ),
    says(
        "one-service",
        "components.0.green.service",
        "web-blue",
        "spec.components[0]",
        "blue and green must be two Services: write the other one's name for one of them",
    ),
    asked(
        "no-service",
        "components.0.blue.service",
        "spec.components[0].blue.service",
        "write the Service that selects this Deployment's pods and no others",
    ),
    asked(
        "no-deployment",
        "components.0.blue.deployment",
        "spec.components[0].blue.deployment",
        "write the Deployment, in the GoLive's namespace",
    ),
    says(
        "deployment-upper-case",
        "components.0.blue.deployment",
        "Web",
        "spec.components[0].blue.deployment",
        OBJECT_NAME,
        "'Web'",
    ),
    says(
        "route-name-with-space",
        "components.0.routes.0.httpRoute.name",
        "a b",
        "spec.components[0].routes[0].httpRoute.name",
        OBJECT_NAME,
        "'a b'",
    ),
    Bad(
        "no-routes",
        "components.0.routes",
        [],
        "spec.components[0].routes: Invalid value: 0: spec.components[0].routes in body should have at least 1 items",
        "spec.components[0].routes: write at least 1 item",
    ),
    says(
        "route-twice",
        "components.0",
        component("web", "web", "web"),
        "spec.components[0].routes",
        "name each HTTPRoute once in a component: remove the second; all its rules with both Services are moved",
    ),
    says(
        "shared-deployment",
        "components.1",
        _SHARED_DEPLOYMENT,
        "spec.components",
        "two components cannot share a Deployment: write another Deployment, or make one component of the two",
    ),
    says(
        "shared-service-in-a-route",
        "components.1",
        _SHARED_PAIR,
        "spec.components",
        "two components cannot share a Service in the same HTTPRoute: write another Service, or make one component of the two",
    ),
    Bad(
        "17-components",
        "components",
        [component("web"), component("api"), *(component(f"c{number}") for number in range(15))],
        "spec.components: Too many: 17: must have at most 16 items",
        "spec.components: write at most 16 items",
    ),
    says(
        "25-routes",
        "components",
        MANY_ROUTES,
        "spec.components",
        "at most 24 routes in all components together: split the GoLive into several",
    ),
    Bad(
        "target-red",
        "target",
        "red",
        'spec.target: Unsupported value: "red": supported values: "blue", "green"',
        "spec.target: write 'blue' or 'green'",
    ),
    Bad(
        "version-empty",
        "version",
        "",
        'spec.version: Invalid value: "": spec.version in body should be at least 1 chars long',
        "spec.version: write at least 1 character",
    ),
    typed(
        "version-as-number",
        "version",
        1.4,
        "spec.version",
        ("string", "number"),
        "write a text, in quotes where it looks like a number",
    ),
    Bad(
        "retry-always",
        "retryOn",
        "Always",
        'spec.retryOn: Unsupported value: "Always": supported values: "NewRevision"',
        "spec.retryOn: write 'NewRevision'",
    ),
    typed("suspend-as-text", "suspend", "yes", "spec.suspend", ("boolean", "string"), "write true or false"),
    typed("components-as-text", "components", "web", "spec.components", ("array", "string"), "write a list"),
    typed(
        "deadline-as-text",
        "deadline",
        "4h",
        "spec.deadline",
        ("object", "string"),
        "write fields, each with its name",
    ),
    lacking("no-target", "target", "spec.target", "the colour that is to serve 100 %"),
    lacking(
        "no-components",
        "components",
        "spec.components",
        "what goes live together, in lockstep; within a step in this order",
    ),
    lacking(
        "component-without-name",
        "components.0.name",
        "spec.components[0].name",
        "the component's name; stands for `$(component)` in queries",
    ),
    lacking("no-green", "components.0.green", "spec.components[0].green", "the green colour"),
    lacking("no-blue", "components.0.blue", "spec.components[0].blue", "the blue colour"),
    lacking(
        "routes-left-out",
        "components.0.routes",
        "spec.components[0].routes",
        "the routes whose weights are moved, all of them at every step",
    ),
    lacking(
        "route-without-a-kind",
        "components.0.routes.0.httpRoute",
        "spec.components[0].routes[0].httpRoute",
        "an HTTPRoute of the Gateway API",
    ),
    lacking(
        "route-without-a-name",
        "components.0.routes.0.httpRoute.name",
        "spec.components[0].routes[0].httpRoute.name",
        "the HTTPRoute, in the GoLive's namespace; at least one of its rules names both colours' Services",
    ),
    lacking("no-data-without-after", "onNoData.after", "spec.onNoData.after", "how long to wait"),
)

UNKNOWN: Final = tuple(
    Bad(
        name,
        path,
        "1",
        f'strict decoding error: unknown field "{where}"',
        f"{where}: there is no such field: remove it, or correct its name",
    )
    for name, path, where in (
        ("unknown-field", "color", "spec.color"),
        ("unknown-field-in-snake-case", "on_no_data", "spec.on_no_data"),
        ("unknown-field-of-a-check", "checks.0.treshold", "spec.checks[0].treshold"),
        ("unknown-field-of-a-colour", "components.0.blue.servce", "spec.components[0].blue.servce"),
        ("unknown-field-of-a-rule", "checks.0.rules.0.until", "spec.checks[0].rules[0].until"),
    )
)
