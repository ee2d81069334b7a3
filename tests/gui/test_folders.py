"""Photo folders that moved, are taken out and put back: said at once, counted once, undone."""

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QApplication, QFileDialog, QMessageBox, QPushButton

from insight_app.gui.dialogs import folders as dialog_of
from insight_app.gui.dialogs.folders import FoldersDialog
from insight_app.project.check import check
from insight_app.project.photos.decoding import FIRST_RULE, NEWEST_RULE
from insight_app.project.project import Project
from insight_app.project.results import analysis_database
from tests.gui import tiny_worker
from tests.gui.conftest import wait_idle, wait_saved
from tests.project.test_analysis import draw

PHOTOS = 12


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    return draw(tmp_path / "holiday", PHOTOS)


@pytest.fixture
def analyzed(qtbot, open_window, tmp_path: Path, photos: Path):
    """A window on a project that a real worker analyzed."""
    project = tmp_path / "P.insight"
    Project.create(project).close()
    window = open_window()
    tiny_worker.use(window)
    how = tiny_worker.how(tmp_path)
    window.session.analysis.open_and_analyze(project, [photos], **how)
    qtbot.waitUntil(lambda: window.session.analysis.is_running)
    ended(qtbot, window)
    return window


def ended(qtbot, window) -> None:
    """Until the work is done and what came of it is shown."""
    qtbot.waitUntil(lambda: not window.session.analysis.is_running)
    wait_idle(qtbot, window)


def counted(window) -> tuple[int, list[int], list[float]]:
    """(images, cells of every concept, exact sums): what must be the same afterwards."""
    results = window.session.state.results
    return results.coded_images, results.cells.tolist(), results.total.tolist()


def look(qtbot, window) -> None:
    window.session.folders.look()
    wait_idle(qtbot, window)


def choose(qtbot, dialog: FoldersDialog, path: Path) -> None:
    """Click the row of a folder."""
    items = dialog.tree.findItems("", Qt.MatchFlag.MatchContains | Qt.MatchFlag.MatchRecursive)
    (item,) = [one for one in items if one.data(0, dialog_of.PATH_ROLE) == path]
    place = dialog.tree.visualItemRect(item).center()
    qtbot.mouseClick(dialog.tree.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert dialog.tree.selectedItems() == [item]


def press(qtbot, button: QPushButton) -> None:
    """Click a button as soon as it can be clicked."""
    qtbot.waitUntil(button.isEnabled)
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def answer_box(qtbot, text: str) -> None:
    """Press the button of this name in the question that comes next."""

    def press() -> None:
        (box,) = (one for one in QApplication.topLevelWidgets() if isinstance(one, QMessageBox))
        (button,) = (one for one in box.buttons() if one.text() == text)
        qtbot.mouseClick(button, Qt.MouseButton.LeftButton)

    QTimer.singleShot(0, press)


@pytest.fixture
def answer(monkeypatch: pytest.MonkeyPatch):
    """answer(path): what the person chooses in the system's file dialog."""

    def give(path: Path) -> None:
        monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_args: str(path))

    return give


def test_a_folder_that_moved_is_said_and_found_again_and_nothing_counts_twice(
    qtbot, analyzed, photos, answer
) -> None:
    before, session, problems = counted(analyzed), analyzed.session, []
    session.messages.problem.connect(lambda error, *_: problems.append(error))
    new = photos.rename(photos.with_name("journey"))
    look(qtbot, analyzed)
    (missing,) = session.folders.missing
    assert missing.path == photos and missing.counts.photos == PHOTOS
    dialog = FoldersDialog(session, analyzed)
    dialog.show()
    choose(qtbot, dialog, photos)
    assert dialog.tree.currentItem().text(2) == "not there"
    answer(new)
    press(qtbot, dialog.point)
    ended(qtbot, analyzed)
    look(qtbot, analyzed)
    assert problems == []
    assert session.folders.missing == []
    assert counted(analyzed) == before
    assert check(session.state.path) == []
    choose(qtbot, dialog, new)
    assert dialog.tree.currentItem().text(2) == ""


def test_the_same_photos_added_at_another_place_are_recognized(qtbot, analyzed, photos) -> None:
    before = counted(analyzed)
    new = photos.rename(photos.with_name("journey"))
    analyzed.session.folders.add([new])
    ended(qtbot, analyzed)
    assert counted(analyzed) == before
    assert check(analyzed.session.state.path) == []


