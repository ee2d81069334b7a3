"""The frame: workspaces, keys, ways back, undo, what is remembered."""

import sqlite3
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
import qtawesome
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent, QKeySequence
from PySide6.QtWidgets import QLabel, QPushButton

from insight_app.gui.dialogs.new_project import NewProjectDialog
from insight_app.gui.dialogs.shortcuts import ShortcutsDialog
from insight_app.gui.state.worker_client import Progress
from insight_app.gui.window.workspaces import PAGES, PANELS, WORKSPACES, panel_names
from tests.gui.conftest import wait_idle, wait_saved

ACCEPTED, UNSURE, REJECTED = 1, 2, 3


def stage(window):
    widget = window.docks["photo"].panel.stage
    widget.setFocus()
    return widget


def choose(qtbot, window, row: int) -> None:
    window.session.selection.select_rows(rows=(row,))
    wait_idle(qtbot, window)


# ---- starting


def test_the_window_needs_no_torch_and_no_scipy(project_dir: Path) -> None:
    code = f"""
import sys
from pathlib import Path
from insight_app.gui.app import application
from insight_app.gui.window.main_window import MainWindow
from insight_app.gui.settings import Settings
from PySide6.QtTest import QTest
app = application()
window = MainWindow(Settings(), Path({str(project_dir)!r}))
window.show()
while window.session.state.project is None or window.session.jobs.busy:
    QTest.qWait(10)
for workspace in ("statistics", "images"):
    window.show_workspace(workspace)
    while window.session.jobs.busy:
        QTest.qWait(10)
window.session.selection.select_rows(rows=(0,))
while window.session.jobs.busy:
    QTest.qWait(10)
window.close()
heavy = {{"torch", "scipy", "transformers", "open_clip", "rdflib", "alembic"}} & set(sys.modules)
assert not heavy, heavy
"""
    subprocess.run([sys.executable, "-c", code], check=True, cwd=Path(__file__).parents[2])


def test_void_calls_of_qt_keep_the_references_of_none(qapp) -> None:
    """PySide6 6.12.0 on Python 3.11 loses one a call and kills the process after thousands."""
    label = QLabel()
    before = sys.getrefcount(None)
    for number in range(1000):
        label.setToolTip(str(number))
    assert sys.getrefcount(None) > before - 500


def test_without_a_project_there_is_the_start_page(qtbot, open_window, grab) -> None:
    window = open_window()
    assert window.start.isVisible()
    assert not any(dock.isVisible() for dock in window.docks.values())
    assert not window.actions_["view.images"].isEnabled()
    assert window.actions_["file.new"].isEnabled()
    grab(window, "start")


def test_a_recent_project_is_opened_from_the_start_page(qtbot, open_window, project_dir) -> None:
    open_window(project_dir).close()
    window = open_window()
    (row,) = window.start.recent_rows.values()
    assert "Harbour" in row.accessibleName()
    qtbot.mouseClick(row, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: window.session.state.project is not None)
    assert not window.start.isVisible()


def test_what_is_no_project_is_said_and_changes_nothing(qtbot, window, tmp_path) -> None:
    window.session.projects.open(tmp_path / "nothing")
    qtbot.waitUntil(window.trouble.isVisible)
    assert "nothing" in window.trouble.text
    assert window.session.state.project is not None


# ---- workspaces


def test_every_panel_is_in_the_list_once_and_every_arrangement_names_known_ones() -> None:
    names = [spec.name for spec in PANELS]
    assert len(set(names)) == len(names)
    for spec in PANELS:
        assert spec.load().object_name == spec.name
    for page in PAGES.values():
        assert set(panel_names(page.arrangement)) <= set(names)


def test_ctrl_and_number_change_the_workspace(qtbot, window, grab) -> None:
    for number, workspace in enumerate(WORKSPACES, 1):
        qtbot.keyClick(window, str(number), Qt.KeyboardModifier.ControlModifier)
        assert window.workspace == workspace.name
        shown = {name for name, dock in window.docks.items() if not dock.isHidden()}
        assert shown == set(panel_names(workspace.pages[0].arrangement))
        wait_idle(qtbot, window)


