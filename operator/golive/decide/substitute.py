"""Fill the names of a query in: `$(service)` and its like; `$$(` stays a literal `$(`."""

import re
from collections.abc import Mapping
from typing import Final

NAMES: Final = ("component", "service", "deployment", "namespace", "version", "weight")
_REFERENCE: Final = re.compile(r"\$?\$\(([^)]*)\)")


def unknown_names(query: str) -> tuple[str, ...]:
    """Return the names that a query asks for and that do not exist, in order."""
    return tuple(
        match[1]
        for match in _REFERENCE.finditer(query)
        if not match[0].startswith("$$") and match[1] not in NAMES
    )


def substitute(query: str, values: Mapping[str, str]) -> str:
    """Return the query with every known name filled in as the inside of a PromQL string."""

    def fill(match: re.Match[str]) -> str:
        if match[0].startswith("$$"):
            return match[0][1:]
        return _escape(values[match[1]]) if match[1] in values else match[0]

    return _REFERENCE.sub(fill, query)


def _escape(value: str) -> str:
    return value.replace("\\", "\\\\").replace('"', '\\"').replace("'", "\\'").replace("\n", "\\n")
