"""Write docs/api.md, the reference of every field, from the CRD: `python -m dev.reference [--check]`."""

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from golive.api import crd
from golive.api.types import DURATION, THRESHOLD

Schema = dict[str, Any]
PAGE: Final = Path(__file__).parents[1] / "docs" / "api.md"
EXAMPLE: Final = """\
apiVersion: golive.dev/v1alpha1
kind: GoLive
metadata: {name: shop, namespace: shop}
spec:
  target: green
  components:
  - name: web
    blue: {deployment: web-blue, service: web-blue}
    green: {deployment: web-green, service: web-green}
    routes: [{httpRoute: {name: web}}]
  checks:
  - name: error-rate
    prometheus:
      query: >-
        (sum(rate(http_requests_total{service="$(service)",code=~"5.."}[1m])) or vector(0))
        / sum(rate(http_requests_total{service="$(service)"}[1m]))
    pass: "<= 0.01"
    rules: [{when: "> 0.05", for: 10m, action: Rollback}]
"""
_HEAD: Final = """\
<!-- generated from operator/golive/api by `make crds`: edit the models, not this page -->
# The API: `golive.dev/v1alpha1`

`kubectl explain gl.spec` tells the same. The least that goes live:

```yaml
{example}```

Bad input is refused by the API server with a sentence that says what to write instead. What only the operator can see (a route that is not there, a query that
Prometheus refuses) becomes the condition `Stalled=True`, reason `InvalidSpec`, and traffic stays where it is.

- A **duration**: {duration}.
- A **threshold**: {threshold}.
- A field that does not exist is refused by `kubectl`. Other clients may have the API server drop it without a word; the operator finds it then in the annotation of the
  last `kubectl apply`, where there is one, and stalls.
- Defaults are filled in by the operator and never written into your object. Bold fields are required.
"""
_ROW: Final = "| {field} | {kind} | {description} |"
_NAMES: Final = {"string": "text", "integer": "integer", "boolean": "true or false", "object": "fields"}
_TABLE: Final = "| field | type | |\n|---|---|---|"


def page() -> str:
    """Return the whole page."""
    (version,) = crd.crd()["spec"]["versions"]
    schema = version["schema"]["openAPIV3Schema"]
    parts = [
        _HEAD.format(example=EXAMPLE, duration=DURATION.says, threshold=THRESHOLD.says),
        f"## `spec`\n\n{_TABLE}",
        *_rows(schema["properties"]["spec"], ""),
        "\n## Rules\n\nBeside the form of each field:\n",
        *_rules(schema, ""),
        "\n## `status`\n\nWritten by the operator alone.\n\n" + _TABLE,
        *_rows(schema["properties"]["status"], ""),
    ]
    return "\n".join(parts) + "\n"


def _rows(schema: Schema, path: str) -> Iterator[str]:
    for name, field in schema["properties"].items():
        required = name in schema.get("required", ()) or field["description"].endswith(" Required.")
        where = f"{path}{name}"
        yield _ROW.format(
            field=f"**`{where}`**" if required else f"`{where}`",
            kind=_kind(field),
            description=field["description"].removesuffix(" Required.").replace("|", r"\|"),
        )
        inside = field.get("items", field)
        if "properties" in inside:
            yield from _rows(inside, f"{where}[]." if "items" in field else f"{where}.")


def _kind(field: Schema) -> str:
    messages = [rule["message"] for rule in field.get("x-kubernetes-validations", ())]
    if "enum" in field:
        return ", ".join(f"`{value}`" for value in field["enum"])
    if field["type"] == "array":
        keys = field.get("x-kubernetes-list-map-keys")
        least = f"{field['minItems']} to " if "minItems" in field else "at most "
        count = f" of {least}{field['maxItems']}"
        return f"list{count}" + (f", by {' and '.join(keys)}" if keys else "")
    for form, name in ((DURATION, "duration"), (THRESHOLD, "threshold")):
        if form.says in messages:
            return name
    if "maximum" in field:
        return f"integer, {field['minimum']} to {field['maximum']}"
    return {"date-time": "time"}.get(field.get("format", ""), _NAMES[field["type"]])


def _rules(schema: Schema, path: str) -> Iterator[str]:
    """List the rules of lists and of groups of fields; those of single fields are their form."""
    if schema["type"] in {"array", "object"}:
        for rule in schema.get("x-kubernetes-validations", ()):
            if rule.get("reason") != "FieldValueRequired":
                where = f"{path}{rule.get('fieldPath', '')}".removeprefix(".")
                yield f"- `{where}`: {rule['message']}."
    if "items" in schema:
        yield from _rules(schema["items"], f"{path}[]")
    for name, field in schema.get("properties", {}).items():
        yield from _rules(field, f"{path}.{name}".removeprefix("."))


def main() -> int:
    """Write the page, or with --check tell whether it is stale."""
    parser = argparse.ArgumentParser(description="Write docs/api.md from the models of the API.")
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 where the page is stale")
    if not parser.parse_args().check:
        PAGE.write_text(page(), encoding="utf-8")
        return 0
    if PAGE.read_text(encoding="utf-8") == page():
        return 0
    print(f"{PAGE.name} is stale: run `make crds`", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