def test_a_workspace_gives_the_keyboard_to_what_it_is_about(qtbot, window) -> None:
    assert window.docks["photo"].panel.stage.hasFocus(), "after opening a project"
    for number, (dock, widget) in enumerate(
        (
            ("photo", "stage"),
            ("hierarchy", "view"),
            ("queue", "list"),
            ("concept_table", "view"),
        ),
        1,
    ):
        window.search.line.setFocus()
        qtbot.keyClick(window.search.line, str(number), Qt.KeyboardModifier.ControlModifier)
        wait_idle(qtbot, window)
        main = getattr(window.docks[dock].panel, widget)
        assert main.hasFocus(), dock
        if widget == "stage":
            before = window.session.selection.image
            qtbot.keyClick(main, Qt.Key.Key_Right)
            assert window.session.selection.image != before
        else:
            qtbot.keyClick(main, Qt.Key.Key_Down)
            wait_idle(qtbot, window)
            assert main.currentIndex().row() > 0, f"{dock}: arrows move at once"


def test_headers_beside_each_other_are_of_one_height_and_the_name_is_whole(qtbot, window) -> None:
    for page in PAGES:
        window.show_page(page)
        wait_idle(qtbot, window)
        shown = [dock for dock in window.docks.values() if dock.isVisible()]
        heights = {dock.titleBarWidget().height() for dock in shown}
        assert len(heights) == 1, (page, heights)
    name = window.project_name
    assert name.text() == "Harbour.insight"
    assert abs(name.geometry().center().y() - window.menuBar().rect().center().y()) <= 1


def test_an_arrangement_is_found_again_after_a_restart(qtbot, open_window, project_dir) -> None:
    window = open_window(project_dir)
    window.docks["in_photo"].close()
    window.dock_area.open_panel("problems")
    window.show_workspace("statistics")
    window.show_workspace("images")
    assert window.docks["in_photo"].isHidden()
    assert window.docks["problems"].isVisible()
    window.close()
    again = open_window(project_dir)
    assert again.workspace == "images"
    assert again.docks["in_photo"].isHidden()
    assert again.docks["problems"].isVisible()
    again.dock_area.reset()
    assert again.docks["in_photo"].isVisible()
    assert again.docks["problems"].isHidden()


def test_every_dock_has_a_name(window) -> None:
    names = [dock.objectName() for dock in window.docks.values()]
    assert all(names)
    assert len(set(names)) == len(names)


def test_a_hidden_panel_does_no_work(qtbot, window) -> None:
    window.show_workspace("statistics")
    wait_idle(qtbot, window)
    photo = window.docks["photo"].panel
    shown = photo.shown
    window.session.lists.step(1)
    window.session.selection.select(image=int(window.session.state.results.image_ids()[3]))
    wait_idle(qtbot, window)
    assert photo.shown is shown
    window.show_workspace("images")
    qtbot.waitUntil(lambda: photo.shown.image_id == window.session.selection.image)


# ---- keys


def test_no_key_does_two_things(window) -> None:
    for page in PAGES:
        window.show_page(page)
    counted = Counter(
        sequence.toString() for entry in window.actions_.entries() for sequence in entry.sequences()
    )
    assert [keys for keys, times in counted.items() if times > 1] == []


def test_single_letters_do_not_repeat_while_held(window) -> None:
    letters = [entry for entry in window.actions_.entries() if len(entry.keys) == 1]
    assert letters
    assert not any(entry.action.autoRepeat() for entry in letters)


def test_every_action_is_in_a_menu_or_has_a_key_or_a_button(window) -> None:
    for entry in window.actions_.entries():
        assert entry.text
        assert entry.action.toolTip()
    assert {a.text() for a in window.menuBar().actions()} >= {"&File", "&Concept", "&Help"}


