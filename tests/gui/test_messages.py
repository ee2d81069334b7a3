"""What was just done is said in a place of its own, with a way back."""

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel, QWidget

from insight_app.gui.window.workspaces import BY_NAME, WORKSPACES
from tests.gui.conftest import wait_idle, wait_saved


def place(widget: QWidget) -> QRect:
    """Where what is seen of a widget lies in its window."""
    seen = widget.visibleRegion().boundingRect()
    return seen.translated(widget.mapTo(widget.window(), QPoint(0, 0)))


def settle() -> None:
    """Let what was asked of the layout happen."""
    for _ in range(3):
        QApplication.sendPostedEvents()
        QApplication.processEvents()


def others(window) -> Iterator[QWidget]:
    """All that a person reads, clicks or looks at in the window, but the line itself."""
    for widget in window.findChildren(QWidget):
        is_of_strip = widget is window.strip or window.strip.isAncestorOf(widget)
        holds = widget.isAncestorOf(window.strip)
        if widget.window() is not window or is_of_strip or holds or not widget.isVisible():
            continue
        is_leaf = not any(child.isVisible() for child in widget.findChildren(QWidget))
        is_read = is_leaf or isinstance(widget, QAbstractButton | QLabel)
        # Qt's own, seen by nobody: where separators meet, the mouse finds them.
        if is_read and widget.objectName() != "qt_qmainwindow_extended_splitter":
            yield widget


def judge(qtbot, window) -> None:
    window.session.curation.accept()
    wait_saved(qtbot, window)


def panel_of(window) -> str:
    """The panel in which the line is; '' below all of them."""
    slot = window.strip.parentWidget()
    return next((name for name, dock in window.docks.items() if dock.isAncestorOf(slot)), "")


@pytest.mark.parametrize("size", ((1366, 768), (960, 600)))
def test_a_message_lies_over_nothing_and_moves_nothing(qtbot, window, size, grab) -> None:
    window.resize(*size)
    for workspace in WORKSPACES:
        window.show_workspace(workspace.name)
        wait_idle(qtbot, window)
        settle()
        window.strip.clear()
        settle()
        assert panel_of(window) == workspace.front
        before = {widget: place(widget) for widget in others(window)}
        window.strip.offer(f"Accepted {'a long name ' * 30}", "Undo", window.session.curation.undo)
        settle()
        strip, slot = place(window.strip), window.strip.parentWidget()
        assert strip.width() == place(slot).width() and strip.height() == slot.height()
        assert window.strip.link.isVisible()
        assert place(slot).contains(place(window.strip.link))
        assert place(slot).contains(place(window.strip.label))
        after = {widget: place(widget) for widget in others(window)}
        over = [widget for widget, where in after.items() if where.intersects(strip)]
        assert over == [], workspace.name
        assert after == before, workspace.name
        grab(window, f"strip_{workspace.name}_{size[0]}")


def test_undo_stays_while_the_act_is_the_last_and_then_it_is_redo(qtbot, window) -> None:
    strip, session = window.strip, window.session
    session.selection.select_rows((session.lists.rows[0],))
    judge(qtbot, window)
    said = strip.label.text()
    assert said.startswith("Accepted") and strip.link.text() == "Undo"
    session.messages.say("Copied 12 rows")
    assert strip.label.text() == "Copied 12 rows" and strip.link.isHidden()
    strip._passing.timeout.emit()
    assert strip.label.text() == said and strip.link.text() == "Undo", "it is still the last"
    window.show_workspace("statistics")
    assert strip.label.text() == said and strip.isVisible(), "also elsewhere"
    assert panel_of(window) == "concept_table"
    strip.link.setFocus(Qt.FocusReason.TabFocusReason)
    qtbot.keyClick(strip.link, Qt.Key.Key_Space)
    assert QApplication.focusWidget() not in (None, strip.link), "the keyboard is somewhere"
    wait_saved(qtbot, window)
    assert strip.label.text() == f"Undone: {said}" and strip.link.text() == "Redo"
    qtbot.mouseClick(strip.link, Qt.MouseButton.LeftButton)
    wait_saved(qtbot, window)
    assert strip.label.text() == f"Redone: {said}" and strip.link.text() == "Undo"
    session.projects.close()
    wait_idle(qtbot, window)
    assert strip.label.text() == "" and strip.link.isHidden(), "gone with the project"
    assert strip.isVisible() and panel_of(window) == "", "below the start page"
    assert strip.link.focusPolicy() & Qt.FocusPolicy.TabFocus


def test_the_line_goes_to_the_first_panel_that_is_seen(qtbot, window) -> None:
    window.show_workspace("images")
    settle()
    assert panel_of(window) == "photo"
    photo = window.docks["photo"]
    qtbot.mouseClick(photo.title.close_button, Qt.MouseButton.LeftButton)
    settle()
    assert panel_of(window) == "thumbnails" and photo.panel.slot.isHidden()
    for name in BY_NAME["images"].front, "thumbnails", "in_photo":
        window.docks[name].hide()
    settle()
    assert panel_of(window) == "card"
    window.docks["card"].setFloating(True)
    settle()
    assert panel_of(window) == "", "no panel is in the window"
    assert place(window.strip).bottom() == place(window.dock_area).bottom()
    assert place(window.strip).height() == window.strip.parentWidget().height() > 10
    window.dock_area.reset()
    settle()
    assert panel_of(window) == "photo"
    window.dock_area.tabifyDockWidget(photo, window.docks["card"])
    window.docks["card"].raise_()
    settle()
    assert panel_of(window) != "photo", "another tab lies over it"
    photo.raise_()
    settle()
    assert panel_of(window) == "photo"
