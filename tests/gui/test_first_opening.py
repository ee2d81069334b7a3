"""The first opening of a project, and the next start of the program."""

import shutil
from pathlib import Path

import pytest
from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import (
    QApplication,
    QCheckBox,
    QComboBox,
    QFileDialog,
    QLabel,
    QMessageBox,
    QPushButton,
)

from insight_app.gui.dialogs.export import ExportDialog
from insight_app.gui.dialogs.files import Purpose, choose_folder, start_folder
from insight_app.gui.dialogs.new_project import NewProjectDialog
from insight_app.gui.dialogs.preferences import PreferencesDialog
from insight_app.gui.dialogs.wizard.dictionary import BUILTIN, FOLDER, TRAIN
from insight_app.gui.settings import Settings
from insight_app.project.project import Project
from tests.gui.conftest import wait_idle

CTRL = Qt.KeyboardModifier.ControlModifier


def strongest(window) -> int:
    """The row of the strongest concept of the selected photo."""
    state, image = window.session.state, window.session.selection.image
    concepts, _maxima = state.results.codes(image).maxima()
    return next(row for row in concepts.tolist() if not state.catalogue.hidden[row])


def test_the_strongest_concept_of_the_first_photo_is_selected_and_drawn(qtbot, window) -> None:
    selection, photo = window.session.selection, window.docks["photo"].panel
    assert selection.rows == (strongest(window),)
    assert not selection.can_go_back, "there was nothing before it"
    (layer,) = photo.layers()
    assert layer.values.max() > 0 and photo.stage._overlay is not None
    assert window.docks["card"].panel.area.isVisible()
    grid = window.docks["thumbnails"].panel.model.order
    assert len(grid) == window.session.state.results.image_count, "nobody asked for fewer"
    qtbot.keyClick(window, Qt.Key.Key_2, CTRL)
    wait_idle(qtbot, window)
    assert not window.docks["exemplars"].panel.empty.isVisible()
    assert window.docks["hierarchy"].panel.view.currentIndex().isValid()

    # Review begins at its top; that nobody chose it either is seen by all photos being there
    qtbot.keyClick(window, Qt.Key.Key_3, CTRL)
    wait_idle(qtbot, window)
    assert selection.concepts == window.docks["queue"].panel.list.concepts[:1]
    qtbot.keyClick(window, Qt.Key.Key_1, CTRL)
    wait_idle(qtbot, window)
    order = window.docks["thumbnails"].panel.model.order
    assert len(order) == window.session.state.results.image_count

    # a photo without a selection is a person's choice afterwards
    selection.select(concepts=())
    wait_idle(qtbot, window)
    assert selection.rows == ()


def test_a_hidden_concept_is_not_the_first_one(qtbot, open_window, project_dir) -> None:
    window = open_window(project_dir)
    first = window.session.selection.concepts
    window.session.curation.hide()
    wait_idle(qtbot, window)
    window.session.selection.select(concepts=())
    window.close()
    again = open_window(project_dir)
    assert again.session.selection.rows == (strongest(again),)
    assert again.session.selection.concepts != first


def test_the_project_that_was_open_opens_again_unless_it_was_closed(
    qtbot, open_window, project_dir
) -> None:
    def opened(window, is_open: bool) -> None:
        qtbot.waitUntil(lambda: (window.session.state.project is not None) == is_open)
        wait_idle(qtbot, window)

    window = open_window(project_dir)
    image = int(window.session.state.results.image_ids()[5])
    window.session.selection.select_rows((3,), image=image)
    window.close()
    window = open_window()
    opened(window, True)
    assert (window.session.selection.image, window.session.selection.rows) == (image, (3,))
    dialog = PreferencesDialog(window.session, window)
    (box,) = (b for b in dialog.findChildren(QCheckBox) if "open last" in b.text())
    assert box.isChecked()
    box.click()
    dialog.close()
    window.close()
    window = open_window()
    opened(window, False)
    assert window.start.isVisible()
    window.settings.set("open_last", True)
    window.close()
    window = open_window()
    opened(window, True)
    qtbot.keyClick(window, Qt.Key.Key_W, CTRL)
    opened(window, False)
    window.close()
    opened(open_window(), False)


