"""docs/metrics.md names every figure, and is never stale."""

import re

from dev import metrics
from golive import __version__
from golive.record.figures import CATALOGUE
from tests.unit.test_house import ROOT


def test_the_page_shows_the_figures_of_today() -> None:
    page = metrics.PAGE.read_text()
    assert metrics.written(page) == page, "docs/metrics.md is stale: run `make docs`"
    assert (page.count(metrics.BEGIN), page.count(metrics.END)) == (1, 1)


def test_every_figure_has_a_row_with_its_labels() -> None:
    rows = {row.split("|")[1].strip(" `"): row for row in metrics.table().splitlines()[2:]}
    assert set(rows) == {figure.name for figure in CATALOGUE}
    for figure in CATALOGUE:
        assert all(f"`{label}`" in rows[figure.name] for label in figure.labels)
        assert figure.about in rows[figure.name]


def test_a_stale_page_is_mended_and_what_stands_around_the_table_stays() -> None:
    page = f"# Title\n{metrics.BEGIN}\nold\n{metrics.END}\nmore\n"
    assert metrics.written(page) == f"# Title\n{metrics.BEGIN}\n{metrics.table()}\n{metrics.END}\nmore\n"


def test_every_alert_is_made_of_figures_there_are() -> None:
    alerts = metrics.PAGE.read_text().partition("Worth an alert")[2]
    told = {name.removesuffix("_bucket") for name in re.findall(r"golive_[a-z_]+", alerts)}
    assert told
    assert told <= {figure.name for figure in CATALOGUE}


def test_the_version_is_the_projects() -> None:
    assert f'version = "{__version__}"' in (ROOT / "pyproject.toml").read_text()
