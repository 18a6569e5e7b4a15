"""What people and controllers may do to a go-live, one act a name: an example is a list of these, written `name:argument`."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from tests.sweep import laws
from tests.sweep.gauges import BAD, GOOD
from tests.sweep.specs import CHECKS, REFUSED, ROUTES, STEPS, refused
from tests.sweep.world import BLUE, GREEN, World

COLOURS: Final = (BLUE, GREEN)
GONE_WITHIN: Final = 20.0
"""Seconds in which a deleted GoLive has given back what it had."""
VERDICT_WITHIN: Final = 8.0
"""Seconds from a bad value or pods that are gone to live = 100: a scrape, an interval, a tick, on a busy machine."""


@dataclass(frozen=True)
class Act:
    """One thing that is done, and what it may be done with."""

    do: Callable[[World, str], None]
    choices: tuple[str, ...]


def _steps(world: World, which: str) -> None:
    world.write_spec(steps=STEPS[int(which)])


def _checks(world: World, which: str) -> None:
    world.write_spec(checks=CHECKS[int(which)])


def _bad_spec(world: World, which: str) -> None:
    """Ask for what the API server does not let in: nothing is changed by it."""
    before, bad = world.read(), REFUSED[int(which)]
    answer = world.write_spec(**refused(bad))
    assert answer.status_code in {422, 404, 400}, f"{bad.name} was let in: {answer.text}"
    assert world.read().get("metadata", {}).get("generation") == before.get("metadata", {}).get("generation")


def _suspend(world: World, which: str) -> None:
    world.write_spec(suspend=which == "on")


def _target(world: World, colour: str) -> None:
    world.write_spec(target=colour)


def _version(world: World, which: str) -> None:
    """Ask for what a colour runs, or for no version."""
    world.write_spec(version=None if which == "none" else str(world.sides[which].tag))


def _golive(world: World, which: str) -> None:
    """Delete the GoLive and see it go; apply it again."""
    if not world.read():
        world.apply()
    elif which == "delete":
        world.ask_to_go()
        gone = world.page.wait(lambda: not world.page.last("GoLive", "shop"), GONE_WITHIN)
        # A route that names one colour only cannot be written: it waits for a person, and says so.
        assert gone or len(world.weights()) == 1, (
            f"deleted, and not gone within {GONE_WITHIN:.0f} s: {world.read()}"
        )


def _stabilise(world: World, time: str) -> None:
    world.write_spec(stabilise={"for": time})


def _window(world: World, time: str) -> None:
    world.write_spec(rollbackWindow=time)


def _release(world: World, colour: str) -> None:
    world.release(colour)


def _route(world: World, green: str) -> None:
    """Write the route as a person."""
    world.lay_route({BLUE: 100 - int(green), GREEN: int(green)})


def _git(world: World, green: str) -> None:
    """Write the route as a GitOps tool."""
    world.lay_route({BLUE: 100 - int(green), GREEN: int(green)}, manager="argocd-controller")


def _alone(world: World, colour: str) -> None:
    """Take a backend out of the route."""
    world.lay_route({colour: 100})


def _uneven(world: World, green: str) -> None:
    """Write weights that do not sum to 100, as a tool does that knows nothing of them."""
    world.lay_route({BLUE: 1, GREEN: int(green)})


def _second(world: World, green: str) -> None:
    """Write the other route as a person."""
    world.lay_route({BLUE: 100 - int(green), GREEN: int(green)}, name="second")


def _touch(world: World, what: str) -> None:
    world.touch_route(what)


def _no_route(world: World, _: str) -> None:
    world.drop_route()


def _scale(world: World, how: str) -> None:
    colour, _, replicas = how.partition("-")
    world.scale(colour, int(replicas))


def _pods(world: World, how: str) -> None:
    """Make as many pods ready; with none of the target's, its traffic goes back at once."""
    colour, _, ready = how.partition("-")
    armed = laws.armed(world) if ready == "0" else ""
    world.make_ready(colour, int(ready))
    if armed == colour:
        _goes_back(world, f"no pod of {colour} is ready")


def _service(world: World, colour: str) -> None:
    world.toggle_service(colour)


def _deployment(world: World, colour: str) -> None:
    world.toggle_deployment(colour)


def _metrics(world: World, which: str) -> None:
    """Make the gauge good or bad; a bad one takes traffic back where a rule of the spec says so."""
    armed = laws.armed(world) if which == "bad" and laws.judged(world) else ""
    world.ground.gauges.values[world.namespace] = BAD if which == "bad" else GOOD
    if armed:
        _goes_back(world, "the gauge is bad")


def _goes_back(world: World, why: str) -> None:
    fresh = world.status["run"]["to"]

    def over() -> bool:
        # What was stable before the value was seen is not taken back any more.
        stable = world.status.get("phase") == "Live"
        return stable or not any(world.weights(name).get(fresh) for name in ROUTES)

    done = world.page.wait(over, VERDICT_WITHIN)
    assert done, (
        f"{why}, and traffic was not taken back within {VERDICT_WITHIN:.0f} s: {world.weights()} {world.status}"
    )


def _wait(world: World, changes: str) -> None:
    """Let the operator write, as often as is said; at rest it has nothing to write."""
    for _ in range(int(changes)):
        before = len(world.page.read())
        world.page.wait(lambda: len(world.page.read()) > before, 1.5)  # noqa: B023  # waited for at once


def _climb(world: World, percent: str) -> None:
    """Wait for the target to have a weight; not for ever."""

    def reached() -> bool:
        weights, run = world.weights(), world.status.get("run", {})
        return bool(run) and weights.get(run["to"], 0) >= int(percent)

    world.page.wait(reached, 6)


def _each(*numbers: int) -> tuple[str, ...]:
    return tuple(f"{colour}-{number}" for colour in COLOURS for number in numbers)


ACTS: Final[dict[str, Act]] = {
    "wait": Act(_wait, ("1", "2", "4")),
    "climb": Act(_climb, ("10", "50", "100")),
    "steps": Act(_steps, tuple(map(str, range(len(STEPS))))),
    "checks": Act(_checks, tuple(map(str, range(len(CHECKS))))),
    "bad-spec": Act(_bad_spec, tuple(map(str, range(len(REFUSED))))),
    "suspend": Act(_suspend, ("on", "off")),
    "target": Act(_target, COLOURS),
    "version": Act(_version, (*COLOURS, "none")),
    "golive": Act(_golive, ("delete", "apply")),
    "stabilise": Act(_stabilise, ("1s", "20s")),
    "window": Act(_window, ("0s", "1h")),
    "release": Act(_release, COLOURS),
    "route": Act(_route, ("0", "5", "50", "75", "100")),
    "git": Act(_git, ("0", "50", "100")),
    "alone": Act(_alone, COLOURS),
    "uneven": Act(_uneven, ("1", "30")),
    "second": Act(_second, ("0", "50", "100")),
    "touch": Act(_touch, ("one", "two")),
    "no-route": Act(_no_route, ("",)),
    "scale": Act(_scale, _each(1, 3, 4)),
    "pods": Act(_pods, _each(0, 1, 2, 4)),
    "service": Act(_service, COLOURS),
    "deployment": Act(_deployment, COLOURS),
    "metrics": Act(_metrics, ("bad", "good")),
}


def perform(world: World, written: str) -> None:
    """Do one act as it is written; AssertionError where the operator did not keep to what the act asks of it."""
    name, _, argument = written.partition(":")
    ACTS[name].do(world, argument)


def known(written: str) -> bool:
    """Tell whether this is an act."""
    name, _, argument = written.partition(":")
    return name in ACTS and argument in ACTS[name].choices
