"""The end of the demo: a table of promises, build/demo.json, and what to do next."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from rich import box
from rich.table import Table
from rich.text import Text

from dev.demo.measure import Revert, Shift
from dev.demo.promises import Promise
from dev.demo.release import GOLIVE, NAMESPACE, way_back
from dev.demo.verdict import NAMES

SERVING = {"blue": "1", "green": "2"}
"""What each colour runs when it is the one that serves: blue before the good release, green after it."""
SHORT = ("shift", "revert", "unready")


def table(promises: Sequence[Promise]) -> Table:
    """Draw the promises and what was measured."""
    drawn = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for name in ("promise", "bar", "measured", "ok"):
        drawn.add_column(name)
    for one in promises:
        verdict = Text("yes", style="green") if one.ok else Text("NO", style="bold red")
        drawn.add_row(one.text, one.bar, one.measured, verdict)
    return drawn


def to_json(played: Mapping[str, Shift | Revert | None]) -> dict[str, Any]:
    """Give the figures for machines, by the act's name in the file; an act that was not played is null."""
    return {short: _figures(played.get(name)) for name, short in zip(NAMES, SHORT, strict=True)}


def write(figures: dict[str, Any], path: Path) -> None:
    """Write the figures to a file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")


def _figures(measured: Shift | Revert | None) -> dict[str, Any] | None:
    match measured:
        case None:
            return None
        case Shift():
            return _shift(measured)
        case Revert():
            return _revert(measured)


def _shift(shift: Shift) -> dict[str, Any]:
    return {
        "requests": shift.requests,
        "failed": shift.failed,
        "steps": [{"weight": one.weight, "observed_share": one.observed_share} for one in shift.steps],
        "seconds": _round(shift.seconds),
    }


def _revert(revert: Revert) -> dict[str, Any]:
    return {
        "breach_visible_to_verdict_s": _round(revert.breach_visible_to_verdict_s),
        "verdict_to_written_ms": _round(revert.verdict_to_written_ms),
        "written_to_last_bad_response_ms": _round(revert.written_to_last_bad_response_ms),
        "first_to_last_bad_s": _round(revert.first_to_last_bad_s),
        "requests": revert.requests,
        "failed_after_revert": revert.failed_after_revert,
    }


def _round(value: float | None) -> float | None:
    return None if value is None else round(value, 3)


def farewell(kubeconfig: Path, tools: Path | None, operator: str, live: str) -> str:
    """Say how to look around, how to go back without the operator, and how to take it all down.

    `tools` is the folder with kubectl, where it is not on the PATH already; `live` the colour that serves.
    """
    kubectl = f"kubectl -n {NAMESPACE}"
    path = f"\n  export PATH=$PATH:{tools}" if tools else ""
    return f"""\
The cluster is still up. To look around:
  export KUBECONFIG={kubeconfig}{path}
  {kubectl} get gl
  {kubectl} get gl -o wide
  {kubectl} describe gl {GOLIVE}
The operator has been stopped; to start it again:
  {operator}
With it running, give up the bad release and wait until all is well:
  {kubectl} patch gl {GOLIVE} --type=merge -p '{{"spec":{{"target":"{live}","version":"{SERVING[live]}"}}}}'
  {kubectl} wait --for=condition=Ready --timeout=60s gl/{GOLIVE}
To send all traffic to {live} by hand, with the operator up or dead:
  {way_back(live)}
To take it all down:
  make cluster-down"""
