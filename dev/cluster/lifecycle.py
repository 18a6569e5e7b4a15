"""Up, down and status of the development cluster.

`up` and `down` can be repeated and interrupted; the caller holds the lock.
"""

import os
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from dev.cluster import (
    addon_images,
    addons,
    binaries,
    cache,
    engine,
    mounts,
    node_image,
    pins,
    prerequisites,
    state,
)
from dev.cluster.engine import Engine
from dev.cluster.kubectl import kubectl
from dev.cluster.programs import run
from dev.cluster.progress import ClusterError, say
from dev.cluster.state import State

CONTAINER = f"{pins.CLUSTER}-control-plane"
NETWORK = "kind"
MODULES = Path("/lib/modules")
CREATE_SECONDS = 240


@dataclass(frozen=True)
class Cluster:
    """Where the running cluster is reached from this machine."""

    kubeconfig: Path
    router: str = f"http://127.0.0.1:{pins.ROUTER_PORT}"
    prometheus: str = f"http://127.0.0.1:{pins.PROMETHEUS_PORT}"


def inputs() -> str:
    """Hash everything the cluster is made of, so that a changed one is replaced."""
    made = (
        node_image.place(),
        addon_images.system_place(),
        addon_images.app_place(),
        binaries.gateway_api_place(),
    )
    return cache.key(pins.KIND_CONFIG, pins.MANIFESTS, pins.KIND, *(place.name for place in made))


def up() -> Cluster:
    """Bring the cluster up, or give the one that runs if it is the same."""
    with mounts.restored(unless=lambda: state.read() is not None) as unmounted:
        found = engine.find()
        exists = found is not None and found.has("container", CONTAINER)
        prerequisites.check(found, ports_are_ours=found is not None and found.runs(CONTAINER))
        used = engine.complete(found)
        if exists and _reusable(used):
            say("cluster: it runs already and is up to date")
        else:
            _replace(used, unmounted, exists=exists)
        _finish(used)
    return Cluster(state.kubeconfig())


def _finish(used: Engine) -> None:
    """Bring everything into the cluster, also where an earlier `up` was interrupted, and wait for it."""
    made = state.read()
    if made is None:
        raise ClusterError("the cluster's record disappeared while it was coming up; try again")
    with ThreadPoolExecutor() as pool:
        work = [pool.submit(addons.define)]
        if addons.record() != made.to_json():
            say("cluster: loading Traefik, Prometheus, the demo app; applying the Gateway API")
            work.append(pool.submit(addons.load, used))
        for one in work:
            one.result()
    say("cluster: applying Traefik and Prometheus")
    addons.apply()
    addons.keep_record(made.to_json())
    addons.wait()


def down() -> None:
    """Take the cluster down and leave nothing that `up` created outside the cache."""
    with mounts.restored():
        found = engine.find()
        _refuse_another_engine(found)
        made = None if found is None else _made(found, exists=found.has("container", CONTAINER))
        if found is None or made is None:
            state.forget()
            say("cluster: none is running")
            return
        _remove(found, made)


def status() -> str:
    """Say in one line what runs."""
    with mounts.restored():
        return _status(engine.find())


def _status(found: Engine | None) -> str:
    if found is None:
        return "no container engine answers, so no cluster is running"
    if not found.has("container", CONTAINER):
        return "no cluster is running; `make cluster` starts one"
    made = _known(found)
    if made is None:
        return f"a kind cluster named {pins.CLUSTER} is running that this project did not make"
    fresh = "up to date" if made.inputs == inputs() else "out of date: the next `make cluster` replaces it"
    return f"running since {made.since}, made from {made.checkout}, {fresh}"


def prepare(used: Engine) -> None:
    """Build or fetch everything a cluster is made of, and start nothing."""
    node_image.ensure(used)
    addon_images.system(used)
    addon_images.app(used)
    binaries.gateway_api()
    binaries.kind()


def _reusable(used: Engine) -> bool:
    """Tell whether the cluster that is there answers and is made of the same things."""
    made = _known(used)
    if made is None or made.inputs != inputs():
        return False
    try:
        kubectl("get", "--raw", "/readyz", timeout=10)
    except ClusterError:
        return False
    state.write(made)
    return True


