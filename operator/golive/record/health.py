"""Whether the operator is well and whether it is ready, judged from how long ago things happened; it asks nothing itself.

The sentences name no GoLive, namespace or address: whoever reaches the port may read them.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

LONGEST_LAG: Final = 10.0
"""Seconds that the event loop may keep others waiting."""
LONGEST_STANDSTILL: Final = 30.0
"""Seconds that a due GoLive may wait while no tick begins."""
SILENT_TIMES: Final = 3
"""How many times as long as makes a watch be opened anew makes the operator unwell."""


@dataclass(frozen=True, slots=True)
class Vitals:
    """What is known of the operator at one moment; all numbers are seconds."""

    lag: float
    """The longest that the event loop has lately kept anybody waiting."""
    patience: float
    """How long a watch may be silent before it is opened anew."""
    silences: Mapping[str, float] = field(default_factory=dict)
    """How long each kind's watch has been silent, the longest of its namespaces; only of those that have begun."""
    unlisted: tuple[str, ...] = ()
    """The kinds that have not been listed in every namespace."""
    leads: bool = True
    overdue: float = 0.0
    """How long the GoLive that is due first has waited for its tick; 0 where none is due."""
    standstill: float = 0.0
    """How long no tick has begun while this process led and every kind was listed."""


def unhealthy(vitals: Vitals) -> list[str]:
    """Say what is wrong that a restart may mend; nothing where all is well."""
    return [*_loop(vitals), *_watches(vitals), *_schedule(vitals)]


def unready(vitals: Vitals) -> list[str]:
    """Say what keeps the operator from taking over at once; a standby that has seen everything is ready."""
    if not vitals.unlisted:
        return []
    kinds = ", ".join(vitals.unlisted)
    return [f"not yet listed: {kinds}; is the CRD there, and may the operator list and watch it?"]


def _loop(vitals: Vitals) -> Iterator[str]:
    if vitals.lag > LONGEST_LAG:
        yield f"the event loop lags by {vitals.lag:.0f} s"


def _watches(vitals: Vitals) -> Iterator[str]:
    longest = SILENT_TIMES * vitals.patience
    for kind, silence in sorted(vitals.silences.items()):
        if silence > longest:
            yield f"the watch of {kind} has been silent for {silence:.0f} s, longer than {longest:.0f} s"


def _schedule(vitals: Vitals) -> Iterator[str]:
    waits = min(vitals.overdue, vitals.standstill)
    if vitals.leads and waits > LONGEST_STANDSTILL:
        yield f"a GoLive has been due for {vitals.overdue:.0f} s, and no tick began for {vitals.standstill:.0f} s"
