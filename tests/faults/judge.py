"""Whether a disturbed run ended as the undisturbed one did."""

from tests.faults.play import Result


def compared(result: Result, undisturbed: Result) -> None:
    """Note every difference to the undisturbed run of the same scenario among the result's problems."""
    for name, wanted in undisturbed.ending.items():
        if result.ending[name] != wanted:
            result.problems.append(f"{name} is {result.ending[name]}, undisturbed it is {wanted}")
    if result.climb != undisturbed.climb:
        result.problems.append(f"green went {result.climb}, undisturbed it goes {undisturbed.climb}")
