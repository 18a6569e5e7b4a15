"""Ask Prometheus the very query of a check, to learn when a breach can be seen at all."""

import asyncio
import math
import operator
import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import aiohttp

from dev.demo.errors import Late

POLL = 0.1
CALL = aiohttp.ClientTimeout(total=1)

_OPERATORS: dict[str, Callable[[float, float], bool]] = {
    ">": operator.gt,
    ">=": operator.ge,
    "<": operator.lt,
    "<=": operator.le,
    "==": operator.eq,
    "!=": operator.ne,
}


@dataclass(frozen=True)
class Threshold:
    """A rule's `when`, such as `> 0.05`."""

    text: str

    def breached(self, value: float) -> bool:
        """Tell whether a value is one the rule fires at; NaN never is."""
        compare, number = self.text.split()
        return not math.isnan(value) and _OPERATORS[compare](value, float(number))


def fill(query: str, names: dict[str, str]) -> str:
    """Put the names into a check's query."""
    return re.sub(r"\$\((\w+)\)", lambda found: names[found[1]], query)


def value(answer: dict[str, Any]) -> float | None:
    """Take the one value out of an instant query's answer; None where there is none."""
    result = answer.get("data", {}).get("result", [])
    return float(result[0]["value"][1]) if result else None


async def visible(url: str, query: str, rule: Threshold, seconds: float) -> float:
    """Return the last monotonic moment at which Prometheus showed no breach yet; Late if it never shows one.

    That errs to the operator's disadvantage, by one poll at most. An ask without an answer shows nothing.
    """
    began = unseen = time.monotonic()
    async with aiohttp.ClientSession(timeout=CALL, trust_env=False) as session:
        while time.monotonic() < began + seconds:
            asked = time.monotonic()
            shown = await _ask(session, url, query)
            if shown is not None and rule.breached(shown):
                return unseen
            unseen = unseen if shown is None else asked
            await asyncio.sleep(POLL)
    raise Late(f"not within {seconds:g} s: the breach is visible in Prometheus")


async def _ask(session: aiohttp.ClientSession, url: str, query: str) -> float | None:
    """Ask once; None without an answer. One without a value is NaN, which breaches nothing."""
    try:
        async with session.get(f"{url}/api/v1/query", params={"query": query}) as response:
            found = value(await response.json())
    except (aiohttp.ClientError, TimeoutError, ValueError):
        return None
    return math.nan if found is None else found
