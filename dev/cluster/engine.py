"""The container engine: Docker or Podman where one answers, else Podman from Debian's packages.

Nothing here touches the system's own container settings.
"""

import json
import os
import resource
import shutil
from dataclasses import dataclass, field
from pathlib import Path

from dev.cluster import cache
from dev.cluster.programs import answers, run
from dev.cluster.progress import ClusterError, say

LABEL = "golive.dev/inputs"
PACKAGES = ("podman", "runc", "netavark", "aardvark-dns", "iptables", "mmdebstrap")
# Programs of those packages that Podman runs with our settings.
NEEDED = ("runc", "iptables")
NO_ENGINE = (
    "no container engine answers (tried `docker version` and `podman info`), and podman can only be installed "
    "by root on Debian. Start Docker or Podman, or run as root on Debian"
)
PROBE_SECONDS = 20
PULL_SECONDS = 600
# Podman raises its containers to this many open files, and may not where the machine allows fewer.
PODMAN_OPEN_FILES = 1_048_576


@dataclass(frozen=True)
class Engine:
    """A container engine's command line; `env` is what it needs in its environment."""

    program: str
    env: dict[str, str] = field(default_factory=dict)

    def run(self, *words: str | Path, what: str, timeout: float = 120, stdin: str | Path = "") -> str:
        """Run one engine command."""
        return run(self.program, *words, what=what, timeout=timeout, env=self.env, stdin=stdin)

    def inputs_of(self, image: str) -> str | None:
        """Tell what an image was built from: a hash, "" where it was pulled, None where it is missing."""
        if not answers(self.program, "image", "inspect", image, timeout=PROBE_SECONDS, env=self.env):
            return None
        found = json.loads(self.run("image", "inspect", image, what=f"looking at {image}"))
        labels = found[0].get("Config", {}).get("Labels") or {}
        return str(labels.get(LABEL, ""))

    def pull(self, image: str) -> bool:
        """Pull an image if its registry answers at once; tell whether it is here now."""
        if not answers(self.program, "manifest", "inspect", image, timeout=PROBE_SECONDS, env=self.env):
            return False
        say(f"{image}: pulling")
        return answers(self.program, "pull", "--quiet", image, timeout=PULL_SECONDS, env=self.env)

    def build(self, image: str, containerfile: str, context: Path, inputs: str) -> None:
        """Build an image under its public name, labelled with the hash of what it was made from."""
        text = f"{containerfile}\nLABEL {LABEL}={inputs}\n"
        words = ("build", "--quiet", "--tag", image, "--file", "-", context)
        self.run(*words, what=f"building {image}", timeout=300, stdin=text)

    def save(self, target: Path, *images: str) -> None:
        """Write images into one archive."""
        multiple = ("-m", "--format", "docker-archive") if self.program == "podman" else ()
        self.run("save", *multiple, "--output", target, *images, what="saving images", timeout=300)

    def kill(self, container: str) -> None:
        """End a container at once; one that has ended already is fine."""
        answers(self.program, "kill", container, timeout=PROBE_SECONDS, env=self.env)

    def remove(self, container: str) -> None:
        """Remove a container, running or not; one that is not there is fine."""
        answers(self.program, "rm", "--force", "--volumes", container, timeout=PROBE_SECONDS, env=self.env)

    def runs(self, container: str) -> bool:
        """Tell whether a container is there and running."""
        words = ("container", "inspect", "--format", "{{.State.Running}}", container)
        try:
            return self.run(*words, what=f"looking at {container}", timeout=PROBE_SECONDS).strip() == "true"
        except ClusterError:
            return False

    def has(self, kind: str, name: str) -> bool:
        """Tell whether a container, network or image of this name exists."""
        return answers(self.program, kind, "inspect", name, timeout=PROBE_SECONDS, env=self.env)


def find() -> Engine | None:
    """Find an engine that answers."""
    if answers("docker", "version", "--format", "{{.Server.Version}}", timeout=PROBE_SECONDS):
        return Engine("docker")
    if shutil.which("podman") is None:
        return None
    podman = Engine("podman", {"KIND_EXPERIMENTAL_PROVIDER": "podman", **_settings()})
    return podman if answers("podman", "info", timeout=PROBE_SECONDS, env=podman.env) else None


def complete(found: Engine | None) -> Engine:
    """Give the engine that was found, installing Podman or what it lacks from Debian's packages."""
    if found is not None and ("CONTAINERS_CONF" not in found.env or all(map(shutil.which, NEEDED))):
        return found
    if not can_install():
        raise ClusterError(NO_ENGINE)
    say("engine: installing podman from Debian's packages")
    apt_install(*PACKAGES)
    engine = find()
    if engine is None:
        raise ClusterError("podman was installed from Debian's packages, but `podman info` does not answer")
    return engine


def apt_install(*packages: str) -> None:
    """Install Debian packages."""
    try:
        run("apt-get", "update", "-q", what="renewing Debian's package lists", timeout=180)
        run(
            *("apt-get", "install", "-yq", "--no-install-recommends", *packages),
            what=f"installing {packages[0]}",
            timeout=600,
            env={"DEBIAN_FRONTEND": "noninteractive"},
        )
    except ClusterError as error:
        raise ClusterError(
            f"Debian's packages {', '.join(packages)} cannot be had; check the network and apt's settings.\n{error}"
        ) from error


def can_install() -> bool:
    """Tell whether Podman could be installed: root, on Debian."""
    return os.geteuid() == 0 and Path("/etc/debian_version").exists() and shutil.which("apt-get") is not None


def _settings() -> dict[str, str]:
    """Give Podman settings of our own where the kernel's would stop it; otherwise it is used as it is."""
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    text = settings(unified_cgroups=Path("/sys/fs/cgroup/cgroup.controllers").exists(), open_files=hard)
    if os.geteuid() != 0 or not text or "CONTAINERS_CONF" in os.environ:
        return {}
    path = cache.root() / "containers.conf"
    path.write_text(text)
    return {"CONTAINERS_CONF": str(path)}


def settings(*, unified_cgroups: bool, open_files: int) -> str:
    """Write containers.conf for a machine, empty where Podman needs none. `open_files` is the hard limit."""
    low = open_files != resource.RLIM_INFINITY and open_files < PODMAN_OPEN_FILES
    if unified_cgroups and not low:
        return ""
    lines = []
    if low:
        lines += [
            "[containers]",
            f'default_ulimits = ["nofile={open_files}:{open_files}", "nproc=30000:30000"]',
        ]
    if not unified_cgroups:
        # crun refuses the older cgroup layouts
        lines += ["[engine]", 'runtime = "runc"']
    return "\n".join(lines) + "\n"
