"""A change of theme or size leaves the window as a start in that theme and size would show it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QAbstractScrollArea, QApplication, QTabBar, QWidget

from insight_app.gui.curation.place_dialog import PlaceDialog
from insight_app.gui.curation.present_concept import selected
from insight_app.gui.dialogs.about import AboutDialog
from insight_app.gui.dialogs.export import ExportDialog
from insight_app.gui.dialogs.folders import FoldersDialog
from insight_app.gui.dialogs.new_project import NewProjectDialog
from insight_app.gui.dialogs.preferences import PreferencesDialog
from insight_app.gui.dialogs.shortcuts import ShortcutsDialog
from insight_app.gui.settings import Settings
from insight_app.gui.window.main_window import MainWindow
from insight_app.gui.window.workspaces import PAGES
from insight_app.project.photos import thumbnails
from insight_app.project.results.snapshot import Results
from tests.gui.conftest import wait_idle


@pytest.fixture(autouse=True)
def a_line_that_does_not_blink(qapp) -> Iterator[None]:
    before = qapp.cursorFlashTime()
    qapp.setCursorFlashTime(0)
    yield
    qapp.setCursorFlashTime(before)


def picture(qtbot, window: MainWindow, widget: QWidget) -> QImage:
    """The widget as it is painted now, scrolled to its beginning and without the keyboard."""
    for _ in range(8):  # one asks for the next: a list is read, scrolled, laid out level by level
        for area in widget.findChildren(QAbstractScrollArea):
            area.verticalScrollBar().setValue(0)
        QApplication.processEvents()
        wait_idle(qtbot, window)
    if (focused := QApplication.focusWidget()) is not None:
        focused.clearFocus()
    found = widget.grab().toImage()
    while window.session.jobs.busy:  # what is painted first asks for its pictures
        wait_idle(qtbot, window)
        found = widget.grab().toImage()
    return found


def workspaces(qtbot, window: MainWindow) -> dict[str, QImage]:
    """Every page, with the same concept selected."""
    window.session.selection.select(concepts=(window.session.state.id_of(2),))
    window.session.messages.offer("One photo", "Show it", lambda: None)
    window.session.worker.stop()  # what it holds is told in the status bar, and not always the same
    found = {}
    for page in PAGES:
        window.show_page(page)
        found[page] = picture(qtbot, window, window)
    return found


def dialogs(qtbot, window: MainWindow, photos: Path) -> dict[str, QWidget]:
    """Everything that opens over the window, opened."""
    session = window.session
    for row in (3, 2):  # two: there is a way back, whatever was selected before
        session.selection.select(concepts=(session.state.id_of(row),))
    concept = selected(session)
    assert concept is not None
    opened: dict[str, QWidget] = {
        "preferences": PreferencesDialog(session, window),
        "keys": ShortcutsDialog(session.actions, window),
        "about": AboutDialog(window),
        "folders": FoldersDialog(session, window),
        "export": ExportDialog(session, window),
        "wizard": NewProjectDialog(session, [photos], window),
        "parent": PlaceDialog(session, [(concept.id, None)], True, window),
    }
    for dialog in opened.values():
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.show()
    opened |= {f"menu {action.text()}": action.menu() for action in window.menuBar().actions()}
    window.palette_.open()
    window.palette_.line.setText("sh")
    opened["palette"] = window.palette_
    wait_idle(qtbot, window)
    return opened


def assert_same(live: dict[str, QImage], new: dict[str, QImage], into: Path) -> None:
    different = [name for name in new if live[name] != new[name]]
    for name in different:
        live[name].save(str(into / f"{name} live.png"))
        new[name].save(str(into / f"{name} new.png"))
    assert not different, f"pictures in {into}"


def change(window: MainWindow, theme: str, size: int) -> None:
    window.settings.set("theme", theme)
    window.settings.set("interface_size", size)
    QApplication.processEvents()


def test_workspaces_look_as_started_after_a_change_of_theme_and_size(
    qtbot, open_window, project_dir, tmp_path
) -> None:
    with Results.open(project_dir) as results:
        for image in results.image_ids(status="coded"):  # all come from their cache from now on
            thumbnails.get(project_dir, results.image(int(image)), thumbnails.SIDES[0])
    first = open_window(project_dir)
    light = workspaces(qtbot, first)
    change(first, "dark", 130)
    changed_to_dark = workspaces(qtbot, first)
    first.close()
    second = open_window(project_dir, dark=True, interface_size=130)
    assert_same(changed_to_dark, workspaces(qtbot, second), tmp_path)
    change(second, "light", 100)
    assert_same(workspaces(qtbot, second), light, tmp_path)


@pytest.mark.parametrize("dark", [False, True])
def test_dialogs_look_as_opened_after_a_change_of_theme(
    qtbot, open_window, project_dir, made_project, tmp_path, dark
) -> None:
    Settings().remember(made_project)
    window = open_window(project_dir, dark=dark)
    opened = dialogs(qtbot, window, made_project.parent / "photos")
    preferences = opened["preferences"]
    assert isinstance(preferences, PreferencesDialog)
    preferences.theme.setCurrentIndex(preferences.theme.findData("light" if dark else "dark"))
    live = {name: picture(qtbot, window, widget) for name, widget in opened.items()}
    window.close()
    window = open_window(project_dir, dark=not dark)
    opened = dialogs(qtbot, window, made_project.parent / "photos")
    assert_same(
        live, {name: picture(qtbot, window, widget) for name, widget in opened.items()}, tmp_path
    )


def test_no_tabs_of_statistics_stay_over_other_workspaces(qtbot, window) -> None:
    for size in (130, 100, 130, 100):
        window.show_workspace("statistics")
        wait_idle(qtbot, window)
        change(window, "light", size)
        window.show_workspace("images")
        for _ in range(4):
            QApplication.processEvents()
            wait_idle(qtbot, window)
        bars = window.dock_area.findChildren(QTabBar)
        assert not any(bar.isVisible() for bar in bars), "left behind"
