"""Errors in plain words: of the world or a refusal, never something in between."""

import ast
from pathlib import Path

from insight_app import errors

PACKAGE = Path(errors.__file__).parent


def test_whatever_is_raised_says_whose_fault_it_is() -> None:
    undecided = [
        f"{path.relative_to(PACKAGE)}:{node.lineno}"
        for path in sorted(PACKAGE.rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if (isinstance(node, ast.Call) and _is_known_error(node.func))
        or (
            isinstance(node, ast.ClassDef)
            and path.name != "errors.py"
            and any(_is_known_error(base) for base in node.bases)
        )
    ]
    assert undecided == []


def _is_known_error(node: ast.expr) -> bool:
    name = node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")
    return name == "KnownError"