def test_a_folder_is_taken_out_and_put_back_exactly(qtbot, analyzed, photos) -> None:
    before, session = counted(analyzed), analyzed.session
    concept = session.state.id_of(3)
    session.curation.rename(concept, "keel")
    wait_saved(qtbot, analyzed)
    dialog = FoldersDialog(session, analyzed)
    dialog.show()
    look(qtbot, analyzed)
    choose(qtbot, dialog, photos / "a")
    press(qtbot, dialog.remove)
    ended(qtbot, analyzed)
    assert counted(analyzed)[0] == PHOTOS // 2
    assert session.state.name(session.state.row_of(concept)) == ("keel", True)
    assert check(session.state.path) == []
    look(qtbot, analyzed)
    choose(qtbot, dialog, photos / "a")
    assert dialog.tree.currentItem().text(2) == "taken out"
    press(qtbot, dialog.put_back)
    ended(qtbot, analyzed)
    assert counted(analyzed) == before
    assert check(session.state.path) == []


def test_a_photo_that_was_taken_out_is_selected_no_more(qtbot, analyzed, photos) -> None:
    session, selection = analyzed.session, analyzed.session.selection
    ids = session.state.results.image_ids().tolist()
    paths = {id: session.state.results.image(id).path for id in ids}
    gone, kept = ([id for id in ids if paths[id].parent.name == name] for name in "ab")
    for image in (kept[0], gone[0], gone[1]):
        selection.select(image=image)
    session.folders.remove([photos / "a"])
    ended(qtbot, analyzed)
    assert selection.image in kept
    selection.back()
    assert selection.image == kept[0], "nor on the way back"
    session.folders.remove([photos])
    ended(qtbot, analyzed)
    assert selection.image is None
    assert analyzed.docks["photo"].panel.header.title.text() == "Photo"
    session.folders.put_back([photos])
    ended(qtbot, analyzed)
    assert selection.image is not None
    while selection.can_go_back:
        selection.back()
        assert selection.image is not None, "nor to when there was no photo"


def test_adding_photos_is_taken_back(qtbot, analyzed, tmp_path) -> None:
    before, session, offers = counted(analyzed), analyzed.session, []
    session.messages.offered.connect(lambda *offer: offers.append(offer))
    more = draw(tmp_path / "more", 6, seed=5)
    session.folders.add([more])
    ended(qtbot, analyzed)
    assert counted(analyzed)[0] == PHOTOS + 6
    text, link, undo = offers[0]
    assert text == "Added more" and link == "Undo"
    undo()
    ended(qtbot, analyzed)
    assert counted(analyzed) == before
    assert check(session.state.path) == []
    text, link, put_back = offers[-1]
    assert "6 photos" in text and link == "Put it back"
    put_back()
    ended(qtbot, analyzed)
    assert counted(analyzed)[0] == PHOTOS + 6


def test_a_place_with_none_of_the_photos_is_refused_and_another_can_be_chosen(
    qtbot, analyzed, photos, tmp_path, answer
) -> None:
    before, line, session = counted(analyzed), analyzed.trouble, analyzed.session
    new = photos.rename(photos.with_name("journey"))
    other = draw(tmp_path / "other", 4, seed=77)
    session.folders.move(photos, other)
    ended(qtbot, analyzed)
    assert line.isVisible() and str(other) in line.text
    assert line.button.text() == "Choose another folder…"
    assert counted(analyzed) == before
    answer(new)
    qtbot.mouseClick(line.button, Qt.MouseButton.LeftButton)
    ended(qtbot, analyzed)
    look(qtbot, analyzed)
    assert not line.isVisible()
    assert session.state.results.coded_images == PHOTOS


def test_photos_are_shown_again_when_their_folder_is_back(qtbot, analyzed, photos) -> None:
    session = analyzed.session
    away = photos.rename(photos.with_name("away"))
    ids = session.state.results.image_ids().tolist()
    image = next(image for image in ids if session.pictures.photo(image) is None)
    qtbot.waitUntil(lambda: session.pictures.broken(image) is not None)
    qtbot.waitUntil(lambda: bool(session.folders.missing))
    away.rename(photos)
    look(qtbot, analyzed)
    assert session.folders.missing == []
    qtbot.waitUntil(lambda: session.pictures.photo(image) is not None)
    shown = session.pictures.photo(image).toImage()
    assert np.prod([shown.width(), shown.height()]) > 0


def test_a_missing_folder_is_said_at_once_with_the_button_that_mends_it(
    qtbot, analyzed, photos, answer
) -> None:
    line, session = analyzed.trouble, analyzed.session
    assert not line.isVisible()
    new = photos.rename(photos.with_name("journey"))
    look(qtbot, analyzed)
    assert line.isVisible()
    assert str(photos) in line.text and "12 photos" in line.text
    qtbot.keyClick(analyzed, Qt.Key.Key_2, Qt.KeyboardModifier.ControlModifier)
    assert line.isVisible(), "also in another workspace"
    answer(new)
    qtbot.mouseClick(line.button, Qt.MouseButton.LeftButton)
    ended(qtbot, analyzed)
    look(qtbot, analyzed)
    assert not line.isVisible()
    assert session.state.results.coded_images == PHOTOS


