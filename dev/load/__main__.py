"""`python -m dev.load`: constant load on one loopback address, with a log of every request.

Exits 0 when the load was sent, whatever was answered; 2 when the arguments make no sense.
"""

import argparse
import asyncio
import signal
import sys
from pathlib import Path

from dev.load.figures import summary
from dev.load.generator import Load, run
from dev.load.log import Entry, dump


def main(argv: list[str] | None = None) -> int:
    """Read the arguments, send the load, say what happened."""
    parser = argparse.ArgumentParser(prog="python -m dev.load", description=__doc__)
    parser.add_argument("url", help="http://127.0.0.1:PORT/PATH; nothing but loopback is accepted")
    parser.add_argument("--rate", type=float, default=60, help="requests per second (default 60)")
    parser.add_argument("--seconds", type=float, default=10, help="how long (default 10)")
    parser.add_argument("--host", default="", help="Host header, where a gateway routes by it")
    parser.add_argument("--timeout", type=float, default=2, help="seconds for one request (default 2)")
    parser.add_argument("--log", type=Path, help="write one JSON line per request to this file")
    given = parser.parse_args(argv)
    try:
        load = Load(given.url, given.rate, given.seconds, given.host, given.timeout)
    except ValueError as error:
        print(f"dev.load: {error}", file=sys.stderr)
        return 2
    try:
        entries = asyncio.run(_send(load, given.log))
    except OSError as error:
        print(f"dev.load: the log cannot be written: {error}", file=sys.stderr)
        return 2
    print(summary(entries))
    return 0


async def _send(load: Load, path: Path | None) -> list[Entry]:
    """Run the load with its log open; SIGINT and SIGTERM end it early and in order."""
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    entries: list[Entry] = []
    if path is None:
        await run(load, entries.append, stop)
        return entries
    path.parent.mkdir(parents=True, exist_ok=True)
    # Line buffered: a reader sees each request as it ends.
    with path.open("w", buffering=1, encoding="utf-8") as out:

        def record(entry: Entry) -> None:
            entries.append(entry)
            out.write(dump(entry))

        await run(load, record, stop)
    return entries


if __name__ == "__main__":
    sys.exit(main())
