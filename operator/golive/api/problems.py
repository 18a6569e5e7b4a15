"""What is wrong with an object, in sentences: where, as the API server names the field, and what to write instead."""

import json
from collections.abc import Mapping
from functools import cache
from typing import Final

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from golive.api.schema import Schema, describe_missing, spec_schema
from golive.api.spec import GoLiveSpec

UNKNOWN: Final = "extra_forbidden"
_LAST_APPLIED: Final = "kubectl.kubernetes.io/last-applied-configuration"
_SAYS: Final = {
    UNKNOWN: "there is no such field: remove it, or correct its name",
    "enum": "write {expected}",
    "literal_error": "write {expected}",
    "too_long": "write at most {max_length} items",
    "too_short": "write at least {min_length} item",
    "string_too_long": "write at most {max_length} characters",
    "string_too_short": "write at least {min_length} character",
    "greater_than_equal": "write {ge} or more",
    "less_than_equal": "write {le} or less",
    "int_type": "write a whole number",
    "bool_type": "write true or false",
    "string_type": "write a text, in quotes where it looks like a number",
    "tuple_type": "write a list",
    "model_type": "write fields, each with its name",
}
"""By pydantic's type of error; what is not listed, the rules of the models above all, brings its own sentence."""


def sentences(root: str, error: ValidationError) -> tuple[str, ...]:
    """Say everything that pydantic found below a field of the object, a sentence each."""
    details = error.errors(include_url=False)
    return tuple(_sentence(root, detail) for detail in details if not _is_echo(detail, details))


def pruned_fields(annotations: Mapping[str, str]) -> tuple[str, ...]:
    """Name the fields of the last `kubectl apply` that the API server has dropped without a word."""
    try:
        GoLiveSpec.read(json.loads(annotations.get(_LAST_APPLIED, "{}")).get("spec"))
    except ValidationError as error:
        return tuple(
            f"{_path('spec', detail)}: there is no such field, and the API server has dropped it:"
            " remove it, or correct its name, and apply again"
            for detail in error.errors(include_url=False)
            if detail["type"] == UNKNOWN
        )
    except (ValueError, AttributeError):
        return ()
    return ()


def _is_echo(detail: ErrorDetails, details: list[ErrorDetails]) -> bool:
    """Tell whether a list is called too short only because its items are unfit, which is said of each."""
    where = detail["loc"]
    return detail["type"] == "too_short" and any(
        other["loc"][:-1][: len(where)] == where for other in details
    )


def _sentence(root: str, detail: ErrorDetails) -> str:
    if detail["type"] == "missing":
        says = "is missing: " + describe_missing(_schema_of(detail["loc"]))
    elif detail["type"] in _SAYS:
        says = _SAYS[detail["type"]].format_map(detail.get("ctx", {}))
    else:
        says = detail["msg"]
    return f"{_path(root, detail)}: {says}"


def _path(root: str, detail: ErrorDetails) -> str:
    return root + "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in detail["loc"])


def _schema_of(where: tuple[int | str, ...]) -> Schema:
    schema = _spec_schema()
    for part in where:
        schema = schema["items"] if isinstance(part, int) else schema["properties"][part]
    return schema


@cache
def _spec_schema() -> Schema:
    return spec_schema(GoLiveSpec)