def test_letters_typed_into_the_search_are_text(qtbot, window) -> None:
    choose(qtbot, window, 0)
    qtbot.keyClick(window, "f", Qt.KeyboardModifier.ControlModifier)
    assert window.search.line.hasFocus()
    qtbot.keyClicks(window.search.line, "axu")
    assert window.search.line.text() == "axu"
    assert not window.session.queue.pending
    assert window.session.state.catalogue.status[0] == 0


def test_a_key_of_another_action_is_refused_and_says_whose_it_is(qtbot, window) -> None:
    dialog = ShortcutsDialog(window.actions_, window)
    qtbot.addWidget(dialog)
    dialog.choose("concept.accept")
    dialog.give("X")
    assert "Reject" in dialog.message.text()
    assert window.actions_.entry("concept.accept").keys == "A"
    dialog.give("J")
    assert window.actions_.entry("concept.accept").keys == "J"
    assert window.settings.shortcut("concept.accept") == "J"


def test_a_changed_key_acts_and_is_remembered(qtbot, open_window, project_dir) -> None:
    window = open_window(project_dir)
    assert window.actions_.set_keys("concept.accept", "J") is None
    window.close()
    again = open_window(project_dir)
    choose(qtbot, again, 0)
    qtbot.keyClick(stage(again), Qt.Key.Key_J)
    wait_saved(qtbot, again)
    assert again.session.state.catalogue.status[0] == ACCEPTED


# ---- judging


def test_a_u_and_x_judge_the_selected_concept_and_go_on(qtbot, window) -> None:
    session = window.session
    photo_stage = stage(window)
    rows = session.lists.rows[:3]
    choose(qtbot, window, rows[0])
    for key in (Qt.Key.Key_A, Qt.Key.Key_U, Qt.Key.Key_X):
        qtbot.keyClick(photo_stage, key)
    wait_saved(qtbot, window)
    assert [int(session.state.catalogue.status[row]) for row in rows] == [
        ACCEPTED,
        UNSURE,
        REJECTED,
    ]
    assert session.state.name(rows[2])[0] in window.strip.label.text()
    assert "3 concepts" in window.statusBar().reviewed.text()
    assert window.statusBar().saved.text() == "All judgements saved"


def test_without_going_on_the_concept_stays(qtbot, window) -> None:
    window.settings.set("auto_advance", False)
    photo_stage = stage(window)
    row = window.session.lists.rows[0]
    choose(qtbot, window, row)
    qtbot.keyClick(photo_stage, Qt.Key.Key_A)
    wait_saved(qtbot, window)
    assert window.session.selection.row == row


def test_undo_returns_to_the_concept_and_redo_does_it_again(qtbot, window) -> None:
    session = window.session
    photo_stage = stage(window)
    first = session.lists.rows[0]
    choose(qtbot, window, first)
    qtbot.keyClick(photo_stage, Qt.Key.Key_X)
    wait_saved(qtbot, window)
    assert session.selection.row != first
    qtbot.keyClick(window, "z", Qt.KeyboardModifier.ControlModifier)
    wait_saved(qtbot, window)
    assert session.state.catalogue.status[first] == 0
    assert session.selection.row == first
    modifiers = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
    qtbot.keyClick(window, "z", modifiers)
    wait_saved(qtbot, window)
    assert session.state.catalogue.status[first] == REJECTED
    qtbot.mouseClick(window.strip.link, Qt.MouseButton.LeftButton)
    wait_saved(qtbot, window)
    assert session.state.catalogue.status[first] == 0


def test_undo_is_there_after_a_restart(qtbot, open_window, project_dir) -> None:
    window = open_window(project_dir)
    photo_stage = stage(window)
    row = window.session.lists.rows[0]
    choose(qtbot, window, row)
    qtbot.keyClick(photo_stage, Qt.Key.Key_A)
    window.close()  # the judgement is written before the window goes
    again = open_window(project_dir)
    assert again.session.state.catalogue.status[row] == ACCEPTED
    assert again.actions_["edit.undo"].isEnabled()
    qtbot.keyClick(again, "z", Qt.KeyboardModifier.ControlModifier)
    wait_saved(qtbot, again)
    assert again.session.state.catalogue.status[row] == 0


