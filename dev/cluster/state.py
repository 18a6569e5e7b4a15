"""What `up` created, so that `down` undoes that and nothing else.

Kept in the cache before anything is created, and in the cluster itself for checkouts with another cache.
"""

import json
import time
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from dev.cluster import cache, pins


@dataclass(frozen=True)
class State:
    """One cluster: who made it, from what, and which things did not exist before it."""

    inputs: str
    checkout: str
    since: str
    engine: str
    """The engine's program."""
    made_network: bool
    made_modules: bool
    made_mounts: tuple[str, ...] = ()

    def to_json(self) -> str:
        """Write it as text."""
        return json.dumps(asdict(self), indent=2, sort_keys=True)

    @classmethod
    def from_json(cls, text: str) -> "State | None":
        """Read it back; None where the text is not one of ours."""
        try:
            found = cls(**json.loads(text))
        except (TypeError, ValueError):
            return None
        return replace(found, made_mounts=tuple(found.made_mounts))


def new(
    inputs: str, engine: str, *, made_network: bool, made_modules: bool, made_mounts: tuple[str, ...]
) -> State:
    """Describe a cluster that is about to be made from this checkout."""
    since = time.strftime("%Y-%m-%d %H:%M:%S")
    return State(inputs, str(pins.CHECKOUT), since, engine, made_network, made_modules, made_mounts)


def folder() -> Path:
    """Give the folder with the cluster's kubeconfig and state."""
    place = cache.root() / "cluster"
    place.mkdir(exist_ok=True)
    return place


def kubeconfig() -> Path:
    """Name the cluster's kubeconfig; ~/.kube/config is never touched."""
    return folder() / "kubeconfig"


def read() -> State | None:
    """Read the state file; None where no cluster was made."""
    try:
        return State.from_json(file().read_text())
    except FileNotFoundError:
        return None


def write(state: State) -> None:
    """Write the state file, whole or not at all."""
    half = file().with_suffix(".half")
    half.write_text(state.to_json())
    half.replace(file())


def forget() -> None:
    """Remove the state file and the kubeconfig."""
    file().unlink(missing_ok=True)
    kubeconfig().unlink(missing_ok=True)


def file() -> Path:
    """Name the state file."""
    return folder() / "state.json"
