"""What the operator is told at its start: flags, each with an environment variable of the same name."""

import argparse
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from golive import flags
from golive.api.types import format_duration


@dataclass(frozen=True, slots=True)
class Settings:
    """The operator's configuration."""

    kubeconfig: str | None = None
    """Path of a kubeconfig; None inside a cluster, or where KUBECONFIG or ~/.kube/config says it."""
    namespaces: tuple[str, ...] = ()
    """The namespaces that are watched; empty for all."""
    prometheus: str = "http://prometheus.monitoring:9090"
    """Base URL of the Prometheus that is asked."""
    scrape_interval: timedelta = timedelta(seconds=30)
    """How often that Prometheus scrapes; values older than two of these are no data."""
    query_timeout: timedelta = timedelta(seconds=5)
    """How long a query may take."""
    settle: timedelta = timedelta(seconds=10)
    """How long target and Deployments must stay unchanged before a run starts."""
    gitops_managers: tuple[str, ...] = (
        "argocd-controller",
        "argocd-application-controller",
        "kustomize-controller",
        "helm-controller",
    )
    """Field managers whose writes of a route are Git's, not a person's."""
    workers: int = 8
    """How many GoLives are ticked at a time; what goes back has workers of its own."""
    relist: timedelta = timedelta(minutes=1)
    """How often every kind is listed again, for what a watch has missed."""
    lease_namespace: str | None = None
    """Where the Lease is; None for the pod's own namespace, else the first one watched, else `default`."""
    lease_name: str = "golive"
    """The Lease whose holder acts; every replica of one operator names the same."""
    lease_duration: timedelta = timedelta(seconds=15)
    """How long a leader that is heard of no more keeps the others waiting."""
    renew_deadline: timedelta = timedelta(seconds=10)
    """How long a leader goes on without having renewed its Lease."""
    retry_period: timedelta = timedelta(seconds=2)
    """How often the Lease is renewed."""
    listen: tuple[str, int] | None = ("", 8080)
    """Where probes and scrapers ask; no host is every address, None is nowhere."""
    watch_inactivity: timedelta = timedelta(seconds=70)
    """How long a watch may bring nothing before it is opened anew; three times as long makes the operator unwell."""
    traces: str | None = None
    """Base URL of the OpenTelemetry collector that traces are sent to; None for no traces."""
    log_format: str = "plain"
    """plain or json."""
    log_level: str = "info"
    """debug, info, warning or error."""


DEFAULTS = Settings()


def parse_settings(argv: Sequence[str] | None = None) -> Settings:
    """Read the command line; a wrong one ends the process with a sentence."""
    parser = _parser()
    given = parser.parse_args(argv)
    if not given.retry_period < given.renew_deadline < given.lease_duration:
        parser.error(
            "--retry-period, --renew-deadline and --lease-duration must each be longer than the one before:"
            " write for instance 2s, 10s and 15s"
        )
    return Settings(
        kubeconfig=given.kubeconfig,
        namespaces=tuple(given.namespace or _env_list("namespace")),
        prometheus=given.prometheus,
        scrape_interval=given.scrape_interval,
        query_timeout=given.query_timeout,
        settle=given.settle,
        gitops_managers=tuple(given.gitops_manager or _env_list("gitops-manager"))
        or DEFAULTS.gitops_managers,
        workers=given.workers,
        relist=given.relist,
        lease_namespace=given.lease_namespace,
        lease_name=given.lease_name,
        lease_duration=given.lease_duration,
        renew_deadline=given.renew_deadline,
        retry_period=given.retry_period,
        listen=given.listen,
        watch_inactivity=given.watch_inactivity,
        traces=given.traces,
        log_format=given.log_format,
        log_level=given.log_level,
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="golive", description="The GoLive operator for Kubernetes.")
    run = parser.add_subparsers(dest="command", required=True, metavar="COMMAND").add_parser(
        "run",
        help="watch GoLives and move their traffic until told to stop",
        description="Watch GoLives and move their traffic until told to stop. Each flag may also be set as"
        " an environment variable: --scrape-interval as GOLIVE_SCRAPE_INTERVAL.",
        formatter_class=argparse.ArgumentDefaultsHelpFormatter,
    )
    _cluster_flags(run)
    _metrics_flags(run)
    _lease_flags(run)
    run.add_argument(
        "--workers",
        type=flags.count,
        default=_env("workers", DEFAULTS.workers),
        help="GoLives that are ticked at a time",
    )
    _health_flags(run)
    return parser


