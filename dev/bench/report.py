"""The end of a bench: one JSON for machines, one table for people, each figure beside its bar."""

import os
import platform
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from dev.bench.plan import SMALL, Plan

Figures = dict[str, Any]
MIDDLE: Final = 1000
"""Up to here the bars are those of a thousand, above those of 5,500."""


def machine() -> Figures:
    """Say where and when this is measured, and how busy the machine was with other things."""
    model = [line for line in Path("/proc/cpuinfo").read_text().splitlines() if line.startswith("model name")]
    memory = int(Path("/proc/meminfo").read_text().split()[1]) / 1024**2
    return {
        "date": datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),  # noqa: TID251  # the date of a measurement
        "machine": f"{os.cpu_count()} cores {model[0].split(':')[1].strip() if model else platform.machine()},"
        f" {memory:.0f} GiB, Python {platform.python_version()}",
        "load_before": round(os.getloadavg()[0], 2),
    }


ALWAYS: Final = {
    "loop_lag_ms_p99": 100,
    "idle_writes": 0,
    "writes_of_routes_after_restart": 0,
    "breaches_unmatched": 0,
}
"""The bars of every size."""


def bars(plan: Plan) -> dict[str, float]:
    """Return what each figure may be at the most, by the size of the bench."""
    return ALWAYS | _going_back(plan) | _cost(plan)


def _going_back(plan: Plan) -> dict[str, float]:
    if plan.breach == "all":
        return {"last_verdict_to_written_s": plan.active / 100}
    return {"verdict_to_written_ms": 200}


def _cost(plan: Plan) -> dict[str, float]:
    if plan.n <= SMALL:
        cost = {"requests_per_rollout": 30, "cpu_s_per_rollout": 0.2, "peak_rss_mib": 120}
        return cost | {"total_s": 1.15 * plan.ideal}
    if plan.n <= MIDDLE:
        cost = {"peak_rss_mib": 256, "adoption_s": 30, "idle_cpu_percent": 5}
        return cost | {"total_s": 1.1 * plan.ideal}
    return {"peak_rss_mib": 640, "adoption_s": 120}


NAMES: Final = {
    "requests_per_rollout": "requests per rollout",
    "writes_per_rollout": "of them writes",
    "cpu_s_per_rollout": "CPU-s per rollout",
    "peak_rss_mib": "peak RSS, MiB",
    "total_s": "seconds after the last apply",
    "ideal_s": "holds alone, s",
    "adoption_s": "adoption after a kill, s",
    "leads_s": "of it until the dead one's Lease was taken over, s",
    "writes_of_routes_after_restart": "routes written by the restarted operator (none is right)",
    "idle_cpu_percent": "idle, % of a core",
    "idle_writes": "writes while idle but for the Lease",
    "cpu_ms_per_answer": "CPU-ms per answer of a check, while all hold",
    "loop_lag_ms_p99": "event loop lag p99 of the worst round, ms",
    "breaches": "breaches",
    "breaches_unmatched": "of them without a verdict or the write that answers it",
    "verdict_to_written_ms": "verdict to written p99, ms",
    "last_verdict_to_written_s": "the last of them, s",
    "verdict_to_written_by_status_ms": "the same by status.rollback, ms",
    "api_server_route_patch_ms": "the API server's own p99 of these PATCHes, ms",
    "visible_to_written_s": "breach visible to written p99, s",
    "first_visible_to_last_written_s": "first breach visible to last written, s",
}


def table(figures: Figures, limits: dict[str, float]) -> str:
    """Write the figures as lines, each beside its bar where it has one."""
    lines = [f"{figures['n']} GoLives, {figures['machine']}, {figures['date']}"]
    for name, label in NAMES.items():
        if name not in figures:
            continue
        value = _point(figures[name])
        lines.append(f"  {label:<58} {_shown(value):>9}{_judged(value, limits.get(name))}")
    return "\n".join(lines)


def _shown(value: float | None) -> str:
    return "not known" if value is None else f"{value:,.4g}"


def _judged(value: float | None, limit: float | None) -> str:
    if limit is None:
        return ""
    return f"   {'MISSED' if _is_miss(value, limit) else 'ok'}, at most {limit:,.4g}"


def _is_miss(value: float | None, limit: float) -> bool:
    # What is not known has not been kept.
    return value is None or not value <= limit


def misses(figures: Figures, limits: dict[str, float]) -> list[str]:
    """Name the figures that are over their bar, or not known."""
    return [name for name, limit in limits.items() if _is_miss(_point(figures.get(name)), limit)]


def _point(value: Any) -> float | None:
    """Return the one number that is shown of a figure: p99 of a spread."""
    found: float | None = value["p99"] if isinstance(value, dict) else value
    return found
