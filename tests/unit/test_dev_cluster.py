"""The development cluster's pure parts: what it is made of, what it says, what it remembers."""

import socket
from pathlib import Path

import pytest
import yaml

from dev.cluster import (
    binaries,
    control_plane_images,
    engine,
    lifecycle,
    node_image,
    pins,
    ports,
    prerequisites,
    programs,
    state,
)
from dev.cluster.lock import lock, refusal
from dev.cluster.progress import ClusterError


@pytest.fixture(autouse=True)
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GOLIVE_CACHE", str(tmp_path / "cache"))
    monkeypatch.delenv("GOLIVE_CLUSTER_LOCK", raising=False)
    monkeypatch.setattr("dev.cluster.lock.LOCK", tmp_path / "cluster.lock")


def test_empty_cache_lacks_everything() -> None:
    assert prerequisites.missing() == ["kube", "kind", "gateway-api", "node", "addons", "demo-app"]


def test_what_is_cached_is_not_missing() -> None:
    binaries.kind_place().mkdir()
    node_image.place().mkdir()
    assert prerequisites.missing() == ["kube", "gateway-api", "addons", "demo-app"]


def test_cluster_is_replaced_when_its_manifests_change(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = lifecycle.inputs()
    assert lifecycle.inputs() == before
    (tmp_path / "other.yaml").write_text("kind: Namespace")
    monkeypatch.setattr(pins, "MANIFESTS", tmp_path)
    assert lifecycle.inputs() != before


def test_no_engine_and_not_root(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "can_install", lambda: False)
    with pytest.raises(ClusterError, match=r"Start Docker or Podman, or run as root on Debian"):
        prerequisites.check(None, ports_are_ours=False)


def test_taken_port_is_named_with_its_holder(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        monkeypatch.setattr(prerequisites, "PORTS", {port: "Traefik"})
        with pytest.raises(ClusterError, match=rf"port {port} on 127.0.0.1 is taken by .*; Traefik needs it"):
            prerequisites.check(engine.Engine("docker"), ports_are_ours=False)
    assert not ports.taken(port)


@pytest.mark.parametrize(
    ("holder", "expected"),
    [
        ("nginx (pid 7)", "port 9090 on 127.0.0.1 is taken by nginx (pid 7); Prometheus needs it."),
        ("", "port 9090 on 127.0.0.1 is taken; Prometheus needs it."),
    ],
)
def test_port_sentence(holder: str, expected: str) -> None:
    assert ports.sentence(9090, "Prometheus", holder).startswith(expected)


def test_state_survives_writing_and_reading() -> None:
    made = state.new("abc", "podman", made_network=True, made_modules=False, made_mounts=("/run/netns",))
    state.write(made)
    assert state.read() == made
    state.forget()
    assert state.read() is None


@pytest.mark.parametrize("text", ["", "{}", "[1]", '{"inputs": "x", "unknown": 1}', "null"])
def test_a_record_of_somebody_else_is_not_ours(text: str) -> None:
    assert state.State.from_json(text) is None


def test_second_user_is_refused_with_a_sentence() -> None:
    with lock("make demo") as _, pytest.MonkeyPatch.context() as other:
        other.delenv("GOLIVE_CLUSTER_LOCK")
        with (
            pytest.raises(ClusterError, match=r"in use by `make demo` \(pid \d+\) of .* since"),
            lock("make test"),
        ):
            pass


def test_what_the_holder_starts_may_use_the_cluster() -> None:
    with lock("make demo"), lock("make cluster"):
        pass
    with lock("make test"):
        pass


def test_refusal_of_an_unreadable_holder() -> None:
    assert refusal({}).startswith("the cluster is in use by `another command`")


@pytest.mark.parametrize(
    ("unified", "files", "expected"),
    [
        (True, 1_048_576, ""),
        (True, 20_000, '[containers]\ndefault_ulimits = ["nofile=20000:20000", "nproc=30000:30000"]\n'),
        (False, 1_048_576, '[engine]\nruntime = "runc"\n'),
        (False, -1, '[engine]\nruntime = "runc"\n'),
    ],
)
def test_podman_gets_settings_only_where_it_needs_them(*, unified: bool, files: int, expected: str) -> None:
    assert engine.settings(unified_cgroups=unified, open_files=files) == expected


def test_manifests_use_the_pinned_images() -> None:
    texts = [path.read_text() for path in sorted(pins.MANIFESTS.glob("*.yaml"))]
    documents = [document for text in texts for document in yaml.safe_load_all(text)]
    deployments = [document for document in documents if document["kind"] == "Deployment"]
    used = {deployment["spec"]["template"]["spec"]["containers"][0]["image"] for deployment in deployments}
    assert used == {pins.TRAEFIK_IMAGE, pins.PROMETHEUS_IMAGE}


def test_kind_configuration_maps_the_ports_we_check() -> None:
    node = yaml.safe_load(pins.KIND_CONFIG.read_text())["nodes"][0]
    assert {mapping["hostPort"] for mapping in node["extraPortMappings"]} == set(prerequisites.PORTS)
    assert {mapping["listenAddress"] for mapping in node["extraPortMappings"]} == {"127.0.0.1"}


@pytest.mark.parametrize(
    ("name", "first"),
    [
        ("kube-proxy", "FROM base"),
        ("etcd", "FROM scratch"),
        ("coredns", "FROM scratch"),
        ("pause", "FROM scratch"),
    ],
)
def test_control_plane_image_starts_from(name: str, first: str) -> None:
    assert control_plane_images.containerfile(name, "base").splitlines()[0] == first


def test_a_failing_program_is_quoted() -> None:
    with pytest.raises(
        ClusterError, match=r"trying: `sh -c echo why >&2; exit 3` ended with 3 and said:\n    why"
    ):
        programs.run("sh", "-c", "echo why >&2; exit 3", what="trying", timeout=5)


def test_a_missing_program_is_named() -> None:
    with pytest.raises(ClusterError, match="the program golive-nothing is not installed"):
        programs.run("golive-nothing", what="trying", timeout=5)


def test_a_hanging_program_is_ended() -> None:
    with pytest.raises(ClusterError, match="did not end within 0 s"):
        programs.run("sleep", "60", what="trying", timeout=0.05)
