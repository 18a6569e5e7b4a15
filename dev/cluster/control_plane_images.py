"""The images kubeadm asks for, under the names it asks for, made of our own Kubernetes and CoreDNS."""

import shutil
from pathlib import Path

from dev.cluster import binaries, debian, pins
from dev.cluster.engine import Engine
from dev.cluster.programs import run
from dev.cluster.progress import say


def build(engine: Engine, half: Path, archive: Path) -> None:
    """Build the images that kubeadm asks for, under the names it asks for."""
    say("node image: the control plane's images")
    context = half / "context"
    (context / "bin").mkdir(parents=True)
    shutil.copy(binaries.kube() / "kube", context / "bin" / "kube")
    for name in binaries.CONTROL_PLANE:
        (context / "bin" / name).symlink_to("kube")
    shutil.copy(binaries.coredns(), context / "coredns")
    shutil.copy(binaries.pause(), context / "pause")
    debian.unpack(half / "iptables.tar", "iptables")
    base = "localhost/golive-iptables"
    engine.run("import", half / "iptables.tar", base, what="importing Debian with iptables", timeout=300)
    for image in names():
        name = image.rsplit("/", 1)[-1].partition(":")[0]
        engine.build(image, containerfile(name, base), context, inputs="node")
    engine.save(archive, *names())
    engine.run("image", "rm", "--force", *names(), base, what="removing intermediate images")
    (half / "iptables.tar").unlink()
    shutil.rmtree(context)


def names() -> list[str]:
    """Name the control plane's images, as kubeadm does."""
    words = ("config", "images", "list", "--kubernetes-version", pins.KUBERNETES)
    return run(binaries.kube() / "kubeadm", *words, what="asking kubeadm for image names", timeout=30).split()


def containerfile(name: str, base: str) -> str:
    """Write the build file of one control plane image; `base` has iptables, for kube-proxy."""
    if name in ("coredns", "pause"):
        return f'FROM scratch\nCOPY {name} /{name}\nENTRYPOINT ["/{name}"]'
    path = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
    origin = base if name == "kube-proxy" else "scratch"
    return f'FROM {origin}\nENV PATH={path}\nCOPY bin/ /usr/local/bin/\nCMD ["{name}"]'
