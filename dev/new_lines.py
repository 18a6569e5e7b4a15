"""A log that is still being written: its whole lines, each once."""

from collections.abc import Iterator
from pathlib import Path


class NewLines:
    """The lines of a file that have not been read yet; OSError where there is no such file."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._offset = 0

    def __iter__(self) -> Iterator[str]:
        """Go through the lines that are new; the last one may still be on its way, and waits."""
        with self._path.open("rb") as log:
            log.seek(self._offset)
            for line in log:
                if not line.endswith(b"\n"):
                    return
                self._offset += len(line)
                yield line.decode().rstrip("\n")
