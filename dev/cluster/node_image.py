"""The kind node image, built from Debian packages and our own Kubernetes where it cannot be pulled.

Arranged as kind's own images/base/Dockerfile and `kind build node-image` arrange it.
"""

import shutil
from pathlib import Path

from dev.cluster import binaries, cache, control_plane_images, debian, golang, pins
from dev.cluster.engine import Engine, apt_install, can_install
from dev.cluster.programs import run
from dev.cluster.progress import say

# A change in any of these makes another image.
RECIPE = ("node", "coredns", "pause", "node_image.py", "control_plane_images.py", "debian.py")
SOURCE = pins.HERE / "node"
PACKAGES = (
    "systemd,systemd-sysv,conntrack,iptables,nftables,iproute2,ethtool,util-linux,mount,kmod,libseccomp2,e2fsprogs,bash,"
    "ca-certificates,jq,procps,hostname,socat,containerd,runc,containernetworking-plugins,login,passwd"
)
# What kind's Dockerfile disables: a container has no hardware to start.
DISABLED = (
    "usr/lib/systemd/system/sysinit.target.wants/systemd-tmpfiles-setup.service",
    "usr/lib/systemd/system/multi-user.target.wants/*",
    "etc/systemd/system/*.wants/*",
    "usr/lib/systemd/system/local-fs.target.wants/*",
    "usr/lib/systemd/system/sockets.target.wants/*udev*",
    "usr/lib/systemd/system/sockets.target.wants/*initctl*",
    "usr/lib/systemd/system/basic.target.wants/*",
)
ENABLED = ("kubelet", "containerd", "undo-mount-hacks")
FOLDERS = (
    "kind/bin",
    "kind/manifests",
    "usr/local/bin",
    "usr/local/sbin",
    "etc/kubernetes/manifests",
    "opt/cni",
)
# Without its own stop signal systemd ignores the request, and every `down` waits ten seconds.
CONTAINERFILE = """FROM {}
STOPSIGNAL SIGRTMIN+3
ENTRYPOINT ["/usr/local/bin/entrypoint", "/sbin/init"]"""
LINKS = {
    **{
        f"usr/local/bin/{name}": f"/usr/bin/{name}"
        for name in ("containerd", "ctr", "containerd-shim-runc-v2")
    },
    **{f"usr/bin/{name}": "kube" for name in ("kubeadm", "kubelet", "kubectl")},
    "usr/local/sbin/runc": "/usr/sbin/runc",
    "opt/cni/bin": "/usr/lib/cni",
    "etc/systemd/system/systemd-binfmt.service": "/dev/null",
}


def place() -> Path:
    """Name the folder with the node image's archive."""
    recipe = (pins.HERE / name for name in RECIPE)
    return cache.place("node", binaries.kube_place().name, pins.KIND, pins.DEBIAN, *recipe)


def ensure(engine: Engine) -> None:
    """Give the engine the node image, as it is, from the cache, pulled, or built; else kind's own has to serve."""
    inputs = place().name
    if engine.inputs_of(pins.NODE_IMAGE) in ("", inputs):
        return
    if not place().is_dir() and engine.pull(pins.NODE_IMAGE):
        return
    if not place().is_dir() and not can_install():
        # Not every patch version has an image, and kind knows by itself of one that has.
        say(f"{pins.NODE_IMAGE}: cannot be pulled, and only root on Debian can build it; kind brings its own")
        return
    archive = cache.keep(
        place(), "node image: building (about 90 s, once)", lambda half: _build(engine, half)
    )
    if engine.inputs_of(pins.NODE_IMAGE) != inputs:
        say("node image: loading from the cache")
        engine.run("load", "--input", archive / "node.tar", what="loading the node image", timeout=300)


