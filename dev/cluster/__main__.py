"""The command line of the development cluster: `python -m dev.cluster up|down|status|images`."""

import argparse
import shutil
import sys

from dev.cluster import binaries, engine, lifecycle, mounts, pins
from dev.cluster.lock import lock
from dev.cluster.progress import ClusterError, say
from dev.endings import end_in_order


def main() -> int:
    """Run one command; a problem becomes one sentence and exit status 1."""
    arguments = _parser().parse_args()
    end_in_order()
    try:
        COMMANDS[arguments.command]()
    except ClusterError as error:
        print(f"\n{error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print(
            "\ninterrupted; the same command goes on from here, `make cluster-down` cleans up",
            file=sys.stderr,
        )
        return 130
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m dev.cluster",
        description="A real Kubernetes cluster on this machine: kind, Gateway API, Traefik, Prometheus.",
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    commands.add_parser("up", help="bring the cluster up, or bring a running one up to date")
    commands.add_parser("down", help="take the cluster down and remove what `up` created")
    commands.add_parser("status", help="say what runs")
    commands.add_parser("images", help="build or fetch everything `up` needs, and start nothing")
    commands.add_parser(
        "tests", help="build or fetch what integration tests need: no container engine is used"
    )
    return parser


def _up() -> None:
    with lock("make cluster"):
        cluster = lifecycle.up()
    say("the cluster is up")
    print(f"\n  export KUBECONFIG={cluster.kubeconfig}")
    if shutil.which("kubectl") is None:
        print(f"  export PATH=$PATH:{binaries.kube()}    # kubectl is in there")
    print(f"\n  Traefik     {cluster.router}    (Gateway golive in namespace {pins.SYSTEM_NAMESPACE})")
    print(f"  Prometheus  {cluster.prometheus}\n  take it down with: make cluster-down")


def _down() -> None:
    with lock("make cluster-down"):
        lifecycle.down()
    say("the cluster is down")


def _status() -> None:
    print(lifecycle.status())


def _images() -> None:
    with mounts.restored():
        lifecycle.prepare(engine.complete(engine.find()))
    binaries.for_tests()
    say("everything is in the cache")


COMMANDS = {"up": _up, "down": _down, "status": _status, "images": _images, "tests": binaries.for_tests}

if __name__ == "__main__":
    sys.exit(main())
