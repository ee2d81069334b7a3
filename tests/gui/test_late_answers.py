"""Answers that come after their project was left change nothing in the next one."""

import json
import shutil
import sys
import threading
from functools import partial
from pathlib import Path

import pytest
from PySide6.QtCore import Qt

from insight_app.gui.photo_drawing import to_qimage
from insight_app.gui.state.epochs import Scope
from insight_app.project.judgements import Person, rename
from insight_app.project.judgements.store import Judgements
from insight_app.project.photos.decoding import load_upright
from insight_app.project.project import Project
from tests.gui.conftest import wait_idle, wait_saved
from tests.synthetic import make_project, publish_again

SLOW = """
import json, sys
waiting = []
for line in sys.stdin:
    request = json.loads(line)
    if request["do"] == "cancel":
        waiting.append(request["request"])
    elif request["do"] == "analyze":
        print(json.dumps({"id": request["id"], "kind": "progress", "done": 1, "total": 9,
                          "message": "Analyzing photos", "seconds_left": 9}), flush=True)
    else:
        for number in waiting:
            print(json.dumps({"id": number, "kind": "result", "cancelled": True}), flush=True)
        print(json.dumps({"id": request["id"], "kind": "result"}), flush=True)
"""
"""A worker whose analyses never end by themselves, and end late when they are cancelled: when the
next other request comes."""