def _health_flags(run: argparse.ArgumentParser) -> None:
    run.add_argument(
        "--listen",
        type=flags.address,
        metavar="HOST:PORT",
        default=_env("listen", ":8080"),
        help="serves /healthz, /readyz and /metrics; without a host on every address, '' for nowhere",
    )
    _time(
        run,
        "watch-inactivity",
        "silence after which a watch is opened anew, and after three times as long /healthz fails",
    )
    run.add_argument(
        "--traces",
        type=flags.collector,
        metavar="URL",
        default=_env("traces", ""),
        help="the OpenTelemetry collector that traces are sent to over HTTP; none without it",
    )
    run.add_argument(
        "--log-format",
        type=flags.one_of("plain", "json"),
        default=_env("log-format", DEFAULTS.log_format),
        help="plain or json",
    )
    run.add_argument(
        "--log-level",
        type=flags.one_of("debug", "info", "warning", "error"),
        default=_env("log-level", DEFAULTS.log_level),
        help="debug, info, warning or error",
    )


def _cluster_flags(run: argparse.ArgumentParser) -> None:
    run.add_argument(
        "--kubeconfig",
        metavar="FILE",
        default=_env("kubeconfig", None),
        help="without it: in-cluster, or $KUBECONFIG",
    )
    run.add_argument(
        "--namespace",
        action="append",
        metavar="NAME",
        help="watch only this namespace; may be repeated",
    )
    _time(run, "settle", "quiet time before a run starts", read=flags.duration)
    _time(run, "relist", "how often everything is listed again, for what a watch has missed")
    run.add_argument(
        "--gitops-manager",
        action="append",
        metavar="NAME",
        help="a field manager that writes for Git; may be repeated; replaces the well-known ones",
    )


def _metrics_flags(run: argparse.ArgumentParser) -> None:
    run.add_argument(
        "--prometheus",
        type=flags.url,
        metavar="URL",
        default=_env("prometheus", DEFAULTS.prometheus),
        help="the Prometheus that is asked",
    )
    _time(run, "scrape-interval", "how often that Prometheus scrapes")
    _time(run, "query-timeout", "longest query")


def _lease_flags(run: argparse.ArgumentParser) -> None:
    run.add_argument(
        "--lease-namespace",
        type=flags.name,
        metavar="NAME",
        default=_env("lease-namespace", None),
        help="where the Lease is; without it: the pod's namespace, or the first --namespace, or default",
    )
    run.add_argument(
        "--lease-name",
        type=flags.name,
        metavar="NAME",
        default=_env("lease-name", DEFAULTS.lease_name),
        help="the Lease whose holder acts",
    )
    _time(run, "lease-duration", "how long a leader that is heard of no more keeps the others waiting")
    _time(run, "renew-deadline", "how long a leader goes on without having renewed its Lease")
    _time(run, "retry-period", "how often the Lease is renewed")


def _time(
    run: argparse.ArgumentParser,
    flag: str,
    words: str,
    *,
    read: Callable[[str], timedelta] = flags.some_time,
) -> None:
    default = format_duration(getattr(DEFAULTS, flag.replace("-", "_")))
    run.add_argument(f"--{flag}", type=read, metavar="TIME", default=_env(flag, default), help=words)


def _env(flag: str, otherwise: str | int | None) -> str | int | None:
    return os.environ.get("GOLIVE_" + flag.replace("-", "_").upper(), otherwise)


def _env_list(flag: str) -> list[str]:
    return [name for name in str(_env(flag, "")).split(",") if name]
