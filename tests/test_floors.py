"""The floors: gui > exchange > project > concepts. Each may look down, never up."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "insight_app"
FLOORS = ("concepts", "project", "exchange", "gui")
FACES = {"cli", "demo", "worker", "__main__"}
"""Modules that stand before the floors: nothing below the window may know them."""
QT = {"PySide6", "shiboken6", "pyqtgraph", "qtawesome", "qtpy"}
FORBIDDEN = {
    "concepts": QT | {"sqlalchemy", "alembic", "sqlite3", "rdflib", "networkx", "typer", "rich"},
    "project": QT | {"rdflib", "typer", "rich"},
    "exchange": QT | {"sqlalchemy", "alembic", "sqlite3", "torch", "typer", "rich"},
    "gui": {"sqlalchemy", "alembic", "sqlite3", "torch", "transformers", "scipy", "typer", "rich"},
}


def modules(folder: Path) -> list[Path]:
    return sorted(folder.rglob("*.py"))


def imports(path: Path) -> list[str]:
    return list(imported(path.read_text(encoding="utf-8"), path.relative_to(ROOT).parts[:-1]))


def imported(text: str, package: tuple[str, ...]) -> Iterator[str]:
    """Every dotted name that a module imports, also inside functions, relative ones spelled out."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = package[: len(package) - node.level + 1] if node.level else ()
            base = ".".join([*above, *([node.module] if node.module else [])])
            yield from (f"{base}.{alias.name}" for alias in node.names)


def floor_of(name: str) -> str | None:
    """The floor of a dotted name of ours, None for what is no floor."""
    parts = name.split(".")
    return parts[1] if parts[0] == "insight_app" and len(parts) > 1 and parts[1] in FLOORS else None


@pytest.mark.parametrize("floor", FLOORS)
def test_no_floor_looks_up(floor: str) -> None:
    above = FLOORS[FLOORS.index(floor) + 1 :]
    found = [
        f"{path.relative_to(ROOT)} imports {name}"
        for path in modules(PACKAGE / floor)
        for name in imports(path)
        if floor_of(name) in above
        or (
            floor != "gui"
            and name.split(".")[:1] == ["insight_app"]
            and name.split(".")[1] in FACES
        )
    ]
    assert found == []


@pytest.mark.parametrize("floor", FLOORS)
def test_each_floor_leaves_out_what_is_not_its_business(floor: str) -> None:
    found = [
        f"{path.relative_to(ROOT)} imports {name}"
        for path in modules(PACKAGE / floor)
        for name in imports(path)
        if name.split(".")[0] in FORBIDDEN[floor]
    ]
    assert found == []


def test_every_module_says_what_it_owns() -> None:
    silent = [
        str(path.relative_to(ROOT))
        for path in modules(PACKAGE)
        if path.read_text(encoding="utf-8").strip()
        and not ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
    ]
    assert silent == []


def test_imports_are_seen_wherever_they_stand() -> None:
    text = "from ..gui import app\ndef f():\n    if True:\n        import torch.nn as nn\n"
    assert list(imported(text, ("insight_app", "project"))) == ["insight_app.gui.app", "torch.nn"]
