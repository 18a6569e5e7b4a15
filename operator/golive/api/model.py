"""What every part of a spec has in common: frozen, camelCase on the wire, no field but those named.

Each field's docstring is its description in the CRD and in `kubectl explain`.
"""

from typing import Any, Final, Self

from pydantic import BaseModel, ConfigDict
from pydantic.alias_generators import to_camel

ASKED: Final = "x-golive-asked"
"""Marks a required field that the API server asks for with its description, not with `Required value` alone."""

ATOMIC: Final = {"x-kubernetes-list-type": "atomic"}
"""Marks a list that has one owner and is replaced whole."""


class Model(BaseModel):
    """A frozen part of the spec."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        alias_generator=to_camel,
        validate_by_name=True,
        validate_by_alias=True,
        use_attribute_docstrings=True,
    )

    @classmethod
    def read(cls, raw: object) -> Self:
        """Read what the API server holds: by the names of the wire alone, for it drops all others."""
        return cls.model_validate(raw, by_alias=True, by_name=False)


def map_by(*keys: str) -> dict[str, Any]:
    """Make the part of a schema that says by which fields a list is a map."""
    return {"x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": list(keys)}


def wire(model: BaseModel) -> dict[str, Any]:
    """Write a model as the manifest has it, without what is unset."""
    return model.model_dump(mode="json", by_alias=True, exclude_none=True)
