"""The go-lives that are played: their steps, what befalls them, and how they go and end."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from tests.integration.operator_world import a_check

METRIC: Final = "faults_errors"
"""The share of errors of each namespace's new colour."""
_BRIEFLY: Final = "1500ms"
_LONG: Final = "8s"
"""Long enough for the trouble to be seen before the next step would be taken."""


class Trouble(StrEnum):
    """What befalls a go-live."""

    NONE = "none"
    BREACH = "breach"
    PODS = "pods"
    """All of green's pods are gone."""
    TARGET = "target"
    """A person sets the target back."""
    DEPLOYMENT = "deployment"
    """Green's Deployment is deleted, with all that it owns, and created again."""
    SERVICE = "service"
    """Green's Service is deleted, with its EndpointSlice, and created again: for a moment nobody is ready."""
    ROUTE = "route"
    """The route is deleted, and a person creates it again with all traffic on blue: that is obeyed."""
    GIT = "git"
    """The route is deleted, and Git creates it again with all traffic on blue: nobody's will, it climbs again."""


_ENDS: Final = {
    Trouble.NONE: ("Live", "green"),
    Trouble.GIT: ("Live", "green"),
    Trouble.TARGET: ("Live", "blue"),
    Trouble.ROUTE: ("Aborted", "blue"),
}


@dataclass(frozen=True, slots=True)
class Scenario:
    """A go-live and how it ends where nothing disturbs it."""

    name: str
    steps: tuple[int, ...] = (10, 50, 100)
    trouble: Trouble = Trouble.NONE
    at: int = 0
    """The weight whose reading back brings the trouble."""
    components: tuple[str, ...] = ("web",)
    """Each with a route of its own name; trouble befalls the last."""
    hold: str = _BRIEFLY

    @property
    def spec(self) -> dict[str, Any]:
        """The fields of the GoLive's spec."""
        steps = [{"weight": weight, "hold": self._hold(weight)} for weight in self.steps[:-1]]
        query = f'{METRIC}{{namespace="$(namespace)"}}'
        return {
            "steps": [*steps, {"weight": 100}],
            "checks": [a_check(query)],
            "stabilise": {"for": self._hold(100)},
            "components": [_component(name) for name in self.components],
        }

    @property
    def ends(self) -> str:
        """The phase that it rests in."""
        return _ENDS.get(self.trouble, ("RolledBack", "blue"))[0]

    @property
    def live(self) -> str:
        """The colour that serves in the end."""
        return _ENDS.get(self.trouble, ("RolledBack", "blue"))[1]

    @property
    def climb(self) -> list[int]:
        """Green's weights on the way, each change once."""
        if self.trouble is Trouble.NONE:
            return [0, *self.steps]
        befallen = [0, *(weight for weight in self.steps if weight <= self.at), 0]
        return [*befallen, *self.steps] if self.trouble is Trouble.GIT else befallen

    @property
    def raises(self) -> int:
        """How often an operator writes a route before it takes traffic back."""
        return (len(self.climb) - 2) * len(self.components)

    @property
    def route(self) -> dict[str, int]:
        """The weights in the end, by Service."""
        green = self.climb[-1]
        colours = {"blue": 100 - green, "green": green}
        return {f"{name}-{colour}": colours[colour] for name in self.components for colour in colours}

    def _hold(self, weight: int) -> str:
        return _LONG if self.trouble is not Trouble.NONE and weight == self.at else self.hold


def _component(name: str) -> dict[str, Any]:
    colours = {
        colour: {"deployment": f"{name}-{colour}", "service": f"{name}-{colour}"}
        for colour in ("blue", "green")
    }
    return {"name": name, **colours, "routes": [{"httpRoute": {"name": name}}]}


PAIR: Final = ("web", "api")
SCENARIOS: Final = {
    scenario.name: scenario
    for scenario in (
        Scenario("good"),
        Scenario("five", (10, 25, 50, 75, 100)),
        Scenario("two", (10, 100)),
        Scenario("breach-10", trouble=Trouble.BREACH, at=10),
        Scenario("breach-50", trouble=Trouble.BREACH, at=50),
        Scenario("breach-100", (10, 100), Trouble.BREACH, 100),
        Scenario("pods-10", trouble=Trouble.PODS, at=10),
        Scenario("pods-50", trouble=Trouble.PODS, at=50),
        Scenario("deployment-10", trouble=Trouble.DEPLOYMENT, at=10),
        Scenario("service-50", trouble=Trouble.SERVICE, at=50),
        Scenario("route-10", trouble=Trouble.ROUTE, at=10),
        Scenario("git-50", trouble=Trouble.GIT, at=50),
        Scenario("target-10", trouble=Trouble.TARGET, at=10),
        Scenario("target-50", trouble=Trouble.TARGET, at=50),
        Scenario("pair", components=PAIR),
        Scenario("pair-breach-50", trouble=Trouble.BREACH, at=50, components=PAIR),
        Scenario("pair-pods-10", trouble=Trouble.PODS, at=10, components=PAIR),
    )
}
SLOW: Final = Scenario("slow", (10, 50, 100), hold="6s")
"""With time enough in a step for a clock that steps to matter."""
