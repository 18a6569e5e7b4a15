"""Log lines: plain for people, JSON for machines; one record, one line."""

import json
import logging
from datetime import UTC, datetime
from typing import Final

from typing_extensions import override

_NOISY: Final = ("kopf", "urllib3", "httpx", "aiohttp", "asyncio")


class JsonLines(logging.Formatter):
    """One JSON object a line."""

    @override
    def format(self, record: logging.LogRecord) -> str:
        entry = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        if record.exc_info:
            entry["exception"] = self.formatException(record.exc_info)
        return json.dumps(entry)


def configure_logs(style: str, level: str) -> None:
    """Send all log lines to standard error; the libraries only speak up from a warning on."""
    handler = logging.StreamHandler()
    plain = logging.Formatter("%(asctime)s.%(msecs)03d %(levelname)-7s %(message)s", "%H:%M:%S")
    handler.setFormatter(JsonLines() if style == "json" else plain)
    logging.basicConfig(level=level.upper(), handlers=[handler], force=True)
    for name in _NOISY:
        logging.getLogger(name).setLevel(logging.WARNING)
