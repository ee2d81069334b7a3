"""Photos left out by pattern, pictures and channels chosen: in the wizard and for the folders."""

# ruff: noqa: F811 - fixtures of another module are arguments here

import os
import sys
from pathlib import Path

import pytest
from PIL import Image
from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QMessageBox

from insight_app.gui.dialogs.folders import FoldersDialog
from insight_app.gui.dialogs.new_project import NewProjectDialog
from insight_app.project.project import Project
from tests.gui import tiny_worker
from tests.gui.conftest import wait_idle
from tests.gui.test_folders import PHOTOS, analyzed, counted, ended, photos  # noqa: F401


def wizard(qtbot, open_window, *folders: Path) -> NewProjectDialog:
    window = open_window()
    dialog = NewProjectDialog(window.session, folders, window)
    qtbot.addWidget(dialog)
    dialog.show()
    return dialog


def until(qtbot, dialog: NewProjectDialog, text: str) -> None:
    qtbot.waitUntil(lambda: text in dialog.photos.words.text() + dialog.message.text())


def test_the_wizard_counts_what_is_left_out_and_says_what_is_not_taken(
    qtbot,
    open_window,
    photos: Path,
    tmp_path: Path,
) -> None:
    for number in range(5):
        Image.new("L", (9, 9)).save(photos / f"{number}_mask.png")
        (photos / f"{number}.psd").touch()
    pages = [Image.new("RGB", (9, 9)) for _ in range(4)]
    pages[0].save(photos / "pages.tif", save_all=True, append_images=pages[1:])
    dialog = wizard(qtbot, open_window, photos)
    until(qtbot, dialog, f"{PHOTOS + 6} photos, about")
    assert dialog.photos.rest.text() == "Not taken: 5 Photoshop files."
    assert dialog.photos.several.page.isVisible() and dialog.photos.several.page.maximum() == 4
    assert not dialog.photos.several.channels_field.isVisible()
    dialog.photos.several.page.setValue(2)
    qtbot.keyClicks(dialog.photos.patterns.exclude, "*_MASK.png, *.psd")
    until(qtbot, dialog, f"{PHOTOS + 1} photos, 5 left out, about")
    assert dialog.photos.rest.isHidden()
    plan = dialog.plan()
    assert (plan.patterns.exclude, plan.page) == (("*_MASK.png", "*.psd"), 2)
    dialog.photos.patterns.include.setText("*.none")
    until(qtbot, dialog, f"All photos ({PHOTOS + 6} photos) are left out by name")
    assert not dialog.begin.isEnabled()


@pytest.mark.skipif(sys.platform != "linux", reason="other systems have only names that are text")
def test_the_wizard_says_why_a_folder_has_no_photos(qtbot, open_window, tmp_path: Path) -> None:
    only = tmp_path / "only"
    only.mkdir()
    (only / "1.psd").touch()
    (only / "1.jpg").symlink_to("nowhere")
    odd = Path(os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9"))
    odd.mkdir()
    dialog = wizard(qtbot, open_window, only)
    until(qtbot, dialog, "There are no photos in these folders. Not taken: 1 Photoshop file.")
    until(qtbot, dialog, "1 more is not taken: The link leads to nothing.")
    dialog.photos.add_folder(odd)
    until(qtbot, dialog, "caf\\xe9 is not valid text. Rename the folder, then add it.")
    assert not dialog.begin.isEnabled()


def test_patterns_are_changed_in_the_folders_dialog_and_undone(qtbot, analyzed) -> None:
    window = analyzed
    before = counted(window)
    dialog = FoldersDialog(window.session, window)
    qtbot.addWidget(dialog)
    dialog.show()
    qtbot.waitUntil(lambda: window.session.folders.choice is not None)
    assert not dialog.apply.isEnabled()
    qtbot.keyClicks(dialog.patterns.exclude, "a/*")
    qtbot.waitUntil(dialog.apply.isEnabled)
    offers = []
    window.session.messages.offered.connect(lambda *offer: offers.append(offer))
    dialog.apply.click()
    ended(qtbot, window)
    qtbot.waitUntil(lambda: "left out by name" in dialog.left_out.text())
    assert 0 < counted(window)[0] < PHOTOS
    assert not dialog.apply.isEnabled() and dialog.patterns.exclude.text() == "a/*"
    text, _link, undo = offers[-1]
    assert text.endswith("left out by name")
    undo()
    ended(qtbot, window)
    qtbot.waitUntil(lambda: dialog.patterns.exclude.text() == "")
    assert counted(window) == before

    qtbot.keyClicks(dialog.patterns.exclude, "b/*")
    for button, closes in (("Go on", False), ("Discard them", True)):
        asked = []

        def answer(button: str = button, asked: list[str] = asked) -> None:
            box = dialog.findChildren(QMessageBox)[-1]
            asked.append(box.text())
            next(one for one in box.buttons() if one.text() == button).click()

        QTimer.singleShot(0, answer)
        qtbot.keyClick(dialog, Qt.Key.Key_Escape)
        assert asked and dialog.isVisible() != closes


def test_photos_that_are_looked_for_or_all_left_out_are_not_said_to_be_none(
    qtbot, open_window, photos: Path, tmp_path: Path
) -> None:
    project = tmp_path / "P.insight"
    Project.create(project).close()
    window = open_window(project)
    qtbot.keyClick(window, Qt.Key.Key_1, Qt.KeyboardModifier.ControlModifier)
    wait_idle(qtbot, window)
    photo, thumbnails = window.docks["photo"].panel, window.docks["thumbnails"].panel
    assert "No photos in this project yet" in photo.stage.message and thumbnails.add.isVisible()
    tiny_worker.use(window)
    how = tiny_worker.how(tmp_path)
    window.session.analysis.analyze([str(photos)], include=["*.none"], **how)
    for text in (photo.stage.message, thumbnails.empty.label.text()):
        assert "being looked for" in text, "at once"
    assert thumbnails.add.isHidden() and photo.add_photos.isHidden()
    ended(qtbot, window)
    qtbot.waitUntil(lambda: "left out by name" in photo.stage.message)
    assert f"All {PHOTOS} photos are left out by name" in thumbnails.empty.label.text()
    for part, add in ((photo, photo.add_photos), (thumbnails, thumbnails.add)):
        assert part.choose_folders.isVisible() and part.choose_folders.isEnabled()
        assert add.isHidden()