def test_a_folder_that_is_missing_at_the_start_is_said_then(
    qtbot, open_window, analyzed, photos
) -> None:
    project = analyzed.session.state.path
    analyzed.close()
    photos.rename(photos.with_name("journey"))
    again = open_window(project)
    qtbot.waitUntil(again.trouble.isVisible)
    assert "is not there" in again.trouble.text
    photos.with_name("journey").rename(photos)
    look(qtbot, again)
    assert not again.trouble.isVisible()


def test_a_photo_that_could_not_be_loaded_is_there_with_its_folder_though_nobody_saw_it_come(
    qtbot, analyzed, photos
) -> None:
    session, stage = analyzed.session, analyzed.docks["photo"].panel.stage
    analyzed.show_workspace("images")
    wait_idle(qtbot, analyzed)
    away = photos.rename(photos.with_name("journey"))
    session.selection.select(image=int(session.state.results.image_ids()[-1]))
    qtbot.waitUntil(lambda: stage.message != "")
    qtbot.waitUntil(lambda: len(session.folders.missing) == 1)
    analyzed.show_workspace("concepts")
    away.rename(photos)
    look(qtbot, analyzed)
    analyzed.show_workspace("images")
    qtbot.waitUntil(lambda: stage.geometry_of_photo is not None)
    assert not stage.message


def test_the_list_of_problems_offers_what_mends_them(qtbot, analyzed, photos, answer) -> None:
    session = analyzed.session
    session.folders.remove([photos / "a"])
    ended(qtbot, analyzed)
    analyzed.actions_["analysis.problems"].trigger()
    wait_idle(qtbot, analyzed)
    panel = analyzed.docks["problems"].panel
    (button,) = [b for b in panel.area.findChildren(QPushButton) if b.text() == "Put it back"]
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    ended(qtbot, analyzed)
    assert session.state.results.coded_images == PHOTOS
    new = photos.rename(photos.with_name("journey"))
    look(qtbot, analyzed)
    (button,) = [
        b for b in panel.area.findChildren(QPushButton) if b.text() == "Point to the folder…"
    ]
    answer(new)
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    ended(qtbot, analyzed)
    assert session.state.results.coded_images == PHOTOS


def test_undo_of_adding_is_a_link_beside_the_line_that_says_it(qtbot, analyzed, tmp_path) -> None:
    more = draw(tmp_path / "more", 6, seed=5)
    analyzed.session.folders.add([more])
    qtbot.waitUntil(lambda: analyzed.strip.link.text() == "Undo")
    assert analyzed.strip.label.text() == "Added more"
    analyzed.strip.link.click()
    ended(qtbot, analyzed)
    assert analyzed.session.state.results.coded_images == PHOTOS
    assert check(analyzed.session.state.path) == []


def test_photos_read_by_an_older_rule_are_said_and_read_again_when_asked(
    qtbot, analyzed, monkeypatch
) -> None:
    session = analyzed.session
    engine = analysis_database.open_writer(session.state.path)
    with analysis_database.writing(engine) as connection:
        connection.exec_driver_sql("REPLACE INTO setting VALUES ('reading_rule', '1')")
    analysis_database.close_writer(engine)
    session.projects.read_again()
    wait_idle(qtbot, analyzed)
    assert session.state.results.reading_rule == FIRST_RULE
    analyzed.actions_["analysis.problems"].trigger()
    wait_idle(qtbot, analyzed)
    panel = analyzed.docks["problems"].panel
    (button,) = [b for b in panel.area.findChildren(QPushButton) if b.text() == "Analyze again…"]
    answer_box(qtbot, "Analyze again")
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    ended(qtbot, analyzed)
    assert session.state.results.reading_rule == NEWEST_RULE
    assert session.state.results.coded_images == PHOTOS
    assert check(session.state.path) == []


def test_the_folders_open_with_one_chosen_though_the_keys_are_still_held(qtbot, analyzed) -> None:
    held = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
    qtbot.keyPress(analyzed, Qt.Key.Key_F, held)
    dialog = analyzed.findChild(FoldersDialog)
    assert dialog is not None and len(dialog.tree.selectedItems()) == 1
    assert dialog.remove.isEnabled()
    dialog.reject()
