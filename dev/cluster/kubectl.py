"""kubectl, from our own binary, with a time limit."""

from pathlib import Path

from dev.cluster import binaries, state
from dev.cluster.programs import run


def kubectl(*words: str | Path, kubeconfig: Path | None = None, stdin: str = "", timeout: float = 60) -> str:
    """Run kubectl against the development cluster, or against `kubeconfig`, and give what it printed.

    Raises ClusterError with what kubectl said.
    """
    return run(
        *(binaries.kube() / "kubectl", "--kubeconfig", kubeconfig or state.kubeconfig(), *words),
        what=f"kubectl {' '.join(str(word) for word in words[:3])}",
        timeout=timeout,
        stdin=stdin,
    )
