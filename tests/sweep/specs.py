"""What the examples write into a spec: steps, checks, and faults of both kinds."""

from typing import Any, Final

from tests.bad import Bad
from tests.bad_specs import BAD
from tests.integration.operator_world import a_check
from tests.specs import component
from tests.sweep.gauges import QUERY

Raw = dict[str, Any]


def _steps(hold: str, *weights: int) -> list[Raw]:
    return [{"weight": weight, **({"hold": hold} if weight < 100 else {})} for weight in weights]


STEPS: Final = (
    _steps("200ms", 10, 50, 100),
    _steps("200ms", 10, 25, 50, 75, 100),
    _steps("1s", 10, 50, 100),
    _steps("200ms", 50, 100),
    _steps("0s", 5, 100),
    _steps("500ms", 100),
)
ROUTES: Final = ("web", "second")
"""Both are moved in lockstep; what is done is mostly done to the first."""
GOOD_CHECKS: Final = (
    [a_check(QUERY)],
    [a_check(QUERY, rules=[{"when": "> 0.5", "action": "PlannedRollback"}], **{"pass": "<= 0.5"})],
    [a_check(QUERY), a_check("vector(0)", name="more")],
)
"""With each of these a bad gauge takes traffic back at once."""
SLOW_CHECKS: Final = (
    [a_check(QUERY, rules=[{"when": "> 0.05", "for": "3s", "action": "Rollback"}])],
    [a_check(QUERY, rules=[{"when": "> 0.05", "action": "Decide"}])],
    [a_check(QUERY, rules=[])],
    [a_check("sweep_nothing")],
)
"""With these it holds, asks a person, or goes back later."""
STALLING_CHECKS: Final = (
    [a_check("sum(")],
    [a_check("vector($(oops))")],
    [a_check("{__name__=~'.+'}")],
    [a_check(QUERY), a_check("up{", name="more")],
    [a_check(QUERY, rules=[{"when": "> 0.05", "for": "9999h", "action": "Rollback"}])],
)
"""Stored, but only the operator can see that they are wrong."""
CHECKS: Final = (*GOOD_CHECKS, *SLOW_CHECKS, *STALLING_CHECKS)
REFUSED: Final = tuple(bad for bad in BAD if not bad.path.startswith(("components.1", "checks.1")))
"""What the API server does not let in."""


def refused(bad: Bad) -> Raw:
    """Build the merge patch of a spec that brings a fault in, whatever stands there."""
    top = bad.path.split(".")[0]
    return {top: bad.spec().get(top)}


def sound() -> Raw:
    """Build the spec that every example begins with."""
    return {
        "target": "green",
        "components": [component("web", *ROUTES)],
        "steps": STEPS[0],
        "checks": GOOD_CHECKS[0],
        "stabilise": {"for": "1s"},
        "suspend": False,
    }
