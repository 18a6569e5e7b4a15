"""The operator as a process of its own, for one namespace: started, killed and started again by a scenario."""

import os
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

from dev.cluster import cache
from dev.cluster.lifecycle import Cluster
from dev.endings import tied

CHECKOUT = Path(__file__).resolve().parents[2]
STOP_SECONDS = 10
TAIL = 40


@dataclass
class Operator:
    """`python -m golive run` on a namespace; its log goes on over restarts."""

    cluster: Cluster
    namespace: str
    log: Path
    prometheus: str = ""
    """Another Prometheus than the cluster's."""
    _process: "subprocess.Popen[bytes] | None" = field(default=None, repr=False)

    def start(self) -> None:
        """Start it; it is not awaited."""
        with self.log.open("ab") as output:
            self._process = subprocess.Popen(
                tied(self._command()),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                env={**_fast_start(), "PYTHONPATH": str(CHECKOUT / "operator")},
                # A Ctrl-C at the terminal is for the test run, which then ends its processes in order.
                start_new_session=True,
            )

    def kill(self) -> None:
        """End it as a crash would: SIGKILL, and wait until it is gone."""
        if self._process is not None:
            self._process.kill()
            self._process.wait(STOP_SECONDS)
            self._process = None

    def stop(self) -> None:
        """Ask it to end, and kill it where it does not."""
        if self._process is None:
            return
        self._process.terminate()
        try:
            self._process.wait(STOP_SECONDS)
            self._process = None
        except subprocess.TimeoutExpired:
            self.kill()

    def runs(self) -> bool:
        """Tell whether it is still there."""
        return self._process is not None and self._process.poll() is None

    def words(self) -> str:
        """Give the end of its log."""
        lines = self.log.read_text(errors="replace").splitlines() if self.log.exists() else []
        return "\n".join(["the operator's last words:", *lines[-TAIL:]])

    def _command(self) -> list[str]:
        where = ["--kubeconfig", str(self.cluster.kubeconfig), "--namespace", self.namespace]
        asks = ["--prometheus", self.prometheus or self.cluster.prometheus, "--scrape-interval", "1s"]
        # One that is killed and started again waits for its own old Lease.
        lease = ["--lease-duration", "3s", "--renew-deadline", "2s", "--retry-period", "500ms"]
        return [
            sys.executable,
            "-m",
            "golive",
            "run",
            *where,
            *asks,
            "--settle",
            "1s",
            "--listen",
            "",
            *lease,
        ]


def _fast_start() -> dict[str, str]:
    # Some forty starts in a run: compiled once, each takes a second less of the two cores.
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return kept | {"PYTHONPYCACHEPREFIX": str(cache.root() / "bytecode")}
