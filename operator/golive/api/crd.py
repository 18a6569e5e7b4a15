"""The CustomResourceDefinition, generated from the models: `python -m golive.api.crd [--check] FILE`."""

import argparse
import sys
from pathlib import Path
from typing import Any, Final

import yaml
from typing_extensions import override

from golive.api.golive import GROUP, KIND, PLURAL, VERSION
from golive.api.rule import Rule, validations
from golive.api.schema import Schema, spec_schema, status_schema
from golive.api.spec import GoLiveSpec
from golive.api.status import GoLiveStatus

FILE: Final = f"{PLURAL}.{GROUP}.yaml"
_HEADER: Final = "# Generated from operator/golive/api by `make crds`: edit the models, not this file.\n"

# A rule at the root is asked at every write of the status as well; only one about a change may stand here.
_SPLIT: Final = Rule(
    "!has(oldSelf.status) || !has(oldSelf.status.live) || !has(oldSelf.status.weight)"
    " || oldSelf.status.weight <= 0 || oldSelf.status.weight >= 100"
    " || self.spec.components == oldSelf.spec.components",
    "components cannot change while traffic is split: set spec.target back to the live colour, or where that"
    " is so already write the routes back to 100 and 0; wait until all traffic is on it, then change them",
    field="spec.components",
    reason="FieldValueForbidden",
)
_COLUMNS: Final = (
    ("Target", "string", ".spec.target", "The colour that is to serve"),
    ("Live", "string", ".status.live", "The colour that serves"),
    ("Phase", "string", ".status.phase", "Where in its life it is"),
    ("Weight", "integer", ".status.weight", "The target's share of requests, in percent"),
    ("Step", "string", ".status.step.text", "The step of how many"),
    ("Ready", "string", '.status.conditions[?(@.type=="Ready")].status', "Whether the target serves 100 %"),
    ("Age", "date", ".metadata.creationTimestamp", "Since when it exists"),
)
_WIDE_COLUMNS: Final = (
    ("Version", "string", ".spec.version", "The version asked for"),
    ("Waiting", "string", ".status.waitingFor", "What it waits for"),
    ("Next", "string", ".status.next", "What comes next and when"),
)


class _Plain(yaml.SafeDumper):
    """Writes what stands twice twice: people read the file, and few tools know YAML's anchors."""

    @override
    def ignore_aliases(self, data: Any) -> bool:
        return True


def crd() -> dict[str, Any]:
    """Return the CustomResourceDefinition of GoLive."""
    return {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": f"{PLURAL}.{GROUP}"},
        "spec": {
            "group": GROUP,
            "names": {
                "kind": KIND,
                "listKind": f"{KIND}List",
                "plural": PLURAL,
                "singular": KIND.lower(),
                "shortNames": ["gl"],
                "categories": ["golive"],
            },
            "scope": "Namespaced",
            "versions": [_version()],
        },
    }


def text() -> str:
    """Write the definition as the file in `crds/`."""
    return _HEADER + yaml.dump(crd(), Dumper=_Plain, sort_keys=False, allow_unicode=True, width=110)


def _version() -> dict[str, Any]:
    columns = [_column(*column) for column in _COLUMNS]
    wide = [_column(*column) | {"priority": 1} for column in _WIDE_COLUMNS]
    return {
        "name": VERSION,
        "served": True,
        "storage": True,
        "schema": {"openAPIV3Schema": _root()},
        "subresources": {"status": {}},
        "additionalPrinterColumns": columns + wide,
    }


def _column(name: str, kind: str, path: str, description: str) -> dict[str, Any]:
    return {"name": name, "type": kind, "jsonPath": path, "description": description}


def _root() -> Schema:
    return {
        "description": "A release between two standing Deployments: traffic moves to the target step by step,"
        " and goes back on a breach.",
        "type": "object",
        "required": ["spec"],
        "properties": {
            "apiVersion": {"type": "string", "description": f"{GROUP}/{VERSION}."},
            "kind": {"type": "string", "description": f"{KIND}."},
            # `NAME-runs` and the names of its events must fit into 253 characters as well.
            "metadata": {"type": "object", "properties": {"name": {"type": "string", "maxLength": 200}}},
            "spec": spec_schema(GoLiveSpec),
            "status": status_schema(GoLiveStatus),
        },
        **validations(_SPLIT),
    }


def main() -> None:
    """Write the file, or with --check exit 1 where it is stale."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("file", type=Path, nargs="?", default=Path("crds") / FILE)
    arguments.add_argument(
        "--check", action="store_true", help="write nothing; exit 1 where the file is stale"
    )
    asked = arguments.parse_args()
    if not asked.check:
        asked.file.write_text(text(), encoding="utf-8")
    elif not asked.file.exists() or asked.file.read_text(encoding="utf-8") != text():
        sys.exit(f"{asked.file} is stale: run `make crds`")


if __name__ == "__main__":
    main()
