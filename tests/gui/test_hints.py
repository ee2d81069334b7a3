"""The three hints of the first opening: each gone for good once it was used or dismissed."""

import pytest
from PySide6.QtCore import QRect, Qt
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel, QWidget

from insight_app.gui.dialogs.shortcuts import ShortcutsDialog
from insight_app.gui.hint_line import HintLine
from insight_app.gui.settings import HINT_KEYS, HINT_NAME, HINT_OVERLAY, HINTS
from tests.gui.conftest import wait_idle, wait_saved

CTRL = Qt.KeyboardModifier.ControlModifier


def shown(window) -> set[str]:
    """The names of the hints that can be seen."""
    return {hint.name for hint in window.findChildren(HintLine) if hint.isVisible()}


def hint(window, name: str) -> HintLine:
    (found,) = (one for one in window.findChildren(HintLine) if one.name == name)
    return found


def area(widget: QWidget) -> QRect:
    return QRect(widget.mapToGlobal(widget.rect().topLeft()), widget.size())


def press(qtbot, window, key, modifier=Qt.KeyboardModifier.NoModifier) -> None:
    qtbot.keyClick(QApplication.focusWidget() or window, key, modifier)
    wait_saved(qtbot, window)


@pytest.mark.parametrize("dark", [False, True])
def test_three_hints_stand_in_places_of_their_own(open_window, project_dir, dark, grab) -> None:
    window = open_window(project_dir, dark=dark)
    assert shown(window) == set(HINTS)
    QApplication.processEvents()
    lines = [one for one in window.findChildren(HintLine) if one.isVisible()]
    others = [*window.findChildren(QAbstractButton), *window.findChildren(QLabel)]
    for line in lines:
        assert line.label.height() >= line.label.heightForWidth(line.label.width())
        for other in others:
            if other.isVisible() and not line.isAncestorOf(other) and other.window() is window:
                assert not area(line).intersects(area(other)), (line.name, other)
    photo, card = window.docks["photo"].panel, window.docks["card"].panel
    below = area(photo.legend).bottom()
    assert 0 < area(hint(window, HINT_OVERLAY)).top() - below < 12
    assert area(card.head).bottom() < area(card.name_hint).top() < area(card.buttons).top()
    assert area(card.buttons).bottom() < area(card.keys_hint).top()
    grab(window, f"hints_{'dark' if dark else 'light'}")


def test_each_is_gone_once_its_act_was_done_also_at_the_next_start(
    qtbot, open_window, project_dir
) -> None:
    window = open_window(project_dir)
    window.docks["photo"].panel.stage.setFocus()
    qtbot.keyPress(QApplication.focusWidget(), Qt.Key.Key_Space)
    assert HINT_OVERLAY in shown(window), "the photo does not move while it is looked at"
    qtbot.keyRelease(QApplication.focusWidget(), Qt.Key.Key_Space)
    assert shown(window) == {HINT_NAME, HINT_KEYS}
    window.session.curation.accept()
    wait_saved(qtbot, window)
    assert shown(window) == {HINT_KEYS}
    window.close()
    window = open_window(project_dir)
    assert shown(window) == {HINT_KEYS}
    press(qtbot, window, Qt.Key.Key_U)
    assert shown(window) == set()
    window.actions_["help.hints"].trigger()
    wait_idle(qtbot, window)
    assert shown(window) == set(HINTS)
    press(qtbot, window, Qt.Key.Key_Question)
    (page,) = window.findChildren(ShortcutsDialog)
    page.reject()
    assert shown(window) == {HINT_OVERLAY, HINT_NAME}


def test_a_click_on_a_cell_and_a_cross_put_them_away(qtbot, window) -> None:
    qtbot.mouseClick(hint(window, HINT_KEYS).dismiss, Qt.MouseButton.LeftButton)
    assert shown(window) == {HINT_OVERLAY, HINT_NAME}
    stage = window.docks["photo"].panel.stage
    place = stage.cell_rect(7).center().toPoint()
    qtbot.mouseClick(stage, Qt.MouseButton.LeftButton, pos=place)
    assert shown(window) == {HINT_NAME}
    button = window.docks["card"].panel.buttons.findChildren(QAbstractButton)[0]
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    wait_saved(qtbot, window)
    assert shown(window) == set()


def test_a_hint_says_the_keys_as_they_are_and_only_what_can_be_done(
    qtbot, open_window, project_dir
) -> None:
    window = open_window(project_dir)
    assert hint(window, HINT_KEYS).label.text().startswith("One key each: A, U, X.")
    window.actions_.set_keys("concept.accept", "J")
    assert "J, U, X" in hint(window, HINT_KEYS).label.text()
    window.session.selection.select(concepts=())
    wait_idle(qtbot, window)
    assert shown(window) == set(), "nothing is drawn, and there is no name"
    other = open_window(project_dir)  # a second window may only read
    assert shown(other) == {HINT_OVERLAY}
