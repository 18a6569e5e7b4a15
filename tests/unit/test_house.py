"""Budgets of the code: short files, short functions, and no word that says nothing or belongs elsewhere."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LONGEST_FILE, LONGEST_FUNCTION = 300, 50
SOURCES = sorted(
    path.relative_to(ROOT)
    for folder in ("operator", "dev")
    for path in (ROOT / folder).rglob("*.py")
    if "__pycache__" not in path.parts
)
EMPTY_NAMES = re.compile(r"(Manager|Helper|Util|Utils|Handler|Impl)$|^(Abstract|Base)[A-Z]")
UNFINISHED = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b")
OUTSIDE = re.compile(
    r"https?://(?!127\.0\.0\.1|(?:prometheus|collector)\.monitoring|kubernetes\.default|[{$])[\w.-]+|(?<![\w.}])/(?:root|home)/"
)
"""Addresses and paths of somebody's own machine: the project names none but its own."""


def parsed(path: Path) -> ast.Module:
    return ast.parse((ROOT / path).read_text())


def functions(tree: ast.Module) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    return (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))


def too_long(tree: ast.Module) -> list[str]:
    return [
        f"{node.name}: {(node.end_lineno or node.lineno) - node.lineno + 1} lines"
        for node in functions(tree)
        if (node.end_lineno or node.lineno) - node.lineno + 1 > LONGEST_FUNCTION
    ]


def empty_names(tree: ast.Module) -> list[str]:
    return [
        node.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef) and EMPTY_NAMES.search(node.name)
    ]


def test_there_is_something_to_look_at() -> None:
    assert len(SOURCES) > 80
    assert Path("operator/golive/reconcile.py") in SOURCES


@pytest.mark.parametrize("path", SOURCES, ids=str)
def test_a_file_keeps_to_its_budget(path: Path) -> None:
    text = (ROOT / path).read_text()
    tree = parsed(path)
    assert len(text.splitlines()) <= LONGEST_FILE
    assert too_long(tree) == []
    assert empty_names(tree) == []
    assert UNFINISHED.findall(text) == []
    assert OUTSIDE.findall(text) == []
    assert text == "" or ast.get_docstring(tree), "a module begins with its contract in a docstring"


def test_the_budgets_can_be_broken() -> None:
    long = "def f():\n" + "    x = 1\n" * LONGEST_FUNCTION
    assert too_long(ast.parse(long)) == ["f: 51 lines"]
    assert too_long(ast.parse("async " + long.replace("    x = 1\n", "", 1))) == []
    assert OUTSIDE.findall("get('https://index.example/simple')  # see /home/me/notes") != []
    assert empty_names(ast.parse("class RouteManager: ...\nclass Route: ...")) == ["RouteManager"]
    assert UNFINISHED.findall("# TODO: later") == ["TODO"]


def imports(tree: ast.Module) -> set[str]:
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found.add(node.module or "")
    return found


@pytest.mark.parametrize("path", [path for path in SOURCES if path.parts[0] == "operator"], ids=str)
def test_the_operator_never_imports_what_builds_and_tests_it(path: Path) -> None:
    assert not {name.split(".")[0] for name in imports(parsed(path))} & {"dev", "tests", "pytest"}
