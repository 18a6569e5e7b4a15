"""The diagram in docs/architecture.md is drawn from the transition table, and is never stale."""

import sys
from pathlib import Path

import pytest

from dev import diagram
from golive.decide.transitions import TRANSITIONS


def test_the_page_shows_the_table_of_today() -> None:
    page = diagram.PAGE.read_text()
    assert diagram.drawn(page) == page, "docs/architecture.md is stale: run `make docs`"


def test_the_page_has_one_place_for_it() -> None:
    page = diagram.PAGE.read_text()
    assert (page.count(diagram.BEGIN), page.count(diagram.END)) == (1, 1)
    assert page.index(diagram.BEGIN) < page.index(diagram.END)


def test_every_transition_is_drawn_with_its_reason() -> None:
    lines = diagram.diagram().splitlines()
    for (before, after), why in TRANSITIONS.items():
        assert f"    {before} --> {after}: {why}" in lines
    assert "    [*] --> Pending" in lines


def test_what_stands_around_it_stays() -> None:
    page = f"# Title\n{diagram.BEGIN}\nold\n{diagram.END}\nmore\n"
    drawn = diagram.drawn(page)
    assert drawn.startswith(f"# Title\n{diagram.BEGIN}\n```mermaid\n")
    assert drawn.endswith(f"```\n{diagram.END}\nmore\n")
    assert diagram.drawn(drawn) == drawn


def test_a_stale_page_is_told_and_mended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page = tmp_path / "page.md"
    page.write_text(f"{diagram.BEGIN}\nold\n{diagram.END}\n")
    monkeypatch.setattr(diagram, "PAGE", page)
    monkeypatch.setattr(sys, "argv", ["diagram", "--check"])
    assert diagram.main() == 1
    assert "old" in page.read_text()
    monkeypatch.setattr(sys, "argv", ["diagram"])
    assert diagram.main() == 0
    monkeypatch.setattr(sys, "argv", ["diagram", "--check"])
    assert diagram.main() == 0
