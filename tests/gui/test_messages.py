"""What was just done is said in a place of its own, with a way back."""

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel, QWidget

from insight_app.errors import WorldError
from insight_app.gui.state.worker_client import Progress
from insight_app.gui.window.workspaces import PAGES
from insight_app.project.judgements import note
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
    for page in PAGES.values():
        window.show_page(page.name)
        wait_idle(qtbot, window)
        settle()
        window.strip.clear()
        settle()
        assert panel_of(window) == page.front
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
        assert over == [], page.name
        assert after == before, page.name
        grab(window, f"strip_{page.name}_{size[0]}")


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
    for name in PAGES["images"].front, "thumbnails", "in_photo":
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


# ---- what is wrong

DEEP = "/media/expedition/" + "a_very_deep_folder_of_photos_without_any_space/" * 4


def is_whole(line) -> bool:
    """Whether all words of a line of trouble are inside of what is seen of it."""
    words = line.words
    needed = words.document().size().height()
    shown = words.viewport().height()
    inside = line.rect().contains(words.geometry())
    return inside and needed <= shown + 1 and line.height() >= line.heightForWidth(line.width())


@pytest.mark.parametrize("dark", (False, True))
@pytest.mark.parametrize("size", ((1366, 768), (900, 600)))
def test_trouble_is_read_whole_with_the_button_that_mends_it(
    qtbot, open_window, project_dir, size, dark, grab
) -> None:
    window = open_window(project_dir, dark=dark)
    window.resize(*size)
    session, line = window.session, window.trouble
    tried = []
    error = WorldError(
        "The photos could not be read.",
        where=DEEP + "DSC_0001.jpg",
        kept="What was counted and judged is kept.",
        do="Connect the drive and try again.",
    )
    session.messages.report(error, "Try again", lambda: tried.append(1))
    for page in PAGES.values():
        window.show_page(page.name)
        wait_idle(qtbot, window)
        settle()
        assert line.text == str(error) and is_whole(line), page.name
        assert line.button.text() == "Try again" and line.button.isVisible()
        boxes = [line.words, line.button, line.close_button]
        assert all(line.rect().contains(box.geometry()) for box in boxes)
        assert not line.button.geometry().intersects(line.words.geometry())
    window.show_page("statistics")
    wait_idle(qtbot, window)
    main = window.docks["concept_table"].panel
    main.show_error(error, "Try again", lambda: tried.append(2))
    settle()
    assert is_whole(main.trouble)
    grab(window, f"trouble_{size[0]}_{'dark' if dark else 'light'}")
    main.trouble.button.click()
    line.button.click()
    settle()
    assert tried == [2, 1]
    assert not line.isVisible() and not main.trouble.isVisible(), "it is tried: no strip remains"


def test_the_gravest_trouble_is_told_and_the_others_are_counted_and_listed(qtbot, window) -> None:
    session, line = window.session, window.trouble
    session.messages.report(WorldError("The first."))
    session.messages.report(WorldError("The second."))
    session.messages.report(WorldError("The second."))
    assert line.text == "The second." and line.others.text() == "1 more"
    qtbot.mouseClick(line.others, Qt.MouseButton.LeftButton)
    wait_idle(qtbot, window)
    problems = window.docks["problems"].panel
    listed = [label.text() for label in problems.area.findChildren(QLabel)]
    assert {"The first.", "The second."} <= set(listed)
    line.close_button.click()
    assert line.text == "The first." and line.others.isHidden()
    line.close_button.click()
    assert not line.isVisible()
    wait_idle(qtbot, window)
    listed = [label.text() for label in problems.area.findChildren(QLabel)]
    assert not {"The first.", "The second."} & set(listed)
    session.messages.report(WorldError("Of this project."))
    window.docks["photo"].panel.show_error(WorldError("Of this photo."))
    session.projects.close()
    wait_idle(qtbot, window)
    assert not line.isVisible() and window.docks["photo"].panel.trouble.isHidden()


def test_not_saved_yet_is_gone_once_it_is_saved(qtbot, open_window, project_dir, full_disk) -> None:
    window = open_window(project_dir)
    session, line, bar = window.session, window.trouble, window.statusBar()
    with full_disk:
        session.curation.judge([note(session.state.id_of(0), "seen")], "Noted")
        qtbot.waitUntil(line.isVisible)
        assert line.text.startswith("Not saved yet") and line.close_button.isHidden()
        assert bar.saved.text() == "1 judgement NOT saved"
        window.show_workspace("review")
        settle()
        assert line.isVisible() and is_whole(line)
        qtbot.mouseClick(line.button, Qt.MouseButton.LeftButton)
        qtbot.waitUntil(lambda: session.queue.error is not None)
        assert line.isVisible(), "it did not help"
    qtbot.mouseClick(line.button, Qt.MouseButton.LeftButton)
    wait_saved(qtbot, window)
    for name in ("images", "review", "concepts", "images"):
        window.show_workspace(name)
        settle()
        assert not line.isVisible()
        assert bar.saved.text() == "All judgements saved"
    window.close()
    again = open_window(project_dir)
    assert not again.trouble.isVisible()
    assert again.session.state.catalogue.notes[0] == "seen"


