"""What a click, a rectangle and the modifiers held do to the selected concepts.

Replace, Shift adds, Alt removes: modifiers, never modes. Plain values, no widgets.
"""

from collections.abc import Iterable, Sequence
from enum import Enum

from PySide6.QtCore import Qt


class How(Enum):
    REPLACE = "replace"
    ADD = "add"
    REMOVE = "remove"


def how(modifiers: Qt.KeyboardModifier) -> How:
    """What the modifiers held at a click or drag mean."""
    if modifiers & Qt.KeyboardModifier.AltModifier:
        return How.REMOVE
    if modifiers & (Qt.KeyboardModifier.ShiftModifier | Qt.KeyboardModifier.ControlModifier):
        return How.ADD
    return How.REPLACE


def combined(selected: Sequence[int], hit: Iterable[int], way: How) -> tuple[int, ...]:
    """The concepts selected afterwards; those that stay keep their order."""
    hits = [int(row) for row in hit]
    if way is How.REPLACE:
        return tuple(dict.fromkeys(hits))
    if way is How.ADD:
        return tuple(dict.fromkeys([*selected, *hits]))
    gone = set(hits)
    return tuple(row for row in selected if row not in gone)
