"""The `<name>-runs` ConfigMap: its name and content, the same for who writes and who reads it.

It has no owner: a GoLive that is deleted and applied again must not retry a failed release.
"""

import json
from collections.abc import Mapping
from typing import Any, Final

from golive.api.spec import Colour
from golive.facts import PastRun

LABEL: Final = "golive.dev/runs"
"""Carried by the ConfigMap, with the GoLive's name."""
_LAST: Final = "last"


def runs_name(golive: str) -> str:
    """Name the ConfigMap of a GoLive's past runs."""
    return f"{golive}-runs"


def runs_data(run: PastRun) -> dict[str, str]:
    """Write the last run as the ConfigMap's data."""
    last = {
        "number": run.number,
        "to": run.to,
        "version": run.version,
        "revision": run.revision,
        "outcome": run.outcome,
        "reason": run.reason,
    }
    return {_LAST: json.dumps(last)}


def past_run(config_map: Mapping[str, Any] | None) -> PastRun | None:
    """Read the last run; None where there is none, or none that can be read."""
    try:
        last = json.loads(((config_map or {}).get("data") or {})[_LAST])
        return PastRun(
            number=int(last["number"]),
            to=Colour(last["to"]),
            version=str(last["version"]),
            revision=str(last["revision"]),
            outcome=str(last["outcome"]),
            reason=str(last["reason"]),
        )
    except (KeyError, TypeError, ValueError):
        return None
