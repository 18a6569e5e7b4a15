"""Where the operator's time goes, by function: the event loop's thread only."""

import io
import pstats
from pathlib import Path
from typing import Final

LINES: Final = 40


def summary(path: Path) -> list[str]:
    """Write the functions that took most by themselves, and with all they called, beside the profile; return both."""
    out = io.StringIO()
    stats = pstats.Stats(str(path), stream=out).strip_dirs()
    for order in ("tottime", "cumulative"):
        stats.sort_stats(order).print_stats(LINES)
    text = out.getvalue()
    path.with_suffix(".txt").write_text(text)
    return [line for line in text.splitlines() if line.strip()]
