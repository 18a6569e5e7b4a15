"""The form of a faulty spec: where its one fault is, and what the API server and the operator say to it."""

from dataclasses import dataclass
from typing import Any, Final

from tests.specs import REMOVED, changed

DURATION: Final = (
    "write a duration such as 30m, 1h30m or 500ms: hours h, minutes m, seconds s; no sign, no days"
)
THRESHOLD: Final = 'write a threshold as OPERATOR NUMBER, such as "<= 0.01"; operators: < <= > >= == !='
NAME: Final = "write a name of lower case letters, digits and '-', such as web-blue; 63 characters at most"
OBJECT_NAME: Final = "write the object's name: lower case letters, digits, '-' and '.', such as web-blue"
RISING: Final = (
    "each step must weigh more than the one before: write for instance weights 10, 25, 50, 75, 100"
)
LAST: Final = "the last step must be weight 100: add {weight: 100}; to stay below it, use suspend"
QUERY: Final = "write a PromQL query whose answer is one value"


@dataclass(frozen=True, slots=True)
class Bad:
    """A spec with one fault."""

    name: str
    path: str
    value: object
    server: str
    """What the API server says, where it says it."""
    operator: str
    """The one sentence of the operator."""
    storable: bool = True
    """Whether an older CRD may have let it in: never a wrong type, nor an item without its list's key."""

    def spec(self) -> dict[str, Any]:
        """Build the faulty spec."""
        return changed(self.path, self.value)


def says(name: str, path: str, value: object, where: str, sentence: str, found: str = "") -> Bad:
    """Row of a rule that both say in the same words; the operator adds what it found."""
    shown = f"{found}: {sentence}" if found else sentence
    return Bad(name, path, value, f"{where}: Invalid value: @: {sentence}", f"{where}: {shown}")


def asked(name: str, path: str, where: str, sentence: str) -> Bad:
    """Row of a field that is missing and asked for in words."""
    return Bad(
        name, path, REMOVED, f"{where}: Required value: {sentence}", f"{where}: is missing: {sentence}"
    )


def lacking(name: str, path: str, where: str, sentence: str) -> Bad:
    """Row of a field that is missing and that the API server asks for without words."""
    operator = f"{where}: is missing: write {sentence}"
    return Bad(
        name, path, REMOVED, f"{where}: Required value", operator, storable=not path.endswith("s.0.name")
    )


def hold(name: str, hold: str) -> Bad:
    """Row of a first step with an unfit hold."""
    value = [{"weight": 10, "hold": hold}, {"weight": 100}]
    return says(name, "steps", value, "spec.steps[0].hold", DURATION, repr(hold))


def typed(name: str, path: str, value: object, where: str, kinds: tuple[str, str], operator: str) -> Bad:
    """Row of a value of the wrong type: the right one and the one that is there."""
    right, wrong = kinds
    server = f'{where}: Invalid value: "{wrong}": {where} in body must be of type {right}: "{wrong}"'
    return Bad(name, path, value, server, f"{where}: {operator}", storable=False)
