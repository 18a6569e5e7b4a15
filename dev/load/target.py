"""Where load may go: this machine's loopback, and nowhere else."""

import ipaddress
from urllib.parse import urlsplit


def loopback(url: str) -> str:
    """Return the URL if it is http and points to loopback; ValueError says what to write instead."""
    parts = urlsplit(url)
    if parts.scheme != "http":
        raise ValueError(f"{url!r}: write the target as http://127.0.0.1:PORT/")
    try:
        allowed = ipaddress.ip_address(parts.hostname or "").is_loopback
    except ValueError:
        # A name is whatever a resolver makes of it, so only one is taken: by RFC 6761 it is loopback.
        allowed = parts.hostname == "localhost"
    if not allowed:
        raise ValueError(
            f"{url!r} is not this machine: load goes only to loopback, as http://127.0.0.1:PORT/"
        )
    return url
