"""The models as structural schemas of Kubernetes: references inlined, sentences kept, nothing defaulted.

A default stands in the description: one in the schema would make the API server rewrite what a person wrote.
"""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any, Final

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema
from typing_extensions import override

from golive.api.model import ASKED
from golive.api.rule import Rule, validations
from golive.api.status import LONGEST_TEXT
from golive.api.types import format_duration

Schema = dict[str, Any]
_FIRST: Final = ("description", "type", "format", "required", "properties", "items")
_DROPPED: Final = frozenset({"title", "default", "additionalProperties", "$defs", "$ref", "anyOf", "const"})
_RULES: Final = "x-kubernetes-validations"


class _WithDurations(GenerateJsonSchema):
    """Writes a duration's default as a manifest has it; pydantic writes ISO 8601."""

    @override
    def encode_default(self, dft: Any) -> Any:
        return format_duration(dft) if isinstance(dft, timedelta) else super().encode_default(dft)


def spec_schema(model: type[BaseModel]) -> Schema:
    """Return the schema of what people write: all that can be refused is, and defaults are told."""
    return _each(_plain(model), _for_people)


def status_schema(model: type[BaseModel]) -> Schema:
    """Return the schema of what the operator writes: its types, and nothing that could refuse a record."""
    return _each(_plain(model), _for_records)


def describe_missing(field: Schema) -> str:
    """Say what to write for a required field that is not there, in the words of its description."""
    description = field["description"].removesuffix(" Required.").removesuffix(".")
    return f"write {description[0].lower()}{description[1:]}"


def _plain(model: type[BaseModel]) -> Schema:
    raw = model.model_json_schema(schema_generator=_WithDurations)
    return _inline(raw, raw["$defs"])


def _inline(raw: Schema, definitions: Mapping[str, Schema]) -> Schema:
    """Put what a reference or an optional type stands for beside the field's own keys, which win."""
    schema = dict(raw)
    if "$ref" in raw:
        schema = {**_inline(definitions[raw["$ref"].rsplit("/", 1)[1]], definitions), **raw}
    for option in raw.get("anyOf", ()):
        if option != {"type": "null"}:
            schema = {**_inline(option, definitions), **raw}
    if "items" in raw:
        schema["items"] = _inline(raw["items"], definitions)
    if "properties" in raw:
        schema["properties"] = {key: _inline(value, definitions) for key, value in raw["properties"].items()}
    return schema


def _each(schema: Schema, change: Callable[[Schema], Schema]) -> Schema:
    """Apply a change to a schema and, first, to all inside it."""
    inside = dict(schema)
    if "items" in schema:
        inside["items"] = _each(schema["items"], change)
    if "properties" in schema:
        inside["properties"] = {key: _each(value, change) for key, value in schema["properties"].items()}
    return _tidy(change(inside))


def _tidy(schema: Schema) -> Schema:
    kept = [key for key in schema if key not in _DROPPED]
    return {key: schema[key] for key in sorted(kept, key=lambda key: (*_FIRST, key).index(key))}


def _for_records(schema: Schema) -> Schema:
    lax = {key: value for key, value in schema.items() if key not in {"enum", "required"}}
    if schema.get("type") == "string" and "format" not in schema:
        lax["maxLength"] = LONGEST_TEXT
    if keys := schema.get("x-kubernetes-list-map-keys"):
        lax["items"]["required"] = keys
    return lax


def _for_people(schema: Schema) -> Schema:
    if "const" in schema:
        schema["enum"] = [schema["const"]]
    if "description" in schema:
        schema["description"] += _default(schema.get("default"))
    if "required" in schema:
        _ask(schema)
    return schema


def _default(default: object) -> str:
    match default:
        case None | list():
            return ""
        case dict():
            return " Default: {" + ", ".join(f"{key}: {value}" for key, value in default.items()) + "}."
        case bool():
            return f" Default: {str(default).lower()}."
        case _:
            return f" Default: {default}."


def _ask(schema: Schema) -> None:
    """Turn the required fields that are marked so into rules, which say more than `Required value`."""
    fields = schema["properties"]
    asked = [name for name in schema["required"] if fields[name].pop(ASKED, False)]
    rules = []
    for name in asked:
        says = describe_missing(fields[name])
        rules.append(Rule(f"has(self.{name})", says, name, "FieldValueRequired"))
        fields[name]["description"] += " Required."
    if asked:
        schema["required"] = [name for name in schema["required"] if name not in asked]
        schema[_RULES] = [*validations(*rules)[_RULES], *schema.get(_RULES, [])]
    if not schema["required"]:
        del schema["required"]
