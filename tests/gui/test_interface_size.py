"""Whatever the size of the interface: nothing that has words is cut, and everything is reached."""

import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtWidgets import QAbstractButton, QApplication, QToolButton, QWidget

from insight_app.gui.dialogs.preferences import PreferencesDialog
from insight_app.gui.panel import Panel
from insight_app.gui.widgets import KeyButton
from insight_app.gui.window.main_window import MainWindow
from tests.gui.conftest import wait_idle


def words_need(button: QAbstractButton) -> int:
    if isinstance(button, KeyButton):
        return button.minimumSizeHint().width()
    return button.fontMetrics().horizontalAdvance(button.text())


def place_in(widget: QWidget, outer: QWidget) -> QRect:
    return QRect(widget.mapTo(outer, QPoint(0, 0)), widget.size())


def cut(outer: QWidget) -> list[str]:
    """Buttons with words under `outer` that have too little room, lie outside or over another."""
    buttons = [
        one
        for one in outer.findChildren(QAbstractButton)
        if one.isVisible() and one.text()
        if not (isinstance(one, QToolButton) and not one.icon().isNull())  # only its icon is seen
    ]
    wrong = [one.text() for one in buttons if one.width() < words_need(one)]
    for number, one in enumerate(buttons):
        place = place_in(one, one.parentWidget())
        if not one.parentWidget().rect().contains(place):
            wrong.append(f"{one.text()} is outside")
        wrong += [
            f"{one.text()} lies over {other.text()}"
            for other in buttons[number + 1 :]
            if other.parentWidget() is one.parentWidget()
            and place.intersects(place_in(other, other.parentWidget()))
        ]
    return wrong


def settle(qtbot, window: MainWindow) -> None:
    wait_idle(qtbot, window)
    for _round in range(4):
        QApplication.sendPostedEvents()
        QApplication.processEvents()


@pytest.mark.parametrize(("size", "width"), [(100, 1000), (150, 1366), (200, 1366), (200, 1000)])
def test_no_button_is_cut_and_the_bar_has_them_all(
    qtbot, open_window, project_dir, size, width
) -> None:
    window = open_window(project_dir)
    window.resize(width, 768)
    window.settings.set("interface_size", size)  # while it is open
    wrong: dict[str, list[str]] = {}
    for number in "1234":
        qtbot.keyClick(window, number, Qt.KeyboardModifier.ControlModifier)
        settle(qtbot, window)
        for dock in window.docks.values():
            if dock.isVisible() and not dock.visibleRegion().isEmpty():
                assert isinstance(dock.panel, Panel)
                if found := cut(dock.panel):
                    wrong[dock.spec.name] = found
    assert wrong == {}
    for room in (width, 900):
        window.resize(room, 768)
        settle(qtbot, window)
        more = window.bar.findChild(QToolButton, "qt_toolbar_ext_button")
        assert not more.isVisible(), f"something is missing at {room}"
        assert window.search.isVisible()
        assert cut(window.bar) == []


@pytest.mark.parametrize("size", [100, 150, 200])
def test_preferences_are_readable_whole_when_they_change_their_own_size(
    qtbot, window, size
) -> None:
    dialog = PreferencesDialog(window.session, window)
    dialog.show()
    dialog.interface_size.setValue(size)
    settle(qtbot, window)
    assert window.screen().availableGeometry().size().width() >= dialog.width()
    assert cut(dialog) == []
    for box in (dialog.advance, dialog.open_last):
        assert box.width() >= box.sizeHint().width()
    dialog.close()
