"""Which routes are to be written, and how: one action a route, compare-and-swap on what this tick saw."""

from collections.abc import Callable

from golive.api.spec import Colour
from golive.decide.decision import SetWeights
from golive.decide.turn import Turn
from golive.facts import RouteFacts

WHOLE = 100


def raise_to(turn: Turn, weight: int) -> tuple[SetWeights, ...]:
    """Raise every route that carries less for the fresh colour."""
    return _write(turn, turn.fresh, weight, up=True, where=lambda route: route.least(turn.fresh) < weight)


def lower_to(turn: Turn, weight: int) -> tuple[SetWeights, ...]:
    """Lower every route that carries more for the fresh colour; needs nothing but the route."""
    return _write(turn, turn.fresh, weight, up=False, where=lambda route: route.weight(turn.fresh) > weight)


def give_back(turn: Turn, live: Colour) -> tuple[SetWeights, ...]:
    """Send everything to a colour, on every route that does not do so."""
    return _write(turn, live, WHOLE, up=False, where=lambda route: not route.all_on(live))


def stand_at(turn: Turn, weight: int) -> bool:
    """Tell whether every route was read back with this weight for the fresh colour, or with more where it may have it."""
    return all(
        any(route.stands_at(turn.fresh, carried) for carried in range(weight, max(weight, turn.ceiling) + 1))
        for _, _, route in turn.routes()
    )


def _write(
    turn: Turn, colour: Colour, weight: int, *, up: bool, where: Callable[[RouteFacts], bool]
) -> tuple[SetWeights, ...]:
    return tuple(
        SetWeights(
            route=route.name,
            blue_service=component.blue.service,
            green_service=component.green.service,
            seen=route.weights,
            colour=colour,
            weight=weight,
            up=up,
        )
        for component, _, route in turn.routes()
        if route.weights and where(route)
    )
