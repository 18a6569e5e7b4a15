"""A route's pair of weights as one compare-and-swap: test what the decision saw, then replace.

A resourceVersion would refuse the revert: the gateway writes the route's status right after each change of ours.
"""

from collections.abc import Mapping
from typing import Any

from golive.api.spec import Colour
from golive.decide.decision import SetWeights
from golive.errors import Refused
from golive.observe.pairs import pairs


def is_written(route: Mapping[str, Any], action: SetWeights) -> bool:
    """Tell whether a route stands as an action wanted it."""
    found = pairs(route, action.blue_service, action.green_service)
    wanted = _wanted(action)
    return all(pair.weights == wanted for pair in found)


def operations(route: Mapping[str, Any], action: SetWeights) -> list[dict[str, Any]]:
    """Return the JSON patch; raises Refused where the route is no longer what the decision saw."""
    services = {Colour.BLUE: action.blue_service, Colour.GREEN: action.green_service}
    wanted = _wanted(action)
    found = pairs(route, action.blue_service, action.green_service)
    tests: list[dict[str, Any]] = []
    replaces: list[dict[str, Any]] = []
    for colour, service in services.items():
        if tuple(pair.weights[colour] for pair in found) != tuple(action.seen[colour]):
            raise Refused(f"HTTPRoute {action.route} has changed since it was looked at")
        for pair in found:
            ref = f"/spec/rules/{pair.rule}/backendRefs/{pair.places[colour]}"
            tests.append({"op": "test", "path": f"{ref}/name", "value": service})
            tests.append({"op": "test", "path": f"{ref}/weight", "value": pair.weights[colour]})
            replaces.append({"op": "replace", "path": f"{ref}/weight", "value": wanted[colour]})
    # A raise that was held up may meet weights that have come back to what they were: the generation never does.
    fence = [{"op": "test", "path": "/metadata/generation", "value": route["metadata"]["generation"]}]
    return (fence if action.up else []) + tests + replaces


def _wanted(action: SetWeights) -> dict[Colour, int]:
    return {action.colour: action.weight, action.colour.other: 100 - action.weight}