def test_a_judgement_that_cannot_be_written_is_said_and_stays_until_it_can(
    qtbot, window, project_dir
) -> None:
    photo_stage = stage(window)
    row = window.session.lists.rows[0]
    choose(qtbot, window, row)
    with sqlite3.connect(project_dir / "judgements.sqlite") as other:
        tables = other.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
        for (name,) in tables:
            other.execute(
                f"CREATE TRIGGER full_{name} BEFORE INSERT ON {name} "
                "BEGIN SELECT RAISE(ABORT, 'disk full'); END"
            )
    qtbot.keyClick(photo_stage, Qt.Key.Key_A)
    qtbot.waitUntil(window.trouble.isVisible)
    assert window.session.queue.pending == 1
    assert "NOT saved" in window.statusBar().saved.text()
    assert window.session.state.catalogue.status[row] == 0, "not shown as if it were saved"
    with sqlite3.connect(project_dir / "judgements.sqlite") as other:
        for (name,) in tables:
            other.execute(f"DROP TRIGGER full_{name}")
    qtbot.mouseClick(window.trouble.button, Qt.MouseButton.LeftButton)
    wait_saved(qtbot, window)
    assert window.session.state.catalogue.status[row] == ACCEPTED
    assert window.statusBar().saved.text() == "All judgements saved"


def test_a_second_window_reads_only(qtbot, open_window, project_dir) -> None:
    open_window(project_dir)
    second = open_window(project_dir)
    assert second.session.state.read_only
    assert second.trouble.isVisible()
    assert "Read-only" in second.trouble.text
    choose(qtbot, second, 0)
    second.actions_["concept.accept"].trigger()
    assert second.strip.label.text() == f"Read-only: {second.session.state.why_read_only}"
    assert not second.session.queue.pending


def test_hidden_concepts_leave_the_list_of_the_photo_and_come_back(qtbot, window) -> None:
    photo_stage = stage(window)
    row = window.session.lists.rows[1]
    choose(qtbot, window, row)
    qtbot.keyClick(photo_stage, Qt.Key.Key_H)
    wait_saved(qtbot, window)
    listed = window.docks["in_photo"].panel.list
    concept = window.session.state.id_of(row)
    assert concept not in listed.concepts
    assert window.session.selection.primary in listed.concepts, "the next one is selected"
    choose(qtbot, window, row)
    qtbot.keyClick(photo_stage, Qt.Key.Key_H)
    wait_saved(qtbot, window)
    assert concept in listed.concepts


# ---- finding and going back


def test_alt_left_and_right_walk_through_what_was_looked_at(qtbot, window) -> None:
    choose(qtbot, window, 1)
    choose(qtbot, window, 2)
    photo_stage = stage(window)
    qtbot.keyClick(photo_stage, Qt.Key.Key_Left, Qt.KeyboardModifier.AltModifier)
    assert window.session.selection.rows == (1,)
    qtbot.keyClick(photo_stage, Qt.Key.Key_Right, Qt.KeyboardModifier.AltModifier)
    assert window.session.selection.rows == (2,)


def test_searching_a_name_selects_its_concept(qtbot, window) -> None:
    row = next(r for r, name in enumerate(window.session.state.catalogue.names) if name == "boat")
    qtbot.keyClick(window, "f", Qt.KeyboardModifier.ControlModifier)
    qtbot.keyClicks(window.search.line, "boat")
    assert window.search.popup.isVisible()
    assert window.search.popup.hits()[0].text == "boat"
    qtbot.keyClick(window.search.line, Qt.Key.Key_Return)
    assert window.session.selection.row == row
    assert not window.search.popup.isVisible()
    assert window.docks["photo"].panel.stage.hasFocus(), "the arrows work at once"