@pytest.fixture(scope="module")
def made_other(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Other photos under the same numbers, with the same dictionary."""
    return make_project(tmp_path_factory.mktemp("other") / "Meadow.insight", seed=9)


@pytest.fixture
def other(made_other: Path, tmp_path: Path) -> Path:
    copy = tmp_path / "Meadow.insight"
    shutil.copytree(made_other, copy)
    return copy


def open_other(qtbot, window, path: Path) -> None:
    window.session.projects.open(path)
    qtbot.waitUntil(lambda: window.session.state.path == path)
    wait_idle(qtbot, window)


def test_the_end_of_one_projects_analysis_leaves_that_of_the_next_alone(
    qtbot, window, other
) -> None:
    session = window.session
    session.worker.command = [sys.executable, "-c", SLOW]
    session.analysis.analyze()
    qtbot.waitUntil(lambda: session.analysis.last_progress is not None)
    open_other(qtbot, window, other)
    assert not session.analysis.is_running
    assert session.analysis.last_progress is None
    session.analysis.analyze()
    qtbot.waitUntil(lambda: session.analysis.last_progress is not None)
    ends = []
    session.worker.request("flush", scope=Scope.PROGRAM, done=ends.append)
    qtbot.waitUntil(lambda: bool(ends))
    assert session.analysis.is_running, "the first project's cancelled analysis ended, not this one"
    qtbot.waitUntil(lambda: window.actions_["analysis.pause"].isEnabled())
    window.actions_["analysis.pause"].trigger()
    session.worker.request("flush", scope=Scope.PROGRAM, done=ends.append)
    qtbot.waitUntil(lambda: not session.analysis.is_running)
    assert session.analysis.last_progress.paused


def test_a_picture_of_the_last_project_is_not_shown_in_the_next(qtbot, window, other) -> None:
    """The photo that was asked for is read only after the other project is open."""
    session, go = window.session, threading.Event()
    image = session.selection.image + 6  # not fetched ahead
    for _ in range(2):  # all threads of the pool wait
        session.jobs.run(partial(go.wait, 300), scope=Scope.PROGRAM)
    assert session.pictures.photo(image) is None
    session.projects.open(other)
    qtbot.waitUntil(lambda: session.state.path == other)
    go.set()
    wait_idle(qtbot, window)
    session.selection.select(image=image)
    qtbot.waitUntil(lambda: session.pictures.photo(image) is not None)
    shown = session.pictures.photo(image).toImage()
    fresh = to_qimage(load_upright(session.state.results.image(image).path))
    assert shown.convertToFormat(fresh.format()) == fresh


def test_an_open_that_failed_starts_nothing_later(qtbot, window, tmp_path, other) -> None:
    session = window.session
    session.worker.command = [sys.executable, "-c", SLOW]
    session.analysis.open_and_analyze(tmp_path / "Nowhere.insight", [tmp_path])
    qtbot.waitUntil(window.trouble.isVisible)
    open_other(qtbot, window, other)
    assert not session.analysis.is_running


def test_the_project_that_was_asked_for_last_is_opened(qtbot, window, other, tmp_path) -> None:
    third = tmp_path / "Third.insight"
    shutil.copytree(other, third)
    window.session.projects.open(other)
    window.session.projects.open(third)
    qtbot.waitUntil(lambda: window.session.state.path == third)
    wait_idle(qtbot, window)
    assert window.session.state.path == third
    with Project.open(other) as free:
        assert not free.read_only, "the one that nobody wanted any more was closed"


def test_opening_the_project_that_is_open_changes_nothing(qtbot, window, project_dir) -> None:
    session, state = window.session, window.session.state
    window.opening.open_paths([project_dir])
    window.opening.open_paths([project_dir / "backups" / ".."])
    wait_idle(qtbot, window)
    assert session.state is state
    assert not session.state.read_only
    assert "open already" in window.strip.label.text()
    session.selection.select_rows((3,))
    session.curation.accept()
    wait_saved(qtbot, window)
    assert session.state.catalogue.status[3]


def test_opening_a_project_twice_at_once_opens_it_once_and_writable(
    qtbot, open_window, project_dir
) -> None:
    window = open_window()
    window.session.projects.open(project_dir)
    window.session.projects.open(project_dir)
    qtbot.waitUntil(lambda: window.session.state.project is not None)
    wait_idle(qtbot, window)
    assert not window.session.state.read_only


def test_a_selection_outlives_newer_results_and_its_colours_too(qtbot, window) -> None:
    session = window.session
    session.selection.select_rows((5, 2))
    colours = [session.selection.colour(row).name() for row in (5, 2)]
    old = session.state
    session.projects.read_again()
    qtbot.waitUntil(lambda: session.state is not old)
    wait_idle(qtbot, window)
    assert session.state.epoch > old.epoch
    assert session.selection.rows == (5, 2)
    assert [session.selection.colour(row).name() for row in (5, 2)] == colours


def test_undo_on_a_full_disk_stays_pending_and_is_said_loudly(
    qtbot, window, project_dir, full_disk
) -> None:
    session = window.session
    session.selection.select_rows((3,))
    session.curation.accept()
    wait_saved(qtbot, window)
    row = 3
    session.selection.select_rows((row,))
    with full_disk:
        qtbot.keyClick(window, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
        qtbot.waitUntil(lambda: session.queue.error is not None)
    assert session.queue.pending == 1
    assert "NOT saved" in window.statusBar().saved.text()
    assert window.trouble.isVisible()
    assert session.state.catalogue.status[row], "still accepted: nothing was taken back"
    session.queue.retry()
    wait_saved(qtbot, window)
    assert not session.state.catalogue.status[row]


def test_an_undo_that_does_not_hold_any_more_is_refused_quietly(qtbot, window) -> None:
    window.session.curation.undo()
    wait_saved(qtbot, window)
    assert window.session.queue.pending == 0
    assert not window.trouble.isVisible()
    assert window.strip.label.text() == "There is nothing to undo."


def test_undo_goes_on_past_an_act_that_another_person_built_on(qtbot, window, project_dir) -> None:
    session = window.session
    for row in (3, 4):
        session.selection.select_rows((row,))
        session.curation.accept()
        wait_saved(qtbot, window)
    with Judgements.open(project_dir / "judgements.sqlite", Person("uuid-ben", "Ben")) as log:
        log.judge([rename(session.state.id_of(4), "ox")], "Ben's")
    for _ in range(2):
        qtbot.keyClick(window, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
        wait_saved(qtbot, window)
        if session.state.catalogue.status[3]:
            assert "Ben said since" in window.strip.label.text()
    assert not session.state.catalogue.status[3] and session.state.catalogue.names[4] == "ox"


def test_what_a_place_remembers_is_plain_json(qtbot, open_window, project_dir, home) -> None:
    window = open_window(project_dir)
    window.session.selection.select_rows((4,))
    concept = window.session.selection.primary
    window.close()
    place = window.settings.place(project_dir)
    assert json.loads(json.dumps(place))["concepts"] == [concept]


def test_results_of_another_program_are_shown_when_one_comes_back(
    qtbot, window, project_dir
) -> None:
    old = window.session.state
    publish_again(project_dir)
    window.session.projects.look_for_newer()
    qtbot.waitUntil(lambda: window.session.state is not old)
    wait_idle(qtbot, window)
    assert window.session.state.results.generation > old.results.generation
    newest = window.session.state
    window.session.projects.look_for_newer()
    wait_idle(qtbot, window)
    assert window.session.state is newest, "nothing newer, nothing is read"
