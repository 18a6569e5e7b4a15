"""How the values of flags are read; a wrong one is refused with a sentence that says what to write."""

import argparse
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Final
from urllib.parse import urlsplit

from pydantic_core import PydanticCustomError

from golive.api.types import parse_duration

_NAME: Final = re.compile(r"[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?")
_EXAMPLE: Final = "http://prometheus.monitoring:9090"
_HIGHEST_PORT: Final = 65535


def duration(text: str) -> timedelta:
    """Read a Go duration."""
    try:
        return parse_duration(text)
    except PydanticCustomError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def some_time(text: str) -> timedelta:
    """Read a duration that is longer than nothing."""
    if not duration(text):
        raise argparse.ArgumentTypeError(f"{text!r}: write a time longer than 0s, such as 30s")
    return duration(text)


def url(text: str, example: str = _EXAMPLE) -> str:
    """Read a base URL."""
    parts = urlsplit(text)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise argparse.ArgumentTypeError(f"{text!r}: write an address such as {example}")
    return text.rstrip("/")


def name(text: str) -> str:
    """Read the name of an object."""
    if not _NAME.fullmatch(text):
        raise argparse.ArgumentTypeError(
            f"{text!r}: write a name of lower case letters, digits, '-' and '.', such as golive"
        )
    return text


def collector(text: str) -> str | None:
    """Read the base URL of a collector; nothing for none."""
    return url(text, "http://collector.monitoring:4318") if text else None


def address(text: str) -> tuple[str, int] | None:
    """Read a host and a port; no host for every address, nothing for none."""
    host, _, port = text.rpartition(":")
    if not text:
        return None
    if not port.isdecimal() or int(port) > _HIGHEST_PORT or ":" not in text:
        raise argparse.ArgumentTypeError(
            f"{text!r}: write HOST:PORT such as 0.0.0.0:8080, :8080 for every address, or '' for nowhere"
        )
    return host.strip("[]"), int(port)


def count(text: str) -> int:
    """Read a whole number of 1 or more."""
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r}: write a whole number of 1 or more")
    return int(text)


def one_of(*words: str) -> Callable[[str], str]:
    """Make a reader of one of some words."""

    # argparse holds a flag against its `choices`, but not the default that an environment variable gives.
    def read(text: str) -> str:
        if text not in words:
            raise argparse.ArgumentTypeError(f"{text!r}: write one of {', '.join(words)}")
        return text

    return read
