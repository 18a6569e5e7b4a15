"""Debian packages unpacked into a folder or an archive; apt's own settings say where they come from."""

from pathlib import Path

from dev.cluster import pins
from dev.cluster.programs import run

SLIM = tuple(f"--dpkgopt=path-exclude=/usr/share/{folder}/*" for folder in ("doc", "man", "locale"))
UNPACK_SECONDS = 600


def unpack(target: Path, packages: str) -> None:
    """Unpack packages, named with commas between them, and all they need; a target *.tar becomes an archive."""
    run(
        *("mmdebstrap", "--variant=minbase", *SLIM, f"--include={packages}", pins.DEBIAN, str(target)),
        what="unpacking Debian packages",
        timeout=UNPACK_SECONDS,
    )
