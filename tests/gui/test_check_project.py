"""Checking and repairing the open project in the window, by a real worker."""

import random
from pathlib import Path

from PySide6.QtCore import Qt

from insight_app.gui.dialogs.check_project import CheckDialog
from insight_app.project.check import check
from tests.gui import tiny_worker
from tests.gui.conftest import wait_idle
from tests.project import flips


def test_damage_is_shown_in_words_and_repaired_by_a_button(qtbot, open_window, tmp_path) -> None:
    project = flips.make(tmp_path)
    window = open_window(project)
    tiny_worker.use(window)
    wait_idle(qtbot, window)
    session = window.session
    assert session.actions["file.check"].isEnabled()
    sound = CheckDialog(session, window)
    sound.show()
    qtbot.waitUntil(lambda: sound.summary.text() == "Everything is in order.")
    assert not sound.repair.isEnabled() and sound.bar.isHidden()
    sound.close()

    newest: Path = max((project / "statistics").glob("generation-*"))
    damaged = session.state.results.generation
    flips.flip(newest / "edges.npz", random.Random(1))
    dialog = CheckDialog(session, window)
    dialog.show()
    qtbot.waitUntil(dialog.repair.isEnabled)
    assert dialog.summary.text() == "1 damaged part found."
    found = dialog.findings.toPlainText()
    assert "edges.npz" in found and "hierarchy" in found and "judgements are not touched" in found
    assert "--repair" not in found
    qtbot.mouseClick(dialog.repair, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: dialog.summary.text().startswith("Repaired"))
    wait_idle(qtbot, window)
    assert check(project) == [] and not dialog.repair.isEnabled()
    assert session.state.results.generation > damaged


def test_a_check_that_is_closed_stops(qtbot, open_window, tmp_path) -> None:
    window = open_window(flips.make(tmp_path))
    tiny_worker.use(window)
    wait_idle(qtbot, window)
    dialog = CheckDialog(window.session, window)
    dialog.show()
    assert window.session.analysis.is_running
    dialog.close()
    qtbot.waitUntil(lambda: not window.session.analysis.is_running)