def test_a_second_window_leaves_the_project_to_the_first(qtbot, open_window, project_dir) -> None:
    first = open_window(project_dir)
    second = open_window()
    qtbot.waitUntil(second.trouble.isVisible)
    assert "open in another window" in second.trouble.text
    assert second.start.isVisible() and second.session.state.project is None
    second.opening.open_recent(str(project_dir))
    qtbot.waitUntil(lambda: second.session.state.project is not None)
    assert second.session.state.read_only and not first.session.state.read_only


@pytest.mark.parametrize("gone", [True, False])
def test_a_last_project_that_cannot_be_opened_is_one_line_on_the_start_page(
    qtbot, open_window, project_dir: Path, gone: bool
) -> None:
    open_window(project_dir).close()
    shutil.rmtree(project_dir)
    if not gone:
        project_dir.mkdir()
    window = open_window()
    qtbot.waitUntil(window.trouble.isVisible)
    wait_idle(qtbot, window)
    assert window.start.isVisible() and not window.start.busy.isVisible()
    line = window.trouble.text
    assert str(project_dir) in line and ("not there any more" in line) == gone
    assert len(window.findChildren(QMessageBox)) == 0


def test_a_project_without_photos_says_in_every_panel_what_would_be_there_and_how(
    qtbot, open_window, tmp_path: Path
) -> None:
    Project.create(tmp_path / "New.insight").close()
    window = open_window(tmp_path / "New.insight")
    qtbot.keyClick(window, Qt.Key.Key_1, CTRL)
    wait_idle(qtbot, window)
    photo, thumbnails = window.docks["photo"].panel, window.docks["thumbnails"].panel
    for button in (photo.add_photos, thumbnails.add):
        assert button.isVisible() and button.isEnabled()
    assert "No photos in this project yet" in photo.stage.message
    for key, name in (
        (Qt.Key.Key_1, "card"), (Qt.Key.Key_2, "exemplars"), (Qt.Key.Key_3, "review")
    ):  # fmt: skip
        qtbot.keyClick(window, key, CTRL)
        wait_idle(qtbot, window)
        (text,) = window.docks[name].panel.empty.findChildren(QLabel)
        assert text.isVisible() and "analyzed" in text.text() and "Choose" not in text.text()


# ---- choosing files, and questions


def test_file_dialogs_begin_where_one_chose_last_for_the_same_purpose_else_where_such_things_are(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, window
) -> None:
    home = tmp_path / "home"
    (pictures := home / "Pictures").mkdir(parents=True)
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.chdir(tmp_path)
    settings, begun = Settings(), []

    def choose(answer: Path | None):
        def dialog(_parent, _title, start, *_more, **_options):
            begun.append(Path(start))
            return str(answer or "")

        monkeypatch.setattr(QFileDialog, "getExistingDirectory", dialog)

    (birds := tmp_path / "elsewhere" / "birds").mkdir(parents=True)
    choose(None)
    assert choose_folder(window, "", settings, Purpose.PHOTOS) is None
    choose(birds)
    assert choose_folder(window, "", settings, Purpose.PHOTOS) == birds
    choose_folder(window, "", settings, Purpose.PHOTOS)
    choose_folder(window, "", settings, Purpose.RELEASED)
    assert begun == [pictures, pictures, birds.parent, home], "no Downloads there: home"
    assert start_folder(Settings(), Purpose.PHOTOS) == birds.parent, "after a restart"
    shutil.rmtree(birds.parent)
    assert start_folder(settings, Purpose.PHOTOS) == pictures


def test_what_was_typed_is_where_the_next_one_begins(qtbot, window, tmp_path: Path) -> None:
    (typed := tmp_path / "typed").mkdir()
    page = NewProjectDialog(window.session, (), window)
    page.place.folder.setText(str(typed))
    page.place.name.setText("One")
    page.accept()
    again = NewProjectDialog(window.session, (), window)
    assert again.place.folder.text() == str(typed)
    again.reject()
    export = ExportDialog(window.session, window)
    export.path.setText(str(typed / "one.json"))
    qtbot.mouseClick(export.write, Qt.MouseButton.LeftButton)
    qtbot.waitUntil((typed / "one.json").exists)
    wait_idle(qtbot, window)
    assert Path(ExportDialog(window.session, window).path.text()).parent == typed


