"""Which routes are to be written, and how: one action a route, compare-and-swap on what this tick saw."""

from collections.abc import Callable

from golive.api.spec import Colour, Component
from golive.decide.decision import SetWeights
from golive.decide.turn import Turn
from golive.facts import RouteFacts

WHOLE = 100


def raise_to(turn: Turn, weight: int) -> tuple[SetWeights, ...]:
    """Raise every route that carries less for the fresh colour."""
    return _write(
        turn, turn.fresh, lambda _, route: weight if route.least(turn.fresh) < weight else None, up=True
    )


def lower_to(turn: Turn, weight: int) -> tuple[SetWeights, ...]:
    """Lower every route that carries more for the fresh colour; needs nothing but the route."""
    return _write(turn, turn.fresh, lambda _, route: weight if route.weight(turn.fresh) > weight else None)


def put_down(turn: Turn) -> tuple[SetWeights, ...]:
    """Lower every route that carries more for the fresh colour than it may."""

    def above(component: Component, route: RouteFacts) -> int | None:
        most = turn.ceiling(component, route)
        return most if route.weight(turn.fresh) > most else None

    return _write(turn, turn.fresh, above)


def give_back(turn: Turn, live: Colour) -> tuple[SetWeights, ...]:
    """Send everything to a colour, on every route that does not do so."""
    return _write(turn, live, lambda _, route: None if route.all_on(live) else WHOLE)


def stand_at(turn: Turn, weight: int) -> bool:
    """Tell whether every route was read back with this weight for the fresh colour, or with what it kept above it."""
    return all(
        any(
            route.stands_at(turn.fresh, carried)
            for carried in range(weight, turn.ceiling(component, route) + 1)
        )
        for component, _, route in turn.routes()
    )


def _write(
    turn: Turn, colour: Colour, wanted: Callable[[Component, RouteFacts], int | None], *, up: bool = False
) -> tuple[SetWeights, ...]:
    chosen = [(component, route, wanted(component, route)) for component, _, route in turn.routes()]
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
        for component, route, weight in chosen
        if route.weights and weight is not None
    )
