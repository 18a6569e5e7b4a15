"""`make demo`: a GoLive moves real traffic on a real cluster, and goes back on a breach.

Exits 0 when every promise was kept, 1 when one was broken, 2 when the demo could not be played.
"""

import argparse
import asyncio
import os
import shlex
import shutil
import sys
from pathlib import Path

from rich.console import Console

from dev.cluster import binaries, lifecycle
from dev.cluster.lock import lock
from dev.cluster.progress import ClusterError
from dev.demo import report
from dev.demo.errors import DemoError
from dev.demo.runner import Demo, run
from dev.demo.verdict import GOOD, all_of
from dev.endings import end_in_order

PLAIN_WIDTH = 160


def main(argv: list[str] | None = None) -> int:
    """Read the arguments, play the demo, report."""
    parser = argparse.ArgumentParser(prog="python -m dev.demo", description=__doc__)
    parser.add_argument("--build", type=Path, default=Path("build"), help="folder for logs and demo.json")
    parser.add_argument("--plain", action="store_true", help="plain lines also on a terminal")
    tests = parser.add_argument_group("tests of the demo")
    tests.add_argument("--operator", default="", help=argparse.SUPPRESS)
    given = parser.parse_args(argv)
    command = shlex.split(given.operator) or [sys.executable, "-m", "golive"]
    end_in_order()
    try:
        # Held to the end: nobody takes the cluster away under the demo.
        with lock("make demo"):
            return _play(command, given.build.resolve(), _console(plain=given.plain))
    except (DemoError, ClusterError) as error:
        print(f"demo: {error}", file=sys.stderr)
    except (KeyboardInterrupt, asyncio.CancelledError):
        print("demo: interrupted; `make cluster-down` takes away what is up of the cluster", file=sys.stderr)
    return 2


def _play(operator: list[str], build: Path, console: Console) -> int:
    """Play all acts, write the figures, say how it went."""
    cluster = lifecycle.up()
    demo = Demo(cluster.kubeconfig, f"{cluster.router}/", cluster.prometheus, operator, build)
    verdicts = asyncio.run(run(demo, console))
    promises = all_of(verdicts)
    report.write(report.to_json({name: verdict.figures for name, verdict in verdicts.items()}), demo.figures)
    console.print(report.table(promises))
    tools = None if shutil.which("kubectl") else binaries.kube()
    live = "green" if GOOD in verdicts and verdicts[GOOD].kept else "blue"
    farewell = report.farewell(demo.kubeconfig, tools, _pasteable(demo.operator_command), live)
    console.out(farewell, highlight=False)
    return 0 if all(one.ok for one in promises) else 1


def _console(*, plain: bool) -> Console:
    """A terminal as it is; a pipe gets lines wide enough for the table."""
    console = Console(force_terminal=False if plain else None)
    return console if console.is_terminal else Console(force_terminal=False, width=PLAIN_WIDTH)


def _pasteable(command: list[str]) -> str:
    """A command line that works in a shell of its own."""
    return f"PYTHONPATH={os.environ.get('PYTHONPATH', '')} {shlex.join(command)}"


if __name__ == "__main__":
    sys.exit(main())
