"""The cache: keys follow contents, builds appear whole or not at all."""

from pathlib import Path

import pytest

from dev.cluster import cache


@pytest.fixture(autouse=True)
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("GOLIVE_CACHE", str(tmp_path / "cache"))
    return cache.root()


def tree(folder: Path, **files: str) -> Path:
    folder.mkdir()
    for name, text in files.items():
        (folder / name).write_text(text)
    return folder


def test_key_follows_contents_not_places(tmp_path: Path) -> None:
    one, two = tree(tmp_path / "one", a="1", b="2"), tree(tmp_path / "two", a="1", b="2")
    assert cache.key(one) == cache.key(two)


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ({"a": "1"}, {"a": "2"}),
        ({"a": "1"}, {"b": "1"}),
        ({"a": "12", "b": ""}, {"a": "1", "b": "2"}),
    ],
)
def test_key_changes_with_contents(tmp_path: Path, left: dict[str, str], right: dict[str, str]) -> None:
    assert cache.key(tree(tmp_path / "one", **left)) != cache.key(tree(tmp_path / "two", **right))


def test_key_keeps_texts_apart() -> None:
    assert cache.key("ab", "c") != cache.key("a", "bc")


def test_built_once() -> None:
    target = cache.place("thing", "v1")
    built: list[Path] = []

    def build(half: Path) -> None:
        built.append(half)
        (half / "file").write_text("whole")

    assert cache.keep(target, "building", build) == cache.keep(target, "building", build) == target
    assert len(built) == 1
    assert (target / "file").read_text() == "whole"


def test_interrupted_build_leaves_nothing(own_cache: Path) -> None:
    target = cache.place("thing", "v1")

    def build(half: Path) -> None:
        (half / "file").write_text("half")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        cache.keep(target, "building", build)
    assert not list(own_cache.glob("*thing*"))


def test_what_a_killed_build_left_is_swept(own_cache: Path) -> None:
    target = cache.place("thing", "v1")
    left = own_cache / f".{target.name}.killed"
    left.mkdir()
    cache.keep(target, "building", lambda half: (half / "file").touch())
    assert not left.exists()


def test_a_build_may_need_another_build() -> None:
    inner, outer = cache.place("inner"), cache.place("outer")
    cache.keep(
        outer, "outer", lambda _: (cache.keep(inner, "inner", lambda half: (half / "file").touch()), None)[1]
    )
    assert (inner / "file").exists()
    assert outer.is_dir()
