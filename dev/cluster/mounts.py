"""The mounts Podman leaves behind: its folder of network namespaces and its storage, each bound onto itself."""

import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from dev.cluster.programs import run

PLACES = ("/var/lib/containers/storage/overlay", "/run/netns")
TABLE = Path("/proc/self/mountinfo")
MOUNT_POINT = 4


def absent() -> tuple[str, ...]:
    """Name those that are not there now and that Podman, run by root, may leave: asked before it is run at all."""
    points = _points()
    return tuple(place for place in PLACES if place not in points) if os.geteuid() == 0 else ()


def unmount(places: Iterable[str]) -> None:
    """Unmount them, but for those that somebody has something mounted in."""
    for place in places:
        while _is_idle(place, _points()):
            run("umount", place, what=f"unmounting {place}", timeout=10)


@contextmanager
def restored(unless: Callable[[], bool] = bool) -> Iterator[tuple[str, ...]]:
    """Leave them as they were found, unless something is there in the end that needs them; gives what was absent."""
    before = absent()
    try:
        yield before
    finally:
        if not unless():
            unmount(before)


def _is_idle(place: str, points: list[str]) -> bool:
    return place in points and not any(point.startswith(f"{place}/") for point in points)


def _points() -> list[str]:
    lines = TABLE.read_text().splitlines() if TABLE.exists() else []
    return [line.split()[MOUNT_POINT] for line in lines]
