"""Whether a run went and ended as its scenario says, and a disturbed one as the undisturbed one did."""

from tests.faults.result import Result


def as_stated(result: Result) -> None:
    """Note every difference to what the scenario states among the result's problems."""
    scenario, route = result.trial.scenario, result.ending["route"]
    for name in scenario.components:
        climb = result.climbs.get(name, [])
        if climb != scenario.climb:
            result.problems.append(f"green went {climb} on {name}, the scenario says {scenario.climb}")
    if route != scenario.route:
        result.problems.append(f"the route ends as {route}, the scenario says {scenario.route}")


def compared(result: Result, undisturbed: Result) -> None:
    """Note every difference to the undisturbed run of the same scenario among the result's problems."""
    for name, wanted in undisturbed.ending.items():
        if result.ending[name] != wanted:
            result.problems.append(f"{name} is {result.ending[name]}, undisturbed it is {wanted}")