def test_a_concept_in_the_palette_is_no_way_to_undo_a_judgement(qtbot, window) -> None:
    session = window.session
    name = session.state.name(session.selection.rows[0])[0]
    qtbot.keyClick(window, Qt.Key.Key_A)
    wait_saved(qtbot, window)
    assert name in window.actions_["edit.undo"].text()
    qtbot.keyClick(window, Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier)
    qtbot.keyClicks(window.palette_.line, name)
    qtbot.keyClick(window.palette_.line, Qt.Key.Key_Return)
    wait_saved(qtbot, window)
    assert session.state.project.judgements.undo_text is not None
    assert session.state.name(session.selection.rows[0])[0] == name


def test_the_palette_finds_actions_and_concepts(qtbot, window, grab) -> None:
    qtbot.keyClick(window, "k", Qt.KeyboardModifier.ControlModifier)
    palette = window.palette_
    assert palette.line.hasFocus()
    qtbot.keyClicks(palette.line, "statistics")
    qtbot.keyClick(palette.line, Qt.Key.Key_Return)
    assert window.workspace == "statistics"
    assert not palette.isVisible()
    qtbot.keyClick(window, "k", Qt.KeyboardModifier.ControlModifier)
    qtbot.keyClicks(palette.line, "boat")
    grab(window, "palette")
    assert "boat" in [hit.text for hit in palette.list.hits()]
    qtbot.keyClick(palette.line, Qt.Key.Key_Escape)
    assert not palette.isVisible()
    assert not palette.line.hasFocus()


def test_what_was_being_used_has_the_keyboard_after_the_palette(qtbot, window) -> None:
    photo_stage = stage(window)
    qtbot.keyClick(photo_stage, "k", Qt.KeyboardModifier.ControlModifier)
    assert window.palette_.line.hasFocus()
    qtbot.keyClick(window.palette_.line, Qt.Key.Key_Escape)
    assert photo_stage.hasFocus()


def test_the_selection_is_found_again_after_a_restart(qtbot, open_window, project_dir) -> None:
    window = open_window(project_dir)
    image = int(window.session.state.results.image_ids()[7])
    window.session.selection.select_rows((3,), image=image)
    window.close()
    again = open_window(project_dir)
    assert again.session.selection.image == image
    assert again.session.selection.rows == (3,)


# ---- the wizard


def test_the_wizard_counts_photos_and_refuses_what_cannot_be(
    qtbot, open_window, made_project
) -> None:
    window = open_window()
    photos = made_project.parent / f"{made_project.stem} photos"
    dialog = NewProjectDialog(window.session, [photos], window)
    qtbot.addWidget(dialog)
    dialog.place.folder.setText(str(made_project.parent))
    qtbot.waitUntil(lambda: "24 photos, about" in dialog.photos.words.text())
    others = [one for one in dialog.findChildren(QPushButton) if one.text().endswith("…")]
    assert len(others) >= 3 and not any(one.autoDefault() for one in others), "Enter is Start"
    assert dialog.begin.isEnabled()
    plan = dialog.plan()
    assert plan.folders == (photos,)
    assert plan.place == made_project.parent / f"{photos.name}.insight"
    assert (plan.encoder, plan.dictionary) == ("builtin", "builtin")
    dialog.place.name.setText("Harbour")
    assert not dialog.begin.isEnabled()
    assert "there already" in dialog.message.text()
    dialog.place.name.setText("a/b")
    assert not dialog.begin.isEnabled()


def test_a_folder_dropped_on_the_window_starts_the_wizard(qtbot, open_window, made_project) -> None:
    window = open_window()
    photos = made_project.parent / f"{made_project.stem} photos"
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(photos))])
    event = QDropEvent(
        QPointF(100, 100), Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
    )  # fmt: skip
    window.dropEvent(event)
    (dialog,) = window.findChildren(NewProjectDialog)
    assert dialog.isVisible()
    assert dialog.photos.folders() == (photos,)
    dialog.reject()