def _replace(used: Engine, unmounted: tuple[str, ...], *, exists: bool) -> None:
    """Build what is missing, then remove an old cluster, then create the new one."""
    made = _made(used, exists=exists)
    prepare(used)
    if made is not None:
        say(
            f"cluster: replacing the one of {made.since} from {made.checkout}, it is out of date or does not answer"
        )
        _remove(used, made)
    # What the old one's engine had mounted before is as much ours to undo as what this `up` finds missing.
    _create(used, (*unmounted, *(made.made_mounts if made else ())))


def _refuse_another_engine(found: Engine | None) -> None:
    """Refuse to take a cluster down where the engine that runs it does not answer: it would be forgotten, not ended."""
    made = state.read()
    if made is not None and (found is None or found.program != made.engine):
        raise ClusterError(
            f"the cluster of {made.since} was made with {made.engine}, which does not answer now. Start it, then try "
            f"again; if it is gone for good, so is the cluster: remove {state.file()}"
        )


def _made(used: Engine, *, exists: bool) -> State | None:
    """Find the record of what is there, or of what an interrupted `up` left; refuse to touch a stranger's cluster."""
    made = _known(used) if exists else state.read()
    if exists and made is None:
        raise ClusterError(
            f"a kind cluster named {pins.CLUSTER} is there that this project did not make. "
            f"If nobody needs it: `kind delete cluster --name {pins.CLUSTER}`, then try again"
        )
    return made


def _create(used: Engine, unmounted: tuple[str, ...]) -> None:
    made = state.new(
        inputs(),
        used.program,
        made_network=not used.has("network", NETWORK),
        made_modules=_may_make_modules(),
        made_mounts=unmounted,
    )
    state.write(made)
    if made.made_modules:
        MODULES.mkdir()
    say("kind: creating the cluster (about 12 s)")
    image = ("--image", pins.NODE_IMAGE) if used.has("image", pins.NODE_IMAGE) else ()
    try:
        _kind(
            *(used, "create", "cluster", *image, "--config", pins.KIND_CONFIG),
            *("--kubeconfig", state.kubeconfig()),
            timeout=CREATE_SECONDS,
        )
    except ClusterError:
        _remove(used, made)
        raise


def _may_make_modules() -> bool:
    """Tell whether the folder that kind binds into its node is missing and ours to make."""
    return os.geteuid() == 0 and MODULES.parent.is_dir() and not MODULES.exists()


def _remove(used: Engine, made: State) -> None:
    say("cluster: taking it down")
    # Nothing in the node is worth a shutdown in order, which takes the ten seconds an engine allows it.
    used.kill(CONTAINER)
    _kind(used, "delete", "cluster", "--kubeconfig", state.kubeconfig(), timeout=120)
    if made.made_network:
        _remove_network(used)
    if made.made_modules:
        # Somebody may have installed a kernel's modules meanwhile.
        with suppress(OSError):
            MODULES.rmdir()
    mounts.unmount(made.made_mounts)
    state.forget()


def _remove_network(used: Engine) -> None:
    try:
        if used.has("network", NETWORK):
            used.run("network", "rm", NETWORK, what=f"removing the network {NETWORK}")
    except ClusterError:
        say(f"cluster: the network {NETWORK} is left, another kind cluster uses it")


def _known(used: Engine) -> State | None:
    """Find the record of the cluster: in our cache, else in the cluster itself."""
    recorded = state.read()
    if recorded is not None:
        return recorded
    try:
        text = _kind(used, "get", "kubeconfig", timeout=30)
        state.kubeconfig().write_text(text)
        state.kubeconfig().chmod(0o600)
        return State.from_json(addons.record())
    except ClusterError:
        return None


def _kind(used: Engine, *words: str | Path, timeout: float) -> str:
    named = (*words, "--name", pins.CLUSTER)
    return run(binaries.kind(), *named, what=f"kind {words[0]} {words[1]}", timeout=timeout, env=used.env)
