"""What tests of the window do as a person does: go to a workspace, press, click."""

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from tests.gui.conftest import wait_saved

Key = Qt.Key
NO = Qt.KeyboardModifier.NoModifier
ALT, CTRL = Qt.KeyboardModifier.AltModifier, Qt.KeyboardModifier.ControlModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier


def show(qtbot, window, workspace: str):
    """Go to a workspace as a person does; return the panel it is about."""
    number = ["images", "concepts", "review", "statistics"].index(workspace)
    press(qtbot, window, Key(Key.Key_1 + number), CTRL)
    names = {"images": "photo", "concepts": "hierarchy", "review": "queue"}
    return window.docks[names.get(workspace, "concept_table")].panel


def press(qtbot, window, key, modifier=NO) -> None:
    qtbot.keyClick(QApplication.focusWidget() or window, key, modifier)
    wait_saved(qtbot, window)


def selected(window) -> int | None:
    return window.session.selection.row


def click(view, index, modifiers=NO) -> None:
    view.scrollTo(index)
    at = view.visualRect(index).center()
    QTest.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, modifiers, at)


def seen_from_top(view) -> list[int]:
    """The rows of the open places of the tree, as they are painted from top to bottom."""
    places, index = [], view.tree.index(0, 0)
    while index.isValid():
        places.append(view.tree.row_at(index))
        index = view.indexBelow(index)
    return places