@pytest.mark.parametrize("dark", [False, True])
def test_the_theme_changes_at_once(qtbot, open_window, project_dir, dark, grab) -> None:
    window = open_window(project_dir, dark=dark)
    before = window.palette().window().color().lightness()
    modifiers = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
    qtbot.keyClick(window, "l", modifiers)
    after = window.palette().window().color().lightness()
    assert (before < 100) == dark
    assert (after < 100) != dark
    grab(window, f"theme_{'light' if dark else 'dark'}")


def test_keys_are_shown_as_the_system_writes_them(window) -> None:
    entry = window.actions_.entry("edit.redo")
    assert entry.sequences()[0] == QKeySequence("Ctrl+Shift+Z")
    assert entry.shown_keys() in window.actions_["edit.redo"].toolTip()


def test_the_progress_line_opens_to_details(qtbot, window, grab) -> None:
    line = window.statusBar().progress
    height = window.statusBar().height()
    running = Progress(1, "analyze", 30, 120, "Analyzing photos", 200.0, rate=8.314)
    window.session.analysis.progress.emit(running)
    assert line.isVisible()
    assert window.statusBar().height() == height, "the line takes no room from the panels"
    qtbot.mouseClick(line.bar, Qt.MouseButton.LeftButton)
    wait_idle(qtbot, window)
    assert line.details.isVisible()
    words = {name: value.text() for name, value in line.details.values.items()}
    assert words["Now"] == "Analyzing photos"
    assert words["Done"] == "30 of 120"
    assert words["Time left"] == "3 min"
    assert words["Speed"] == "8.31 photos/s"
    assert window.statusBar().rate.text() == "8.31 photos/s"
    found = len(window.session.state.results.problems())
    assert words["Problems"] == (f"{found}" if found else "none so far")
    grab(line.details, "progress_details")
    qtbot.mouseClick(line.details.problems, Qt.MouseButton.LeftButton)
    assert not line.details.isVisible()
    assert window.docks["problems"].isVisible()
    window.session.analysis.progress.emit(None)
    assert line.isHidden()
    assert window.statusBar().rate.text() == ""


def test_the_status_bar_tells_the_memory_of_the_worker_and_a_notice_is_said_once(
    qtbot, window
) -> None:
    worker, bar = window.session.worker, window.statusBar()
    assert bar.memory.isHidden()
    worker._hear({"kind": "device", "device": "Card", "memory": 612_400_000})
    assert bar.memory.text() == "612 MB"
    assert "Card" in bar.device.text()
    worker._hear(
        {"kind": "device", "device": "Card", "memory": 1e9, "device_memory": 5_230_000_000}
    )
    assert bar.memory.text() == "1.00 GB, 5.23 GB on the device"
    notice = {"kind": "notice", "message": "Memory ran out; fewer photos go at once from now on."}
    worker._hear(notice)
    assert window.strip.label.text() == notice["message"]
    window.strip.clear()
    worker._hear(notice)
    assert not window.strip.label.text()


def test_whether_all_is_saved_is_read_whole_while_an_analysis_runs(window, qtbot):
    bar, worker = window.statusBar(), window.session.worker
    worker.device, worker.memory = "NVIDIA GeForce RTX 4090", 3_850_000_000
    worker.memory_known.emit()
    work = Progress(1, "analyze", 12, 2000, "Analyzing photos", 312.0, rate=0.83)
    window.session.analysis.progress.emit(work)
    window.resize(1280, 800)
    qtbot.wait(1)
    assert window.width() == 1280, "the window is not forced wider than a small screen"
    saved = bar.saved
    assert saved.text() == "All judgements saved"
    assert saved.width() >= saved.sizeHint().width()
    assert saved.geometry().right() <= bar.width()


def test_every_action_has_an_icon_that_is_in_the_family(window) -> None:
    """What cannot be drawn ends the program: Qt asks for it in the middle of painting a menu."""
    named = [entry.icon for entry in window.actions_.entries() if entry.icon]
    assert len(named) > 20
    for name in named:
        qtawesome.icon(f"ph.{name}")
