"""What docstrings say: what a function does, in the imperative, and the shapes of its arrays.

Ruff (D401) knows most of what is no verb; here stand the verbs, and the shapes.
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "insight_app"
IMPERATIVE = ["concepts", "worker", "cli"]
"""Folders whose functions say what they do in the imperative. To become all of them."""
SHAPED = ["concepts"]
"""Folders whose public functions of arrays say shapes. To become all that compute."""

VERBS = set(
    re.findall(
        r"\w+",
        """
    Add Analyze Answer Append Apply Ask Bring Build Call Cancel Centre Check Choose Clear Close Code
    Compare Compute Convert Copy Count Create Cut Declare Decode Delete Describe Do Download Draw
    Drop Embed Encode Estimate Fetch Fill Find Fit Fold Follow Gather Give Group Hide Ignore Import
    Install Join Keep Leave Let List Load Lock Look Make Mark Measure Merge Move Name Note Offer
    Open Pad Parse Pass Prepare Print Publish Put Raise Read Record Redo Reject Remove Rename
    Replace Reshape Restore Return Rewrite Round Run Save Scale Search See Select Send Set Show Skip
    Sort Split Start Stop Store Subtract Take Tell Train Try Turn Undo Update Verify Wait Warn Work
    Write Yield
    """,
    )
)
SHAPE = re.compile(r"\((?:[\w+*/. ]+,\s*)+[\w+*/. ]*\)")
"""Such as (N,), (T, D) or (B, h / 32, ...)."""
ARRAY = re.compile(r"\b(NDArray|ndarray|Tensor|csr_array)\b")
BY_NAME = re.compile(r"\b(dict|Mapping|Callable)\[")
"""What holds arrays of many shapes, or makes them."""

Function = ast.FunctionDef


def functions(path: Path) -> Iterator[tuple[str, Function]]:
    """All functions of a module with their dotted names, those of classes too."""

    def within(body: list[ast.stmt], before: str) -> Iterator[tuple[str, Function]]:
        for node in body:
            if isinstance(node, ast.ClassDef):
                yield from within(node.body, f"{before}{node.name}.")
            elif isinstance(node, ast.FunctionDef):
                yield f"{before}{node.name}", node

    yield from within(ast.parse(path.read_text(encoding="utf-8")).body, "")


def is_property(function: Function) -> bool:
    return any(ast.unparse(one).endswith("property") for one in function.decorator_list)


def is_public(name: str) -> bool:
    return not any(part.startswith("_") for part in name.split("."))


def takes_or_returns_arrays(function: Function) -> bool:
    arguments = [*function.args.args, *function.args.kwonlyargs]
    annotations = [one.annotation for one in arguments] + [function.returns]
    texts = [ast.unparse(one) for one in annotations if one is not None]
    return any(ARRAY.search(text) and not BY_NAME.search(text) for text in texts)


def has_shape(text: str) -> bool:
    return SHAPE.search(text) is not None


def modules(folder: str) -> list[Path]:
    return sorted((PACKAGE / folder).rglob("*.py"))


@pytest.mark.parametrize("folder", [*IMPERATIVE, "*"])
def test_a_function_says_what_it_does_in_the_imperative(folder: str) -> None:
    """Folder "*": the modules beside the folders. A property says what it is."""
    others = [
        f"{path.relative_to(ROOT)}, {name}: {text.split()[0]}"
        for path in (sorted(PACKAGE.glob("*.py")) if folder == "*" else modules(folder))
        for name, function in functions(path)
        if (text := ast.get_docstring(function)) and not is_property(function)
        if text.split()[0].rstrip(",:;.") not in VERBS
    ]
    assert others == [], "begin with a verb (a new one belongs into VERBS)"


@pytest.mark.parametrize("folder", SHAPED)
def test_public_functions_of_arrays_say_their_shapes(folder: str) -> None:
    silent = [
        f"{path.relative_to(ROOT)}, {name}"
        for path in modules(folder)
        for name, function in functions(path)
        if is_public(name)
        and takes_or_returns_arrays(function)
        and not is_property(function)
        and not has_shape(ast.get_docstring(function) or "")
    ]
    assert silent == []


def test_shapes_are_told_from_other_brackets() -> None:
    assert all(map(has_shape, ("x (N,)", "(T, D) float32", "logits (B, h / 32, C)", "(F + 1,)")))
    assert not any(map(has_shape, ("it (that is, all)...", "see (METHOD.md)", "()", "f(x)")[1:]))