@pytest.mark.parametrize("key", [Qt.Key.Key_Return, Qt.Key.Key_Escape])
def test_enter_and_esc_replace_nothing(qtbot, window, tmp_path: Path, key) -> None:
    dialog, asked = ExportDialog(window.session, window), []
    dialog.path.setText(str(there := tmp_path / "there.json"))
    there.write_text("mine")

    def answer() -> None:
        (box,) = (one for one in QApplication.topLevelWidgets() if isinstance(one, QMessageBox))
        asked.append(box.text())
        qtbot.keyClick(box, key)

    QTimer.singleShot(0, answer)
    dialog.show()
    qtbot.mouseClick(dialog.write, Qt.MouseButton.LeftButton)
    assert asked == ["there.json is there already. Replace it?"]
    wait_idle(qtbot, window)
    assert there.read_text() == "mine"


def test_every_dialog_for_files_and_every_question_has_one_place() -> None:
    package = Path(__file__).parents[2] / "insight_app" / "gui"
    for name, place in (
        ("QFileDialog", "dialogs/files.py"),
        ("QMessageBox", "dialogs/confirming.py"),
    ):
        users = [p for p in package.rglob("*.py") if name in p.read_text(encoding="utf-8")]
        assert users == [package / place]


# ---- the wizard


def test_the_lists_of_the_wizard_only_choose_and_built_in_brings_its_dictionary_back(
    qtbot, open_window, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    opened = []
    for dialog, none in (("getExistingDirectory", ""), ("getOpenFileName", ("", ""))):
        monkeypatch.setattr(
            QFileDialog, dialog, lambda *_args, d=dialog, none=none: opened.append(d) or none
        )
    page = NewProjectDialog((window := open_window()).session, (), window)
    page.show()
    boxes = page.findChildren(QComboBox)
    assert {page.encoder.encoder, page.dictionary.choice, page.encoder.model} <= set(boxes)

    def walk(box: QComboBox) -> list[str]:
        texts = []
        for key in [Qt.Key.Key_Home] + [Qt.Key.Key_Down] * 6 + [Qt.Key.Key_Up] * 6:
            qtbot.keyClick(box, key)
            texts.append(box.currentText())
        return texts

    assert "Train one on these photos" in walk(page.dictionary.choice)
    assert "Dense CLIP" in walk(page.encoder.encoder)
    assert (page.encoder.name, page.dictionary.kind) == ("builtin", BUILTIN)
    for box in boxes:
        walk(box)
    qtbot.keyClick(page.encoder.encoder, Qt.Key.Key_Home)
    page.dictionary.choice.setCurrentIndex(page.dictionary.choice.findData(TRAIN))
    qtbot.keyClick(page.encoder.encoder, Qt.Key.Key_End)
    assert page.dictionary.kind == TRAIN
    (first, second) = page.encoder.weights
    walk(first.list), walk(second.list)
    assert opened == []
    qtbot.mouseClick(first.open, Qt.MouseButton.LeftButton)
    qtbot.mouseClick(page.dictionary.open, Qt.MouseButton.LeftButton)
    assert opened == ["getOpenFileName", "getExistingDirectory"]
    qtbot.keyClick(page.encoder.encoder, Qt.Key.Key_Home)
    assert (page.encoder.name, page.dictionary.kind) == ("builtin", BUILTIN)
    QApplication.processEvents()
    shown = " ".join(label.text() for label in page.findChildren(QLabel) if label.isVisible())
    assert "EfficientNet" in shown and "512 concepts" in shown
    for other in ("CLIP", "Model", "weights", "Train"):
        assert other not in shown
    assert page.dictionary.choice.findData(FOLDER) < 0
    assert not any(
        b.text() == "Choose a file…" and b.isVisible() for b in page.findChildren(QPushButton)
    )
    page.reject()