def _build(engine: Engine, half: Path) -> None:
    if shutil.which("mmdebstrap") is None:
        apt_install("mmdebstrap")
    root = half / "root"
    # What needs the network comes before what needs minutes: a missing mirror is told at once.
    say("node image: Debian packages")
    debian.unpack(root, PACKAGES)
    images = half / "images.tar"
    control_plane_images.build(engine, half, images)
    _arrange(root)
    say("node image: putting it together")
    _commit(engine, half, root, images)
    engine.save(half / "node.tar", pins.NODE_IMAGE)
    shutil.rmtree(root)
    images.unlink()


def _arrange(root: Path) -> None:
    kind_files = golang.module("sigs.k8s.io/kind", pins.KIND) / "images" / "base" / "files"
    for folder in FOLDERS:
        (root / folder).mkdir(parents=True, exist_ok=True)
    for pattern in DISABLED:
        for path in root.glob(pattern):
            path.unlink()
    _copy(kind_files / "etc", root / "etc", 0o644)
    _copy(kind_files / "usr" / "local" / "bin", root / "usr" / "local" / "bin", 0o755)
    _copy(kind_files / "kind" / "bin", root / "kind" / "bin", 0o755)
    shutil.copy(binaries.kube() / "kube", root / "usr" / "bin" / "kube")
    for link, target in LINKS.items():
        (root / link).symlink_to(target)
    (root / "kind" / "version").write_text(pins.KUBERNETES)
    _copy(SOURCE, root / "kind" / "manifests", 0o644, only="default-*.yaml")
    _copy(SOURCE, root / "etc" / "cni" / "net.d", 0o644, only="*.conflist")
    _copy(SOURCE, root, 0o755, only="prepare.sh")
    _systemd(root / "etc" / "systemd")
    _containerd(root / "etc" / "containerd" / "config.toml")
    (root / "etc" / "hostname").unlink(missing_ok=True)
    (root / "etc" / "resolv.conf").write_text("")


def _copy(source: Path, target: Path, mode: int, only: str = "*") -> None:
    for path in source.rglob(only):
        if path.is_file():
            copy = target / path.relative_to(source)
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, copy)
            copy.chmod(mode)


def _systemd(settings: Path) -> None:
    wanted = settings / "system" / "multi-user.target.wants"
    wanted.mkdir(parents=True, exist_ok=True)
    for unit in ENABLED:
        (wanted / f"{unit}.service").symlink_to(f"/etc/systemd/system/{unit}.service")
    with (settings / "journald.conf").open("a") as journal:
        journal.write("ReadKMsg=no\n")


def _containerd(config: Path) -> None:
    pause = next(image for image in control_plane_images.names() if "/pause:" in image)
    text = config.read_text()
    # Without CAP_SYS_RESOURCE runc may not lower a container's OOM score below our own: every pod would fail.
    text = text.replace("restrict_oom_score_adj = false", "restrict_oom_score_adj = true")
    lines = (
        f'  sandbox_image = "{pause}"' if "sandbox_image" in line else line for line in text.splitlines()
    )
    config.write_text("\n".join(lines) + "\n")


def _commit(engine: Engine, half: Path, root: Path, images_archive: Path) -> None:
    base, prepared = "localhost/golive-node:base", "localhost/golive-node:prepared"
    container = "golive-node-build"
    # One that was killed may have left it: nobody else builds here at the same time.
    engine.remove(container)
    archive = half / "root.tar"
    run("tar", "-C", root, "-cf", archive, ".", what="packing the node image", timeout=300)
    engine.run(
        "import", "--change", "ENV container=podman", archive, base, what="importing the node", timeout=300
    )
    archive.unlink()
    options = ("--detach", "--privileged", "--network", "none", "--name", container, "--entrypoint", "sleep")
    try:
        engine.run("run", *options, base, "infinity", what="starting the node image")
        prepare = ("exec", "--interactive", container, "/prepare.sh")
        engine.run(*prepare, what="importing the control plane's images", timeout=300, stdin=images_archive)
        engine.run("commit", container, prepared, what="saving the node image", timeout=300)
    finally:
        engine.remove(container)
    (half / "empty").mkdir()
    engine.build(pins.NODE_IMAGE, CONTAINERFILE.format(prepared), half / "empty", place().name)
    (half / "empty").rmdir()
