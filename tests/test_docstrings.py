"""What docstrings say: what a function does, in the imperative, and the shapes of its arrays.

Ruff (D401) knows most of what is no verb; here stand the verbs, and the shapes.
"""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "insight_app"
WINDOW = ["gui/curation", "gui/dialogs", "gui/panels", "gui/photo", "gui/statistics"]
IMPERATIVE = ["concepts", "worker", "cli", "exchange", "project", *WINDOW]
"""Folders whose functions say what they do in the imperative. To become all of them."""
SHAPED = ["concepts", "exchange", "project", *WINDOW]
"""Folders whose public functions and values of arrays say shapes. To become all that compute."""

VERBS = set(
    re.findall(
        r"\w+",
        """
    Add Analyze Answer Append Apply Ask Bring Build Call Cancel Centre Check Choose Clear Close
    Code Collect Compare Compute Convert Copy Count Create Cut Declare Decode Delete Describe Do
    Download Draw Drop Edit Embed Encode Estimate Explain Fetch Fill
    Find Fit Fold Follow Gather Give Go Group Hide Ignore Import Install Join Judge Keep Learn Leave
    Let List Load Lock Look Make
    Mark Measure Merge Move Name Note Offer Open Order Outline Pad Paint Parse Pass Point
    Prepare Print Publish Put Raise Read Record Redo Reject Remove Rename Replace Reshape
    Restore Return Rewrite Round Run Save Say Scale Search See Segment Select Send Set Show Skip
    Sort Split Start Stop Store Subtract Switch Take Tell Train Try Turn Undo Update Verify Wait
    Warn Work Write Yield Zoom
    """,
    )
)
SHAPE = re.compile(r"\((?:[\w+*/. ]+,\s*)+[\w+*/. ]*\)")
"""Such as (N,), (T, D) or (B, h / 32, ...)."""
ARRAY = re.compile(r"\b(NDArray|ndarray|Tensor|csr_array)\b")
BY_NAME = re.compile(r"\b(dict|Mapping|Callable)\[")
"""What holds arrays of many shapes, or makes them."""


@dataclass(frozen=True)
class Function:
    """A function with its dotted name; of a method also what its class says."""

    name: str
    node: ast.FunctionDef
    class_says: str

    @property
    def says(self) -> str:
        return ast.get_docstring(self.node) or ""

    @property
    def is_property(self) -> bool:
        return any(ast.unparse(one).endswith("property") for one in self.node.decorator_list)

    @property
    def has_arrays(self) -> bool:
        arguments = [*self.node.args.args, *self.node.args.kwonlyargs]
        return any(is_array(one.annotation) for one in arguments) or is_array(self.node.returns)


def functions(path: Path) -> Iterator[Function]:
    """All functions of a module and of its classes."""

    def within(body: list[ast.stmt], before: str, class_says: str) -> Iterator[Function]:
        for node in body:
            if isinstance(node, ast.ClassDef):
                says = ast.get_docstring(node) or ""
                yield from within(node.body, f"{before}{node.name}.", says)
            elif isinstance(node, ast.FunctionDef):
                yield Function(before + node.name, node, class_says)

    yield from within(ast.parse(path.read_text(encoding="utf-8")).body, "", "")


def values_of_arrays(path: Path) -> Iterator[ast.ClassDef]:
    """The public classes of a module that have fields with arrays."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ClassDef) and is_public(node.name):
            fields = [one for one in node.body if isinstance(one, ast.AnnAssign)]
            if any(is_array(one.annotation) for one in fields):
                yield node


def is_array(annotation: ast.expr | None) -> bool:
    text = "" if annotation is None else ast.unparse(annotation)
    return bool(ARRAY.search(text)) and not BY_NAME.search(text)


def is_public(name: str) -> bool:
    return not any(part.startswith("_") for part in name.split("."))


def has_shape(text: str) -> bool:
    return SHAPE.search(text) is not None


def modules(folder: str) -> list[Path]:
    return sorted((PACKAGE / folder).rglob("*.py"))


@pytest.mark.parametrize("folder", [*IMPERATIVE, "*"])
def test_a_function_says_what_it_does_in_the_imperative(folder: str) -> None:
    """Folder "*": the modules beside the folders. A property says what it is."""
    others = [
        f"{path.relative_to(ROOT)}, {one.name}: {one.says.split()[0]}"
        for path in (sorted(PACKAGE.glob("*.py")) if folder == "*" else modules(folder))
        for one in functions(path)
        if one.says and not one.is_property and one.says.split()[0].rstrip(",:;.") not in VERBS
    ]
    assert others == [], "begin with a verb (a new one belongs into VERBS)"


@pytest.mark.parametrize("folder", SHAPED)
def test_public_functions_and_values_of_arrays_say_their_shapes(folder: str) -> None:
    """A property may leave it to its class."""
    silent = [
        f"{path.relative_to(ROOT)}, {one.name}"
        for path in modules(folder)
        for one in functions(path)
        if is_public(one.name) and one.has_arrays and not has_shape(one.says)
        if not (one.is_property and has_shape(one.class_says))
    ]
    silent += [
        f"{path.relative_to(ROOT)}, {one.name}"
        for path in modules(folder)
        for one in values_of_arrays(path)
        if not has_shape(ast.get_docstring(one) or "")
    ]
    assert silent == []


def test_shapes_are_told_from_other_brackets() -> None:
    assert all(map(has_shape, ("x (N,)", "(T, D) float32", "logits (B, h / 32, C)", "(F + 1,)")))
    assert not any(map(has_shape, ("see (METHOD.md)", "()", "f(x)", "(a word), another")))
