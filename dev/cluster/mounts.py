"""The one mount Podman leaves behind: /run/netns, bound onto itself for network namespaces."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from dev.cluster.programs import run

NETNS = Path("/run/netns")
MOUNT_POINT = 4


def mounted() -> bool:
    """Tell whether /run/netns is mounted now."""
    table = Path("/proc/self/mountinfo")
    lines = table.read_text().splitlines() if table.exists() else []
    return any(line.split()[MOUNT_POINT] == str(NETNS) for line in lines)


def unmount() -> None:
    """Unmount it, unless somebody has a namespace in it."""
    while mounted() and not any(NETNS.iterdir()):
        run("umount", NETNS, what=f"unmounting {NETNS}", timeout=10)


@contextmanager
def restored() -> Iterator[None]:
    """Leave it as it was found."""
    before = mounted()
    try:
        yield
    finally:
        if not before:
            unmount()
