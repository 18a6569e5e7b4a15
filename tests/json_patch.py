"""JSON patch as the API server applies it: all of it, or Refused where a test does not fit."""

from collections.abc import Mapping, Sequence
from copy import deepcopy
from typing import Any

from golive.errors import Refused


def apply_patch(document: Mapping[str, Any], patch: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return the document with a patch applied."""
    changed: dict[str, Any] = deepcopy(dict(document))
    for operation in patch:
        _apply(changed, operation)
    return changed


def _apply(document: Any, operation: Mapping[str, Any]) -> None:
    *parents, last = operation["path"].strip("/").split("/")
    try:
        for part in parents:
            document = document[_key(document, part)]
        place = _key(document, last)
        if operation["op"] == "add" and isinstance(document, list):
            document.insert(int(place), operation["value"])
            return
        if operation["op"] != "add":
            document[place]
        if operation["op"] == "test" and document[place] != operation["value"]:
            raise Refused(f"{operation['path']} is {document[place]!r}")
    except (KeyError, IndexError) as error:
        raise Refused(f"{operation['path']} does not exist") from error
    if operation["op"] != "test":
        document[place] = operation["value"]


def _key(document: Any, part: str) -> int | str:
    return int(part) if isinstance(document, list) else part
