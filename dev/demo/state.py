"""What the demo shows at one moment: plain values, gathered elsewhere, drawn elsewhere."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Colour:
    """One of the two standing Deployments, and the traffic that reaches it."""

    name: str
    version: str
    asked: int | None
    """Weight on the route, in percent."""
    observed: float | None
    """Share of the responses of the last seconds, in percent."""
    rate: float
    """Responses per second."""
    errors: float
    """Failed responses per second."""
    ready: int
    """Ready endpoints, as the API server knows them."""


@dataclass(frozen=True)
class Check:
    """One check of the GoLive, as its status has it."""

    name: str
    value: str
    limit: str
    """The threshold that decided: of `pass`, or of the rule that a breach fired."""
    result: str


@dataclass(frozen=True)
class Hold:
    """How far the hold of the present step is, in seconds."""

    done: float
    of: float


@dataclass(frozen=True)
class Note:
    """Something that happened, `at` seconds after the demo's start."""

    at: float
    text: str


@dataclass(frozen=True)
class State:
    """Everything on the screen."""

    clock: float
    """Seconds since the demo's start."""
    act: str
    phase: str = ""
    waiting_for: str = ""
    step: str = ""
    """Such as 2/5."""
    target: str = ""
    live: str = ""
    message: str = ""
    hold: Hold | None = None
    colours: tuple[Colour, ...] = ()
    nobody: float = 0
    """Requests per second that no application answered."""
    checks: tuple[Check, ...] = ()
    notes: tuple[Note, ...] = ()
    """Oldest first."""
