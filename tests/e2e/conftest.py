"""The real cluster for the session, and the scenarios, which all begin when the first of them is asked for."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from dev.cluster import lifecycle
from dev.cluster.kubectl import kubectl
from dev.cluster.lifecycle import Cluster
from dev.cluster.lock import lock
from tests.e2e.backstage import Backstage
from tests.e2e.scenario import Programme, plays_of

CRDS = Path(__file__).parents[2] / "crds"
SECONDS = pytest.StashKey[dict[str, float]]()


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    with lock("make test"):
        found = lifecycle.up()
        for words in (
            ("apply", "--server-side", "--force-conflicts", "--filename", CRDS),
            ("wait", "--for=condition=Established", "--timeout=30s", "--filename", CRDS),
        ):
            kubectl(*words, kubeconfig=found.kubeconfig)
        yield found


@pytest.fixture(scope="session")
def programme(
    cluster: Cluster, request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Programme]:
    tests = [getattr(item, "obj", None) for item in request.session.items]
    with (
        Backstage(cluster.kubeconfig) as backstage,
        Programme(cluster, backstage, tmp_path_factory.mktemp("scenarios")) as programme,
    ):
        request.config.stash[SECONDS] = programme.seconds
        programme.start(plays_of(tests))
        yield programme


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    seconds = config.stash.get(SECONDS, {})
    for name, took in sorted(seconds.items(), key=lambda one: -one[1]):
        terminalreporter.write_line(f"{took:6.1f} s  {name}")
