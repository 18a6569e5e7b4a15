"""A rule of the API in both its languages: CEL for the API server, Python for the operator, one sentence for both.

The sentence says what to write instead; `crds/` carries the CEL, pydantic raises the refusal.
"""

from dataclasses import dataclass
from typing import Any

from pydantic_core import PydanticCustomError


def refusal(says: str, found: object = None) -> PydanticCustomError:
    """Make the error for pydantic that says a sentence, after what was found where that is to be shown."""
    if found is None:
        return PydanticCustomError("rule", "{says}", {"says": says})
    return PydanticCustomError("rule", "{found}: {says}", {"found": repr(found), "says": says})


@dataclass(frozen=True, slots=True)
class Rule:
    """What must hold, for the API server, and what it and the operator say where it does not."""

    cel: str
    says: str
    field: str = ""
    """The field that is to blame, where the rule stands above it."""
    reason: str = ""
    """The API server's reason, where it is not FieldValueInvalid."""

    def refusal(self, found: object = None) -> PydanticCustomError:
        """Make the error for pydantic, with what was found where that is to be shown."""
        return refusal(self.says, found)

    def entry(self) -> dict[str, str]:
        """Write the rule as an entry of `x-kubernetes-validations`."""
        entry = {"rule": self.cel, "message": self.says}
        if self.field:
            entry["fieldPath"] = f".{self.field}"
        if self.reason:
            entry["reason"] = self.reason
        return entry


def validations(*rules: Rule) -> dict[str, Any]:
    """Make the part of a schema that carries the CEL of these rules."""
    return {"x-kubernetes-validations": [rule.entry() for rule in rules]}