def test_why_it_is_read_only_is_read_whole_and_it_can_be_opened_again(
    qtbot, open_window, project_dir
) -> None:
    first, second = open_window(project_dir), open_window(project_dir)
    why, line = second.session.state.why_read_only, second.trouble
    settle()
    assert why and line.text == f"Read-only: {why}" and is_whole(line)
    saved = second.statusBar().saved
    assert saved.text() == f"Read-only: {why}"
    assert saved.width() >= saved.sizeHint().width()
    first.close()
    qtbot.waitUntil(lambda: "has closed it" in line.text)  # it looks by itself
    assert "has closed it" in saved.text()
    qtbot.mouseClick(line.button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: not second.session.state.read_only)
    wait_idle(qtbot, second)
    assert not line.isVisible()
    assert second.statusBar().saved.text() == "All judgements saved"


# ---- the status bar

STEPS = (
    Progress(1, "analyze", 0, 0, "Reading the encoder", None),
    Progress(1, "analyze", 0, 12_000, "Analyzing photos", None),
    Progress(1, "analyze", 9, 12_000, "Analyzing photos", 40_000.0, rate=0.083),
    Progress(1, "analyze", 11_999, 12_000, "Analyzing photos", 1.0, rate=108.3),
    Progress(1, "analyze", 40, 1_000_000, "Counting which concepts fire together", 9e4),
    Progress(1, "analyze", 11_999, 12_000, "Analyzing photos", 1.0, paused=True),
)


@pytest.mark.parametrize("size", ((1366, 768), (1280, 720), (900, 600)))
def test_the_buttons_of_the_status_bar_never_move_and_nothing_is_cut_off(
    qtbot, window, size, grab
) -> None:
    window.resize(*size)
    settle()
    bar, session = window.statusBar(), window.session
    session.worker.device = "NVIDIA GeForce RTX 4090"
    session.worker.memory, session.worker.device_memory = 12_850_000_000, 5_230_000_000
    session.worker.memory_known.emit()
    labels = (bar.counts, bar.reviewed, bar.device, bar.rate, bar.memory, bar.saved)
    places = set()
    for step in STEPS:
        session.analysis.progress.emit(step)
        settle()
        places.add(tuple(place(one).getRect() for one in (bar.progress.pause, bar.progress.cancel)))
        shown = [label for label in labels if label.isVisible() and label.text()]
        assert bar.saved in shown and bar.saved.text() == "All judgements saved"
        for label in shown:
            assert label.width() >= label.fontMetrics().horizontalAdvance(label.text())
        parts = [place(one) for one in (*shown, bar.progress)]
        assert all(place(bar).contains(part) for part in parts)
        for number, part in enumerate(parts):
            assert not any(part.intersects(other) for other in parts[number + 1 :])
        words = bar.progress.label
        if size[0] > 1000:
            assert words.width() >= words.fontMetrics().horizontalAdvance(words.text())
            assert bar.reviewed in shown
    assert len(places) == 1, "where the mouse was going they are"
    grab(window, f"status_{size[0]}")
    judge(qtbot, window)
    settle()
    places.add(tuple(place(one).getRect() for one in (bar.progress.pause, bar.progress.cancel)))
    assert len(places) == 1, "also while something is saved"
    session.analysis.progress.emit(None)


# ---- what closes a panel


def test_every_panel_has_a_cross_that_the_keyboard_reaches_and_the_menu_brings_it_back(
    qtbot, window
) -> None:
    window.show_workspace("images")
    for name, dock in window.docks.items():
        window.dock_area.open_panel(name)
        settle()
        button = dock.title.close_button
        assert place(dock.title).contains(place(button)) and place(button).width() >= 16
        assert button.accessibleName() == f"Close {dock.windowTitle()}"
        assert "View > Panels" in button.toolTip()
        assert button.focusPolicy() & Qt.FocusPolicy.TabFocus
        button.setFocus(Qt.FocusReason.TabFocusReason)
        qtbot.keyClick(button, Qt.Key.Key_Space)
        assert dock.isHidden(), name
        settle()
        focused = QApplication.focusWidget()
        assert focused is not None and focused.isVisible(), f"{name}: the keys go nowhere"
        window.actions_[f"panel.{name}"].trigger()
        settle()
        assert dock.isVisible(), name
        dock.hide()


def test_a_panel_that_floats_keeps_the_keyboard_from_its_cross(qtbot, window) -> None:
    window.show_workspace("concepts")
    wait_idle(qtbot, window)
    for name in ("hierarchy", "card"):
        dock = window.docks[name]
        dock.setFloating(True)
        dock.activateWindow()
        settle()
        assert dock.focusWidget() is not dock.title.close_button, name
        assert QApplication.focusWidget() is not dock.title.close_button, name
