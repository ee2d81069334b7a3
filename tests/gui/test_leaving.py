"""What is being typed is written before anything leaves, and to the project it was typed in."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from insight_app.gui.curation.name_edit import NameEdit
from insight_app.gui.window.status import NOTE_NOT_SAVED, SAVED
from insight_app.project.project import Project
from tests.gui.conftest import wait_idle, wait_saved

CTRL = Qt.KeyboardModifier.ControlModifier
TEXT = "half a thought"
ROOT = Path(__file__).parents[2]
TYPES = """
import sys
from pathlib import Path
from PySide6.QtTest import QTest
from insight_app.gui.app import application
from insight_app.gui.settings import Settings
from insight_app.gui.window.main_window import MainWindow
from insight_app.gui.window.status import SAVED
app = application()
window = MainWindow(Settings(), Path(sys.argv[1]))
window.show()
def wait(condition):
    while not condition():
        app.processEvents()
wait(lambda: window.session.state.catalogue is not None)
window.show_workspace("concepts")
window.session.selection.select_rows((3,))
note = window.docks["card"].panel.note
wait(lambda: note.concept == window.session.state.id_of(3))
note.take_keyboard()
QTest.keyClicks(note, sys.argv[2])
assert window.statusBar().saved.text() != SAVED
wait(lambda: window.statusBar().saved.text() == SAVED)
assert note.hasFocus()
print("saved", flush=True)
sys.stdin.read()
"""
"""A person who types a note, and is still in it when the window says that all is saved."""


@pytest.fixture
def other_project(made_project: Path, tmp_path: Path) -> Path:
    """Another project with the same dictionary: its concepts have the same ids."""
    copy = tmp_path / "Other.insight"
    shutil.copytree(made_project, copy)
    return copy


@pytest.fixture
def typing(qtbot, window):
    """A note is being typed in the concept card of the Concepts workspace."""
    window.show_workspace("concepts")
    window.session.selection.select_rows((3,))
    wait_idle(qtbot, window)
    window.docks["hierarchy"].panel.view.setFocus()
    qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_N)
    note = QApplication.focusWidget()
    assert note is window.docks["card"].panel.note
    qtbot.keyClicks(note, TEXT)
    return window


def notes(project: Path) -> list[str]:
    """The notes that the log on the disk adds up to."""
    with Project.open(project, read_only=True) as opened:
        return [said.note for said in opened.judgements.state.concepts.values() if said.note]


def test_closing_the_project_keeps_the_note_where_it_was_typed(
    qtbot, typing, project_dir, other_project
) -> None:
    qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_W, CTRL)
    assert typing.session.state.project is None
    typing.session.projects.open(other_project)
    qtbot.waitUntil(lambda: typing.session.state.project is not None)
    typing.session.selection.select_rows((3,))
    wait_saved(qtbot, typing)
    assert typing.docks["card"].panel.note.toPlainText() == ""
    assert notes(project_dir) == [TEXT]
    assert notes(other_project) == []


def test_opening_another_project_keeps_the_note_where_it_was_typed(
    qtbot, typing, project_dir, other_project
) -> None:
    typing.session.projects.open(other_project)
    qtbot.waitUntil(lambda: typing.session.state.path == other_project)
    wait_saved(qtbot, typing)
    assert notes(project_dir) == [TEXT]
    assert notes(other_project) == []


def test_a_note_is_gone_on_with_where_one_comes_back_to_its_project(
    qtbot, typing, project_dir, other_project
) -> None:
    for project in (other_project, project_dir):
        typing.session.projects.open(project)
        qtbot.waitUntil(lambda project=project: typing.session.state.path == project)
        wait_saved(qtbot, typing)
    note = typing.docks["card"].panel.note
    assert note.toPlainText() == TEXT
    note.take_keyboard()
    qtbot.keyClicks(note, " more")
    qtbot.keyClick(note, Qt.Key.Key_Escape)
    wait_saved(qtbot, typing)
    assert notes(project_dir) == [f"{TEXT} more"]


def test_a_note_that_cannot_be_written_yet_is_gone_on_with(
    qtbot, typing, full_disk, project_dir
) -> None:
    note, session = typing.docks["card"].panel.note, typing.session
    with full_disk:
        qtbot.keyClick(note, Qt.Key.Key_Escape)
        qtbot.waitUntil(lambda: session.queue.error is not None)
        session.selection.select_rows((4,))
        assert note.toPlainText() == ""
        session.selection.select_rows((3,))
        assert note.toPlainText() == TEXT
        note.take_keyboard()
        qtbot.keyClicks(note, " more")
        qtbot.keyClick(note, Qt.Key.Key_Escape)
    session.queue.retry()
    wait_saved(qtbot, typing)
    assert notes(project_dir) == [f"{TEXT} more"]


def test_a_note_is_written_when_the_typing_rests_and_typing_goes_on(
    qtbot, typing, project_dir
) -> None:
    note, saved = typing.docks["card"].panel.note, typing.statusBar().saved
    qtbot.keyClick(note, Qt.Key.Key_Left)
    assert saved.text() == NOTE_NOT_SAVED and notes(project_dir) == []
    qtbot.waitUntil(lambda: saved.text() == SAVED)
    wait_saved(qtbot, typing)
    assert notes(project_dir) == [TEXT]
    assert note.hasFocus() and note.textCursor().position() == len(TEXT) - 1
    qtbot.keyClicks(note, "!")
    qtbot.waitUntil(lambda: saved.text() == SAVED)
    wait_saved(qtbot, typing)
    assert notes(project_dir) == ["half a though!t"]
    typing.session.curation.undo()
    wait_saved(qtbot, typing)
    assert note.toPlainText() == TEXT and notes(project_dir) == [TEXT]
    qtbot.keyClicks(note, "s")
    qtbot.keyClick(note, Qt.Key.Key_Z, CTRL)
    assert note.toPlainText() == TEXT and saved.text() == SAVED


def test_a_note_outlives_a_killed_window(project_dir) -> None:
    command = [sys.executable, "-c", TYPES, str(project_dir), TEXT]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen(command, cwd=ROOT, env=os.environ, text=True, **pipes) as window:
        said = window.stdout.readline()
        window.kill()
    assert said == "saved\n" and notes(project_dir) == [TEXT]


def test_closing_the_window_keeps_the_note(qtbot, typing, project_dir) -> None:
    assert typing.close()
    assert notes(project_dir) == [TEXT]


def test_another_workspace_keeps_the_note(qtbot, typing, project_dir) -> None:
    qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_3, CTRL)
    wait_saved(qtbot, typing)
    assert notes(project_dir) == [TEXT]


def test_going_back_to_another_concept_keeps_the_note(qtbot, typing, project_dir) -> None:
    row = typing.session.selection.row
    typing.session.selection.back()
    wait_saved(qtbot, typing)
    assert typing.session.selection.row != row
    assert typing.session.state.catalogue.notes == {row: TEXT}


def test_escape_keeps_the_note_and_undo_takes_it_back(qtbot, typing, project_dir) -> None:
    qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Escape)
    wait_saved(qtbot, typing)
    assert not typing.docks["card"].panel.note.hasFocus()
    assert notes(project_dir) == [TEXT]
    qtbot.keyClick(typing, Qt.Key.Key_Z, CTRL)
    wait_saved(qtbot, typing)
    assert notes(project_dir) == []
    assert typing.docks["card"].panel.note.toPlainText() == ""


def test_newer_results_leave_what_is_being_typed_alone(qtbot, typing, project_dir) -> None:
    typing.session.projects.read_again()
    wait_idle(qtbot, typing)
    note = typing.docks["card"].panel.note
    assert note.hasFocus() and note.toPlainText() == TEXT
    qtbot.keyClicks(note, ", finished")
    qtbot.keyClick(note, Qt.Key.Key_Return, CTRL)
    wait_saved(qtbot, typing)
    assert notes(project_dir) == [f"{TEXT}, finished"]


@pytest.mark.parametrize("panel", ["hierarchy", "card"])
def test_closing_the_window_keeps_a_name_that_is_being_typed(
    qtbot, window, project_dir, panel
) -> None:
    window.show_workspace("concepts")
    window.session.selection.select_rows((3,))
    wait_idle(qtbot, window)
    window.docks[panel].panel.setFocus()
    if panel == "card":
        window.docks[panel].panel.head.rename()
    else:
        qtbot.keyClick(window.docks[panel].panel.view, Qt.Key.Key_F2)
    editor = QApplication.focusWidget()
    assert isinstance(editor, NameEdit)
    qtbot.keyClicks(editor, "spritsail")
    concept = window.session.selection.primary
    assert window.close()
    with Project.open(project_dir, read_only=True) as opened:
        assert opened.judgements.state.concepts[concept].name == "spritsail"
