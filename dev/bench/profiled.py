"""Where the operator's time goes, by Python's profiler: the event loop's thread only."""

import io
import pstats
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

LINES: Final = 40
_IDLE: Final = "select.epoll"
PARTS: Final = {
    "operator/golive/decide/": "decide",
    "operator/golive/observe/": "observe",
    "operator/golive/api/": "parse",
    "operator/golive/act/": "act",
    "operator/golive/record/": "record",
    "operator/golive/adapters/": "adapters",
    "operator/golive/": "the rest of golive",
    "/kopf/": "kopf",
    "pydantic": "pydantic",
    "/kubernetes/": "aiohttp, kubernetes, TLS",
    "/aiohttp/": "aiohttp, kubernetes, TLS",
    "/yarl/": "aiohttp, kubernetes, TLS",
    "/multidict/": "aiohttp, kubernetes, TLS",
    "ssl": "aiohttp, kubernetes, TLS",
    "socket": "aiohttp, kubernetes, TLS",
    "/copy.py": "copy",
    "/json/": "json",
    "/asyncio/": "asyncio",
    "_queue": "handing over to threads",
    "/concurrent/": "handing over to threads",
}
"""A word in the place or the name of a function, and whose it is; the first that fits counts."""
Function = tuple[str, int, str]


def summary(path: Path) -> dict[str, Any]:
    """Write the functions that took most, by themselves and with all they called, beside the profile; return shares."""
    out = io.StringIO()
    stats = pstats.Stats(str(path), stream=out)
    shown = shares({function: row[2] for function, row in vars(stats)["stats"].items()})
    stats.strip_dirs()
    for order in ("tottime", "cumulative"):
        stats.sort_stats(order).print_stats(LINES)
    path.with_suffix(".txt").write_text(out.getvalue())
    return {"percent_of_the_event_loop": shown}


def shares(own: Mapping[Function, float]) -> dict[str, float]:
    """Return, in percent of all time but the waiting, what each part spent in functions of its own."""
    seconds: dict[str, float] = {}
    for (file, _, name), spent in own.items():
        place = f"{file} {name}"
        if _IDLE not in place:
            part = next((part for word, part in PARTS.items() if word in place), "Python itself")
            seconds[part] = seconds.get(part, 0.0) + spent
    whole = sum(seconds.values()) or 1.0
    ordered = sorted(seconds.items(), key=lambda one: -one[1])
    return {part: round(100 * spent / whole, 1) for part, spent in ordered}
