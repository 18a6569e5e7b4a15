"""The cache: every built thing once, in a folder named after the hash of what it was built from.

A folder appears whole or not at all: it is built beside its place and renamed into it.
"""

import fcntl
import hashlib
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from dev.cluster.progress import say

KEY_LENGTH = 12


def root() -> Path:
    """Where everything is kept: $GOLIVE_CACHE, or golive in the user's cache folder."""
    home = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    place = Path(os.environ.get("GOLIVE_CACHE") or Path(home) / "golive")
    place.mkdir(parents=True, exist_ok=True)
    return place.resolve()


def key(*inputs: str | Path) -> str:
    """Hash texts and the contents of files and folders; the place of a checkout does not matter."""
    digest = hashlib.sha256()
    for item in inputs:
        for name, content in _contents(item):
            digest.update(f"{name}\0{len(content)}\0".encode())
            digest.update(content)
    return digest.hexdigest()[:KEY_LENGTH]


def _contents(item: str | Path) -> Iterator[tuple[str, bytes]]:
    if isinstance(item, str):
        yield "", item.encode()
    elif item.is_dir():
        for path in sorted(item.rglob("*")):
            if path.is_file() and "__pycache__" not in path.parts:
                yield str(path.relative_to(item)), path.read_bytes()
    else:
        yield item.name, item.read_bytes()


def place(name: str, *inputs: str | Path) -> Path:
    """Name the folder for these inputs, whether it exists or not."""
    return root() / f"{name}-{key(name, *inputs)}"


def keep(target: Path, announce: str, build: Callable[[Path], None]) -> Path:
    """Give the folder, building it first where it is missing. One build at a time per cache."""
    if target.is_dir():
        return target
    with _one_at_a_time():
        if target.is_dir():
            return target
        _sweep(target)
        say(announce)
        half = Path(tempfile.mkdtemp(dir=root(), prefix=f".{target.name}."))
        try:
            half.chmod(0o755)
            build(half)
            half.rename(target)
        finally:
            shutil.rmtree(half, ignore_errors=True)
    return target


def _sweep(target: Path) -> None:
    """Remove what interrupted builds of the same thing left: no other can be running."""
    for half in root().glob(f".{target.name}.*"):
        shutil.rmtree(half, ignore_errors=True)


_building = 0


@contextmanager
def _one_at_a_time() -> Iterator[None]:
    """Hold the build lock; a build that needs another build goes straight on."""
    global _building  # noqa: PLW0603 - the lock belongs to the process, as flock does
    if _building:
        yield
        return
    with (root() / "build.lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("waiting: another command is building into the same cache")
            fcntl.flock(file, fcntl.LOCK_EX)
        _building += 1
        try:
            yield
        finally:
            _building -= 1
