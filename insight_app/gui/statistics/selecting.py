"""What a click, a rectangle and the modifiers held do to the selected concepts.

Replace, Shift adds, Alt removes: modifiers, never modes. Plain values, no widgets.
"""

from collections.abc import Iterable, Sequence
from enum import Enum
from typing import TypeVar

from PySide6.QtCore import Qt

T = TypeVar("T")


class How(Enum):
    """What happens to the selection."""

    REPLACE = "replace"
    ADD = "add"
    REMOVE = "remove"


def how(modifiers: Qt.KeyboardModifier) -> How:
    """Return what the modifiers held at a click or drag mean."""
    if modifiers & Qt.KeyboardModifier.AltModifier:
        return How.REMOVE
    if modifiers & (Qt.KeyboardModifier.ShiftModifier | Qt.KeyboardModifier.ControlModifier):
        return How.ADD
    return How.REPLACE


def combined(selected: Sequence[T], hits: Iterable[T], way: How) -> tuple[T, ...]:
    """Return what is selected afterwards; what stays keeps its order."""
    if way is How.REPLACE:
        return tuple(dict.fromkeys(hits))
    if way is How.ADD:
        return tuple(dict.fromkeys([*selected, *hits]))
    gone = set(hits)
    return tuple(one for one in selected if one not in gone)
