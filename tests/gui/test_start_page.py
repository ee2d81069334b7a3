"""The start page: recent projects are looked at once, and anew only where something changed."""

import shutil
from pathlib import Path

from PySide6.QtCore import Qt

from insight_app.gui.settings import Settings
from insight_app.gui.window.start import look_at
from tests.gui.conftest import wait_idle


def test_a_project_is_opened_for_its_picture_only_after_a_change(project_dir) -> None:
    first = look_at(project_dir, 144, None)
    assert first.picture is not None
    before = {file: file.stat().st_atime_ns for file in project_dir.rglob("*") if file.is_file()}
    assert look_at(project_dir, 144, first) is first
    assert {file: file.stat().st_atime_ns for file in before} == before, "no file was read"
    (project_dir / "analysis.sqlite").touch()
    again = look_at(project_dir, 144, first)
    assert again is not first
    assert again.picture is not None


def test_recent_projects_are_shown_with_picture_and_those_that_are_gone_can_be_taken_off(
    qtbot, open_window, project_dir, tmp_path
) -> None:
    gone = tmp_path / "A name that is far too long for any window " / ("x" * 90)
    shutil.copytree(project_dir, gone)
    settings = Settings()
    for path in (project_dir, gone):
        settings.remember(path, images=24)
    settings.sync()
    window = open_window()
    wait_idle(qtbot, window)
    rows = window.start.recent_rows
    assert [Path(path) for path in rows] == [gone, project_dir]
    assert all(row.picture is not None for row in rows.values())
    kept = rows[str(project_dir)]
    shutil.rmtree(gone)
    window.start.refresh()
    wait_idle(qtbot, window)
    row = rows[str(gone)]
    assert window.start.recent_rows[str(project_dir)] is kept, "what is the same stays"
    assert row.is_gone and row.forget.isVisible()
    assert not kept.is_gone and not kept.forget.isVisible()
    row.setFocus()
    qtbot.keyClick(row, Qt.Key.Key_Delete)
    assert [item.path for item in window.settings.recent()] == [str(project_dir)]
    (row,) = window.start.recent_rows.values()
    assert row.picture is not None, "at once, from what is known"
    qtbot.keyClick(row, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: window.session.state.project is not None)
