"""Log lines: plain for people, JSON for machines; one record, one line."""

import json
import logging
from datetime import UTC, datetime
from typing import Final

from typing_extensions import override

from golive.record.spans import trace_id
from golive.subject import SUBJECT, Subject

_NOISY: Final = ("kopf", "urllib3", "httpx", "aiohttp", "asyncio")


class JsonLines(logging.Formatter):
    """One JSON object a line, with the ids of what it is about; `traced` adds the one of its trace."""

    def __init__(self, *, traced: bool = False) -> None:
        super().__init__()
        self._traced = traced

    @override
    def format(self, record: logging.LogRecord) -> str:
        entry: dict[str, str] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        subject = SUBJECT.get()
        if subject is not None:
            entry |= _ids(subject, traced=self._traced)
        if record.exc_info:
            entry["exception"] = self.formatException(record.exc_info)
        return json.dumps(entry)


def _ids(subject: Subject, *, traced: bool) -> dict[str, str]:
    ids = {
        "namespace": subject.namespace,
        "golive": subject.golive,
        "uid": subject.uid,
        "run": subject.run,
        "step": subject.step,
        "check": subject.check,
        "component": subject.component,
        "trace_id": f"{trace_id(subject):032x}" if traced and subject.run else "",
    }
    return {name: value for name, value in ids.items() if value}


def configure_logs(style: str, level: str, *, traced: bool) -> None:
    """Send all log lines to standard error; the libraries only speak up from a warning on."""
    handler = logging.StreamHandler()
    plain = logging.Formatter("%(asctime)s.%(msecs)03d %(levelname)-7s %(message)s", "%H:%M:%S")
    handler.setFormatter(JsonLines(traced=traced) if style == "json" else plain)
    logging.basicConfig(level=level.upper(), handlers=[handler], force=True)
    for name in _NOISY:
        logging.getLogger(name).setLevel(logging.WARNING)
