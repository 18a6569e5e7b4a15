"""The ports on 127.0.0.1 that the cluster needs, and who holds one that is taken."""

import errno
import socket
from pathlib import Path

LISTENING = "0A"


def taken(port: int) -> bool:
    """Tell whether somebody listens on a port of 127.0.0.1."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            return error.errno == errno.EADDRINUSE
    return False


def sentence(port: int, use: str, holder: str) -> str:
    """Say which port is taken, by whom, and what to do."""
    by = f" by {holder}" if holder else ""
    return f"port {port} on 127.0.0.1 is taken{by}; {use} needs it. Stop what listens there, then try again"


def holder(port: int) -> str:
    """Name the program that listens on a port, as far as /proc tells; else ""."""
    inodes = {f"socket:[{inode}]" for inode in _inodes(port)}
    for handle in Path("/proc").glob("[0-9]*/fd/*"):
        try:
            if str(handle.readlink()) in inodes:
                pid = handle.parts[2]
                return f"{Path('/proc', pid, 'comm').read_text().strip()} (pid {pid})"
        except OSError:
            continue
    return ""


def _inodes(port: int) -> list[str]:
    found = []
    for table in (Path("/proc/net/tcp"), Path("/proc/net/tcp6")):
        rows = table.read_text().splitlines()[1:] if table.exists() else []
        for row in rows:
            words = row.split()
            if words[3] == LISTENING and int(words[1].rsplit(":", 1)[1], 16) == port:
                found.append(words[9])
    return found
