"""A backup that fails while somebody judges is said at once, and no longer when one succeeds."""

import shutil
from pathlib import Path

import pytest

from insight_app.gui.state.judgement_queue import Write, WriteKind
from insight_app.gui.window.main_window import MainWindow
from insight_app.project import judgements as j
from insight_app.project.folder import BACKUPS
from insight_app.project.rescue import keeping


def test_a_failed_backup_is_a_trouble_until_one_succeeds(
    qtbot, window: MainWindow, project_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keeping, "EACH", 1)
    place, session = project_dir / BACKUPS, window.session

    def judge(note: str) -> None:
        session.queue.submit(Write(WriteKind.JUDGE, [j.note("f:1", note)], "Noted"))

    assert not window.trouble.isVisible()
    shutil.rmtree(place, ignore_errors=True)
    place.touch()
    judge("one")
    qtbot.waitUntil(window.trouble.isVisible)
    assert "backup" in window.trouble.text
    place.unlink()
    judge("two")
    qtbot.waitUntil(lambda: not window.trouble.isVisible())
    assert list(place.glob("*.sqlite"))
