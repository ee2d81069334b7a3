"""The floors: gui > exchange > project > concepts. Each may look down, never up.

And no module, and no room of a floor, imports itself by way of others.
"""

import ast
import re
import sys
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from importlib.metadata import packages_distributions
from pathlib import Path

import networkx
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
STATE = "insight_app.gui.state"
ABOVE_STATE = ("window", "panels", "photo", "dialogs", "curation", "statistics", "explain")
"""The parts of the window that read its state: the state knows none of them."""


def modules(folder: Path) -> list[Path]:
    return sorted(folder.rglob("*.py"))


def imports(path: Path, *, at_run_time: bool = False) -> list[str]:
    text, package = path.read_text(encoding="utf-8"), path.relative_to(ROOT).parts[:-1]
    return list(imported(text, package, at_run_time=at_run_time))


def imported(text: str, package: tuple[str, ...], *, at_run_time: bool = False) -> Iterator[str]:
    """Every dotted name that a module imports, also inside functions, relative ones spelled out.

    at_run_time: without those that only a type checker sees.
    """
    tree = ast.parse(text)
    only_types = {
        node
        for condition in ast.walk(tree)
        if at_run_time
        and isinstance(condition, ast.If)
        and ast.unparse(condition.test).endswith("TYPE_CHECKING")
        for statement in condition.body
        for node in ast.walk(statement)
    }
    for node in ast.walk(tree):
        if node in only_types:
            continue
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


def module_of(name: str) -> str | None:
    """The module of ours that a dotted name is or lies in, None for another's name."""
    while name and name not in by_name():
        name = name.rpartition(".")[0]
    return name or None


@cache
def by_name() -> Mapping[str, Path]:
    """Our modules by their dotted names."""
    return {
        ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): path
        for path in modules(PACKAGE)
    }


@cache
def graph() -> Mapping[str, set[str]]:
    """Which of our modules imports which others, when it runs."""
    found = {
        name: {module_of(other) for other in imports(path, at_run_time=True)}
        for name, path in by_name().items()
    }
    return {name: {other for other in others if other} for name, others in found.items()}


def circles(edges: Iterable[tuple[str, str]]) -> list[list[str]]:
    """The groups of nodes that reach each other."""
    components = networkx.strongly_connected_components(networkx.DiGraph(edges))
    return sorted(sorted(group) for group in components if len(group) > 1)


def room_of(module: str) -> str:
    """The room of a module: the folder, or the single module, right beneath its floor."""
    return ".".join(module.split(".")[:3])


def test_no_module_imports_itself_by_way_of_others() -> None:
    assert circles((name, other) for name, others in graph().items() for other in others) == []


@pytest.mark.parametrize("floor", (*FLOORS, "worker", "cli"))
def test_no_room_imports_itself_by_way_of_others(floor: str) -> None:
    inside = f"insight_app.{floor}."
    found = circles(
        (room_of(name), room_of(other))
        for name, others in graph().items()
        for other in others
        if name.startswith(inside) and other.startswith(inside)
    )
    assert found == []


@pytest.mark.parametrize("room", ABOVE_STATE)
def test_the_state_of_the_window_knows_nothing_of_what_shows_it(room: str) -> None:
    above = f"insight_app.gui.{room}"
    todo = [(name, (name,)) for name in graph() if name.startswith(STATE)]
    seen = {name for name, _ in todo}
    found = []
    while todo:
        name, way = todo.pop(0)
        for other in graph()[name] - seen:
            seen.add(other)
            todo.append((other, (*way, other)))
            if other == above or other.startswith(f"{above}."):
                found.append(" > ".join((*way, other)))
    assert found == []


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


def test_a_class_has_a_name_of_its_own() -> None:
    """But for those that a module keeps to itself."""
    places: dict[str, list[str]] = {}
    for path in modules(PACKAGE):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                places.setdefault(node.name, []).append(str(path.relative_to(ROOT)))
    assert {name: where for name, where in places.items() if len(where) > 1} == {}


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
    text = "if TYPE_CHECKING:\n    import torch\nelse:\n    import numpy\n"
    assert list(imported(text, ())) == ["torch", "numpy"]
    assert list(imported(text, (), at_run_time=True)) == ["numpy"]


def test_a_circle_is_seen() -> None:
    assert circles([("a", "b"), ("b", "c"), ("c", "a"), ("c", "d")]) == [["a", "b", "c"]]


def test_what_is_imported_is_declared() -> None:
    """Also what comes along with something else today."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    declared = {
        re.split(r"[\s\[<>=!~;]", line)[0].replace("_", "-").lower()
        for line in settings["project"]["dependencies"]
    } | {"shiboken6"}  # a part of PySide6
    made_by = packages_distributions()
    undeclared = set()
    for path in modules(PACKAGE):
        for name in imports(path):
            top = name.split(".")[0]
            names = {dist.replace("_", "-").lower() for dist in made_by.get(top, [top])}
            if top != "insight_app" and top not in sys.stdlib_module_names and not names & declared:
                undeclared.add(top)
    assert undeclared == set()
