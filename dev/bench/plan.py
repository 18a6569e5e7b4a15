"""What a bench does: how many GoLives, how long they hold, how often they are asked, who breaches when."""

import re
from dataclasses import dataclass
from typing import Any, Final, Literal

WEIGHTS: Final = (10, 25, 50, 75, 100)
"""The five steps; what holds the last one is `stabilise`."""
SMALL: Final = 100
"""Up to here holds are short and all start at once, as the peers were measured; above, starts are spread."""
PER_NAMESPACE: Final = 100
LEAST_BREACHES: Final = 20
_SHAPE: Final = re.compile(r"(\d+)(?:\+(\d+))?")

Breach = Literal["spread", "all"]


@dataclass(frozen=True, slots=True)
class App:
    """One GoLive with its two Deployments, two Services and its route, all named after it."""

    namespace: str
    name: str


@dataclass(frozen=True, slots=True)
class Plan:
    """A bench."""

    active: int
    """How many GoLives go live."""
    idle: int
    """How many stay Live all the time."""
    hold: float
    """Seconds of each of the five steps."""
    interval: float
    """Seconds between two questions of the one check."""
    spread: float
    """Seconds over which the starts are spread."""
    breach: Breach
    """At most a hundredth of the active in any second, or all at once."""
    idle_seconds: float
    """How long the operator is watched while nothing happens."""
    settle: float = 1.0
    """The operator's --settle: a wait that is asked for, and no cost."""

    @property
    def n(self) -> int:
        """All GoLives."""
        return self.active + self.idle

    @property
    def ideal(self) -> float:
        """Seconds of a go-live that costs nothing: its holds."""
        return len(WEIGHTS) * self.hold

    @property
    def apps(self) -> tuple[App, ...]:
        """Every GoLive; the active ones first."""
        return tuple(
            App(f"bench-{number // PER_NAMESPACE:02d}", f"app-{number:05d}") for number in range(self.n)
        )

    @property
    def breaching(self) -> int:
        """How many GoLives breach."""
        if self.breach == "all":
            return self.active
        return min(self.active, max(LEAST_BREACHES, self.active // 10))

    @property
    def breaches_per_second(self) -> float:
        """How many of them begin to in a second, where they do not all at once."""
        return max(1.0, self.active / 100)


def size(text: str) -> tuple[int, int]:
    """Read `100` as 100 active, `5000+500` as 5,000 idle and 500 active; ValueError for anything else."""
    found = _SHAPE.fullmatch(text)
    if found is None:
        raise ValueError(f"{text!r}: write how many go live, such as 100, or idle+active, such as 5000+500")
    first, second = found.groups()
    idle, active = (int(first), int(second)) if second else (0, int(first))
    if not 1 <= active <= 10_000 or idle > 50_000:  # noqa: PLR2004  # what one API server on loopback bears
        raise ValueError(f"{text!r}: write 1 to 10000 that go live, and at most 50000 idle ones")
    return idle, active


def plan(text: str, breach: Breach, **given: float | None) -> Plan:
    """Make the plan of a size; what is given replaces the usual hold, interval, spread and idle_seconds."""
    idle, active = size(text)
    small = active <= SMALL
    usual: dict[str, Any] = {
        "hold": 10.0 if small else 60.0,
        "interval": 5.0 if small else 30.0,
        "spread": 0.0 if small else 30.0,
        "idle_seconds": 60.0,
    }
    times = usual | {name: value for name, value in given.items() if value is not None}
    if times["interval"] < 1 or times["hold"] <= 0 or min(times["spread"], times["idle_seconds"]) < 0:
        raise ValueError("write an interval of 1 second or more, a hold of more than 0, and nothing below 0")
    return Plan(active, idle, breach=breach, **times)
