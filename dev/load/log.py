"""The load's own log: one JSON line per request, in the order the requests ended.

Times are seconds of this machine's monotonic clock, shared by every process on it.
"""

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass

OK = 200


@dataclass(frozen=True)
class Entry:
    """One request: when it was sent, what came back, and from whom."""

    sent: float
    """Monotonic seconds."""
    wall: float
    """The same moment as seconds since 1970, to compare with other logs by eye."""
    ms: float
    """Milliseconds from sending to the last byte, or to the error."""
    status: int | None
    """None when no whole response came; `error` then says why."""
    error: str = ""
    """One word: timeout, refused, disconnected, body, failed."""
    colour: str = ""
    """As the response's body names it; empty when no application answered."""
    version: str = ""
    pod: str = ""

    @property
    def done(self) -> float:
        """When the response, or the error, was there."""
        return self.sent + self.ms / 1000

    @property
    def failed(self) -> bool:
        """Anything but a whole 200 that says which colour it is from."""
        return self.status != OK or bool(self.error)


def dump(entry: Entry) -> str:
    """Write an entry as one line."""
    return json.dumps(asdict(entry), separators=(",", ":")) + "\n"


def parse(line: str) -> Entry:
    """Read one line of the log; ValueError says which line is not one."""
    try:
        return Entry(**json.loads(line))
    except (ValueError, TypeError) as error:
        raise ValueError(f"not a line of a load log: {line.strip()[:80]!r} ({error})") from error


def read(lines: Iterable[str]) -> list[Entry]:
    """Read a whole log, in the order the requests were sent."""
    return sorted((parse(line) for line in lines), key=lambda entry: entry.sent)
