"""Read Prometheus's query log: when each GoLive's question was answered."""

import json
import re
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Final

from dev.new_lines import NewLines

_NAME: Final = re.compile(r'golive="([^"]+)"')


@dataclass
class QueryLog:
    """The log as far as it has been read."""

    path: Path
    answered: dict[str, list[float]] = field(default_factory=dict)
    """By GoLive, when its questions were answered, in seconds since 1970."""

    def __post_init__(self) -> None:
        self._new_lines = NewLines(self.path)

    def read_on(self) -> None:
        """Take in the lines that are new."""
        for line in self._new_lines:
            self._take(json.loads(line))

    def _take(self, entry: dict[str, object]) -> None:
        params = entry.get("params")
        found = _NAME.search(str(params.get("query"))) if isinstance(params, dict) else None
        if found:
            at = datetime.fromisoformat(str(entry.get("time") or entry.get("ts"))).timestamp()
            self.answered.setdefault(found[1], []).append(at)

    def since(self, moment: float) -> set[str]:
        """Return the GoLives that were asked about since a moment."""
        return {name for name, times in self.answered.items() if times[-1] >= moment}
