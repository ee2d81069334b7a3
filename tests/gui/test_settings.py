"""Settings that cannot be kept, or are damaged: the window goes on, and says so once."""

import json
from pathlib import Path

import pytest
from PySide6.QtCore import Qt

from insight_app.gui.dialogs.preferences import PreferencesDialog
from insight_app.gui.settings import DEFAULTS, Settings
from tests.gui.conftest import wait_idle, wait_saved

CTRL = Qt.KeyboardModifier.ControlModifier
ACCEPTED = 1


def wall(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Let everything of a person's home lie below a file: nothing can be written there."""
    (file := folder / "wall").write_text("a file")
    for name in ("HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME"):
        monkeypatch.setenv(name, str(file / "below"))
    monkeypatch.delenv("INSIGHT_SETTINGS")
    return file


def test_without_a_place_for_settings_all_works_and_it_is_said_once(
    qtbot, open_window, project_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = wall(tmp_path, monkeypatch)
    window = open_window(project_dir)
    said = window.trouble.text
    assert window.trouble.isVisible() and "Settings cannot be kept" in said and str(file) in said
    assert "bug" not in said and "no folder" in said
    window.trouble.close_button.click()
    for number in (Qt.Key.Key_2, Qt.Key.Key_3, Qt.Key.Key_4, Qt.Key.Key_2):
        qtbot.keyClick(window, number, CTRL)
        wait_idle(qtbot, window)
    concept = window.session.selection.primary
    window.session.curation.accept()
    wait_saved(qtbot, window)
    state = window.session.state
    assert state.catalogue.status[state.row_of(concept)] == ACCEPTED
    window.settings.set("theme", "dark")
    assert window.settings.get("theme") == "dark" and window.settings.recent()
    window.settings.sync()
    assert not window.trouble.isVisible(), "once is enough"

    problems: list[Exception] = []
    window.session.messages.problem.connect(lambda error, *_: problems.append(error))
    page = PreferencesDialog(window.session, window)
    page.person.setText("Ada")
    page.person.editingFinished.emit()
    assert [str(error).count("Your name cannot be kept") for error in problems] == [1]
    page.reject()
    assert window.close() and file.read_text() == "a file"


def test_a_full_disk_is_said_when_settings_are_written(qtbot, window, full_disk) -> None:
    assert not window.trouble.isVisible()
    with full_disk:
        window.settings.set("overlay_opacity", 33)
        window.settings.sync()
        assert "larger than a file may be" in window.trouble.text
    window.settings.sync()
    assert Settings().get("overlay_opacity") == 33, "kept as soon as there is room"


@pytest.mark.parametrize(
    "content",
    [
        b"\x00\xff[[[no ini\n=====\n[x\n\x07\x08",
        b"[preferences]\ntheme=plaid\ninterface_size=large\noverlay_mode=7\nworkspace=attic\n"
        b"last_project=/nowhere\n[window2]\nmain=@Variant(\\0)\n",
    ],
)
def test_damaged_settings_are_as_at_the_first_start(
    qtbot, open_window, project_dir: Path, home: Path, content: bytes
) -> None:
    (home / "window.ini").write_bytes(content)
    settings = Settings()
    assert {type(settings.get(name)) for name in DEFAULTS} == {str, int, bool}
    window = open_window(project_dir)
    assert window.workspace == "images"
    window.session.selection.select_rows((3,))
    window.close()
    again = open_window(project_dir)
    assert not again.trouble.isVisible() and again.session.selection.rows == (3,)


def test_a_recent_project_that_may_not_be_looked_at_stops_nothing(qtbot, open_window, tmp_path):
    """A folder without permission, a drive that answers with errors: here a name too long."""
    unseen = tmp_path / ("x" * 300)
    settings = Settings()
    settings.remember(unseen)
    settings.set("last_project", str(unseen))
    settings.sync()
    window = open_window()
    qtbot.waitUntil(window.trouble.isVisible)
    assert "cannot be looked at" in window.trouble.text and "too long" in window.trouble.text
    row = window.start.recent_rows[str(unseen)]
    qtbot.waitUntil(lambda: row._is_known)
    assert not row.is_gone
    for opening in (row.click, lambda: window.opening.open_paths([unseen])):
        for _key, trouble in window.session.troubles.present:
            assert "bug" not in trouble.text
        opening()
        wait_idle(qtbot, window)
    assert window.start.isVisible() and "cannot be looked at" in window.trouble.text


def test_what_was_remembered_of_projects_is_checked(qtbot, open_window, project_dir: Path) -> None:
    settings = Settings()
    shape = '[{"path": "/x", "opened": %s, "images": %s, "reviewed": %s}]'
    for recent in (
        shape % ("NaN", 1, 0),
        shape % ("1e300", 1, 0),
        shape % (-1, 1, 0),
        shape % (1, "Infinity", 0),
        shape % (1, 1, 7),
        '[{"path": 3}]',
        "[1, 2]",
        "7",
        '[{"path": "/x", "opened": "yesterday"}]',
        "[" * 100_000,
    ):
        settings._file.setValue("recent", recent)
        assert settings.recent() == []
    settings._file.setValue("recent", json.dumps([7, *json.loads(shape % (1, 2, 0.5))]))
    assert [(one.path, one.images, one.reviewed) for one in settings.recent()] == [("/x", 2, 0.5)]
    settings.set_place(project_dir, {"image": "first", "concepts": [["dog"], 7, "x:1"]})
    window = open_window(project_dir)
    assert window.session.selection.image is not None and len(window.session.selection.rows) == 1
    for place in (json.dumps([1]), json.dumps({"image": [], "concepts": "cat"}), "{" * 100_000):
        settings._file.setValue(next(k for k in settings._file.allKeys() if "places/" in k), place)
        assert isinstance(settings.place(project_dir), dict)
