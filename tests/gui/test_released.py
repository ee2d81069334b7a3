"""Released files in the window, with a real worker: found, opened without photos, written again.

The encoder is the tiny one of tests/tiny.py; its dictionary is written as a release first.
"""

import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent, QGuiApplication
from PySide6.QtWidgets import QPushButton, QToolButton

from insight_app.concepts import hsae
from insight_app.concepts.encoders.models import library
from insight_app.figures import percent
from insight_app.gui.dialogs.export import ExportDialog
from insight_app.gui.dialogs.new_project import NewProjectDialog
from insight_app.gui.dialogs.wizard.dictionary import BUILTIN, FOLDER, TRAIN
from insight_app.gui.window.main_window import MainWindow
from insight_app.gui.window.workspaces import WORKSPACES
from tests import shaped, tiny
from tests.gui.conftest import wait_idle, wait_saved
from tests.test_worker import PROGRAM

PATIENCE = 300_000
COLOURS = ("navy", "firebrick", "gold", "seagreen", "orchid", "gray")


@pytest.fixture(scope="session")
def made_release(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("released")
    ours = hsae.load(tiny.write_dictionary(folder / "tiny"))
    names = [f"thing {n}" if n % 4 else "" for n in range(ours.F)]
    hsae.write_release(ours, folder / "release", names)
    return folder / "release"


@pytest.fixture
def release(made_release: Path, tmp_path: Path) -> Path:
    shutil.copytree(made_release, tmp_path / "release")
    return tmp_path / "release"


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    folder = tmp_path / "photos"
    folder.mkdir()
    for number, colour in enumerate(COLOURS):
        photo = Image.new("RGB", (120, 60), colour)
        photo.paste(COLOURS[number - 1], (10 * number, 0, 60, 60))
        photo.save(folder / f"photo_{number}.png")
    return folder


@pytest.fixture
def window(open_window: Callable[..., MainWindow]) -> MainWindow:
    """Without a project; its worker knows the tiny encoder."""
    opened = open_window()
    opened.session.worker.command = [sys.executable, "-c", PROGRAM]
    return opened


def wizard(qtbot, window: MainWindow, **how: object) -> NewProjectDialog:
    """Open, in front, with what the worker offers."""
    dialog = NewProjectDialog(window.session, (), window, **how)
    dialog.accepted.connect(lambda: window.session.analysis.begin_project(dialog.plan()))
    dialog.open()
    qtbot.waitUntil(lambda: dialog.encoder.offer.is_complete, timeout=PATIENCE)
    qtbot.waitUntil(lambda: not dialog.dictionary.is_reading, timeout=PATIENCE)
    return dialog


def choose(box, data: str) -> None:
    index = box.findData(data)
    assert index >= 0, data
    box.setCurrentIndex(index)


def texts(dialog: NewProjectDialog) -> str:
    """What stands in the findings."""
    labels = dialog.findings.findChildren(type(dialog.findings.kind))
    return "\n".join(label.text() for label in labels)


def start(qtbot, dialog: NewProjectDialog) -> None:
    assert dialog.begin.isEnabled(), dialog.refusal()
    qtbot.mouseClick(dialog.begin, Qt.MouseButton.LeftButton)


def test_released_files_open_without_photos_and_take_them_later(
    qtbot, window: MainWindow, release: Path, photos: Path, tmp_path: Path, grab
) -> None:
    session = window.session
    dialog = wizard(qtbot, window, dictionary=release)
    dialog.place.folder.setText(str(tmp_path))
    assert dialog.encoder.name == "tiny", "the encoder whose tokens it reads"
    found = texts(dialog)
    assert "MatryoshkaBatchTopKSAE" in found
    assert "48 of 64 named" in found
    assert "strongest examples" in found
    grab(dialog, "released_findings")
    start(qtbot, dialog)
    qtbot.waitUntil(lambda: session.state.catalogue is not None, timeout=PATIENCE)
    qtbot.waitUntil(lambda: not session.analysis.is_running, timeout=PATIENCE)
    wait_idle(qtbot, window)

    # concepts, names and relations; not one photo
    assert session.state.awaits_photos
    assert session.state.results.names_run == "release"
    assert window.workspace == "concepts"
    assert "of 64" in window.docks["hierarchy"].panel.header.info.text()
    row = session.state.catalogue.names.index("thing 1")
    for workspace in WORKSPACES:
        window.show_workspace(workspace.name)
        session.selection.select_rows(rows=(row,))
        wait_idle(qtbot, window)
        grab(window, f"released_{workspace.name}")
        for dock in window.docks.values():
            if dock.isVisible() and dock.panel is not None:
                name = dock.panel.object_name
                if name not in ("concept_table", "relation_table", "problems"):
                    assert not dock.panel.trouble.isVisible(), name
    assert window.docks["concept_table"].panel.trouble.button.text() == "Add photos…"
    queue = window.docks["queue"].panel
    assert len(queue.list.items) == int(session.state.catalogue.is_active.sum())
    assert not any(item.number for item in queue.list.items), "no share of nothing"
    assert window.docks["thumbnails"].panel.add.isEnabled()

    # a name from the release is shown as such, and can be judged
    window.show_workspace("review")
    wait_idle(qtbot, window)
    review = window.docks["review"].panel
    assert "name from the release" in review.head.name.accessibleName()
    evidence = window.docks["evidence"].panel
    assert evidence.candidates.section.heading.text() == "Released names"
    model = evidence.candidates.model()
    assert model.candidates[0].score is None
    told = model.index(0, 0).data(Qt.ItemDataRole.AccessibleTextRole)
    assert told == "1: thing 1"
    window.activateWindow()  # no window manager does it here after the dialog
    qtbot.waitUntil(window.isActiveWindow)
    window.docks["queue"].panel.list.setFocus()
    qtbot.keyClick(window.docks["queue"].panel.list, Qt.Key.Key_A)
    wait_saved(qtbot, window)
    assert session.state.catalogue.status[row] == 1

    # photos come later
    session.analysis.analyze(folders=[str(photos)])
    qtbot.waitUntil(lambda: not session.analysis.is_running, timeout=PATIENCE)
    wait_idle(qtbot, window)
    assert session.state.results.coded_images == len(COLOURS)
    assert session.state.catalogue.names[row] == "thing 1"
    assert session.state.catalogue.status[row] == 1
    check_the_occlusion_check(qtbot, window)
    check_a_finer_look(qtbot, window)
    check_the_export(qtbot, window, tmp_path, release)


def check_the_occlusion_check(qtbot, window: MainWindow) -> None:
    session = window.session
    window.show_workspace("images")
    ids = [int(id) for id in session.state.results.image_ids()]
    session.selection.select(image=ids[0], concepts=())
    photo = window.docks["photo"].panel
    qtbot.waitUntil(lambda: photo.shown is not None and photo.shown.image_id == ids[0])
    wait_idle(qtbot, window)
    action, band = session.actions["photo.occlusion"], photo.occlusion_band
    assert not action.isEnabled(), "no concept is selected"
    strongest = int(photo.shown.concepts[0])
    session.selection.select(concepts=(session.state.id_of(strongest),))
    wait_idle(qtbot, window)
    photo.stage.setFocus()
    qtbot.keyClick(photo.stage, Qt.Key.Key_G)
    assert action.isChecked() and photo.occlusion.is_busy and band.isVisible()
    qtbot.waitUntil(lambda: photo.occlusion.found is not None, timeout=PATIENCE)

    # what is greyed is the support of the counted map, and an equal area that it does not touch
    found, values = photo.occlusion.found, photo.shown.codes.map_of(strongest)
    assert found.before.tolist() == values.tolist()
    kept = np.sort(values[found.support])[::-1]
    stronger = kept[kept > kept[-1]].sum()  # ties of the last cell are kept
    assert stronger < 0.9 * values.sum() <= kept.sum() + 1e-3
    for other in found.others:
        assert other.sum() == found.support.sum() and not (other & found.support).any()
    assert found.fell == pytest.approx(1 - found.after[found.support].sum() / kept.sum())
    assert f"({int(found.support.sum())} of {values.size} cells)" in band.words.text()
    assert percent(abs(found.fell)) in band.words.text()
    assert band.here.isVisible() and band.there.isVisible() == bool(len(found.others))

    # the key again, another concept or another photo, and it is gone; nobody waits any more
    for leave in (
        lambda: qtbot.keyClick(photo.stage, Qt.Key.Key_G),
        lambda: session.selection.select(concepts=(session.state.id_of(0),)),
        lambda: session.selection.select(image=ids[2]),
    ):
        session.selection.select(image=ids[0], concepts=(session.state.id_of(strongest),))
        qtbot.waitUntil(lambda: photo.shown.image_id == ids[0])
        wait_idle(qtbot, window)
        if not photo.occlusion.is_on:
            qtbot.keyClick(photo.stage, Qt.Key.Key_G)
        assert photo.occlusion.is_on
        leave()
        qtbot.waitUntil(lambda: not photo.occlusion.is_on, timeout=PATIENCE)
        assert not band.isVisible() and not action.isChecked()
        assert all(r.is_cancelled for r in session.worker.busy if r.message["do"] == "occlude")


def check_a_finer_look(qtbot, window: MainWindow) -> None:
    session = window.session
    window.show_workspace("images")
    ids = [int(id) for id in session.state.results.image_ids()]
    session.selection.select(image=ids[0])
    photo = window.docks["photo"].panel
    qtbot.waitUntil(lambda: photo.shown is not None and photo.shown.image_id == ids[0])
    wait_idle(qtbot, window)
    before = (session.state.results.generation, session.state.catalogue.cells.tolist())
    counted = window.docks["in_photo"].panel.list.concepts
    photo.stage.setFocus()
    photo.stage.zoom_by(3)
    zoom = photo.stage.scale()
    qtbot.keyClick(photo.stage, Qt.Key.Key_F)
    assert photo.legend.note == "Looking closer…"
    qtbot.waitUntil(lambda: photo.finer.codes is not None, timeout=PATIENCE)
    assert photo.legend.note == f"Finer look at {2 * tiny.SIDE} px: not counted in statistics"
    g = photo.stage.geometry_of_photo
    assert g.crop == (0, 0, 120, 60), "all of the photo"
    assert (g.rows, g.cols) == (14, 28)
    assert photo.stage.scale() == zoom
    assert session.actions["photo.finer"].isChecked()

    # cells are clicked as usual; what was counted stays what it was
    codes = photo.finer.codes.codes
    cell = int(codes.rows[codes.values.argmax()])
    photo.stage.fit()
    place = photo.stage.cell_rect(cell).center().toPoint()
    qtbot.mouseClick(photo.stage, Qt.MouseButton.LeftButton, pos=place)
    assert photo.stage.cell == cell
    here = [row for row, _value in photo.finer.codes.cell(cell)]
    assert session.selection.row in here
    assert {layer.values.shape for layer in photo.layers()} == {(14, 28)}
    assert (session.state.results.generation, session.state.catalogue.cells.tolist()) == before
    assert set(window.docks["in_photo"].panel.list.concepts) >= set(counted)

    # the key again, or another photo, and it is gone
    qtbot.keyClick(photo.stage, Qt.Key.Key_F)
    assert photo.finer.codes is None
    assert photo.stage.geometry_of_photo == photo.shown.record.geometry
    assert not photo.legend.note
    qtbot.keyClick(photo.stage, Qt.Key.Key_F)
    qtbot.waitUntil(lambda: photo.finer.codes is not None, timeout=PATIENCE)
    session.selection.select(image=ids[1])
    qtbot.waitUntil(lambda: photo.shown.image_id == ids[1])
    assert not photo.finer.is_on
    assert not session.actions["photo.finer"].isChecked()

    # a photo that went away: one line says it, nothing else changes
    wait_idle(qtbot, window)  # the disk was asked for it when it was shown
    Path(photo.shown.record.path).unlink()
    qtbot.keyClick(photo.stage, Qt.Key.Key_F)
    qtbot.waitUntil(photo.trouble.isVisible, timeout=PATIENCE)
    assert Path(photo.shown.record.path).name in photo.trouble.text
    assert not photo.finer.is_on


def check_the_export(qtbot, window: MainWindow, tmp_path: Path, release: Path) -> None:
    dialog = ExportDialog(window.session, window)
    dialog.open()
    choose(dialog.format, "release")
    assert dialog.path_label.text() == "Folder"
    dialog.path.setText(str(tmp_path / "nowhere" / "written"))
    qtbot.mouseClick(dialog.write, Qt.MouseButton.LeftButton)
    assert not dialog.write.isEnabled()
    qtbot.waitUntil(dialog.write.isEnabled, timeout=PATIENCE)
    if "Written" not in dialog.message.text():
        dialog.path.setText(str(tmp_path / "written"))
        qtbot.mouseClick(dialog.write, Qt.MouseButton.LeftButton)
        qtbot.waitUntil(lambda: "Written" in dialog.message.text(), timeout=PATIENCE)
    out = Path(dialog.path.text())
    assert dialog.show_folder.isVisible()
    assert (out / "ae.pt").exists() and (out / "config.json").exists()
    names = (out / "concept_names.txt").read_text("utf-8").split("\n")
    assert names[1] == "thing 1"
    dialog.reject()


def test_what_does_not_fit_is_said_and_nothing_is_made(
    qtbot, window: MainWindow, release: Path, photos: Path, tmp_path: Path
) -> None:
    dialog = wizard(qtbot, window, dictionary=release)
    dialog.place.folder.setText(str(tmp_path))
    choose(dialog.encoder.encoder, "builtin")
    assert not dialog.begin.isEnabled()
    assert "tokens of 16 numbers" in dialog.message.text()
    assert "Choose another encoder." in texts(dialog)
    choose(dialog.encoder.encoder, "tiny")
    assert dialog.begin.isEnabled()

    # damaged after it was looked at: Start finds out before anything is made
    weights = release / "ae.pt"
    weights.write_bytes(weights.read_bytes()[:500])
    start(qtbot, dialog)
    assert dialog.bar.isVisible()
    assert not dialog.begin.isEnabled()
    qtbot.waitUntil(lambda: dialog._trying is None, timeout=PATIENCE)
    assert dialog.isVisible()
    assert "ae.pt" in dialog.message.text()
    assert dialog.message.property("wrong")
    assert not dialog.place.place().exists()

    # Cancel takes back the trying first, then closes
    start(qtbot, dialog)
    qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    assert dialog.isVisible()
    assert dialog.begin.isEnabled()

    # a folder that holds nothing
    dialog.dictionary.use_folder(photos)
    assert not dialog.begin.isEnabled()
    qtbot.waitUntil(lambda: isinstance(dialog.dictionary.found, Exception), timeout=PATIENCE)
    assert not dialog.begin.isEnabled()
    assert str(photos) in texts(dialog) and "cannot be used" in dialog.message.text()
    qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    assert not dialog.isVisible()


def test_weights_of_an_encoder_are_chosen_or_imported(
    qtbot, window: MainWindow, photos: Path, tmp_path: Path, grab
) -> None:
    dialog = wizard(qtbot, window)
    dialog.place.folder.setText(str(tmp_path))
    dialog.add_folder(photos)
    text = f"{len(COLOURS)} photos, about"
    qtbot.waitUntil(lambda: text in dialog.photos.words.text())
    assert dialog.dictionary.choice.findData(BUILTIN) >= 0
    choose(dialog.encoder.encoder, "maskclip")
    assert dialog.dictionary.choice.findData(BUILTIN) < 0, "the shipped one reads other tokens"
    assert dialog.dictionary.kind == TRAIN
    models = [dialog.encoder.model.itemText(n) for n in range(dialog.encoder.model.count())]
    assert models[0] == "ViT-B-16"
    assert not any("SigLIP" in model for model in models)
    choose(dialog.encoder.encoder, "clip-dinoiser")
    assert dialog.encoder.model.count() == len(dialog.encoder.info.models) > 0
    clip, heads = (one.source for one in dialog.encoder.weights)
    qtbot.waitUntil(lambda: clip.isVisible() and heads.isVisible(), timeout=PATIENCE)
    assert heads.command.text().endswith("models fetch clip-dinoiser")
    copies = clip.findChildren(QToolButton)
    copied = []
    for button in copies:
        qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
        copied.append(QGuiApplication.clipboard().text())
    command, address = copied
    assert command.endswith("insight-app models fetch ViT-B-16/laion2b_s34b_b88k")
    assert address.startswith("https://") and "laion/CLIP-ViT-B-16-laion2B-s34B-b88K" in address
    assert heads.address.text().startswith("https://github.com/")
    grab(dialog, "wizard_missing_weights")
    screen = dialog.screen().availableGeometry()
    tall = dialog.height()
    assert screen.height() >= dialog.frameGeometry().height() and dialog.begin.isVisible()
    choose(dialog.encoder.encoder, "builtin")
    qtbot.waitUntil(lambda: dialog.height() < tall - 100)
    choose(dialog.encoder.encoder, "maskclip")
    (weights,) = dialog.encoder.weights
    qtbot.waitUntil(weights.source.isVisible, timeout=PATIENCE)
    assert not dialog.begin.isEnabled()
    assert "CLIP weights" in dialog.message.text()

    broken = tmp_path / "broken.pt"
    broken.write_bytes(b"these are no weights")
    dialog.encoder.import_file(weights, broken)
    assert not weights.isEnabled()
    assert dialog.bar.isVisible()
    qtbot.waitUntil(lambda: bool(dialog.message.property("wrong")), timeout=PATIENCE)
    assert "broken.pt" in dialog.message.text()
    qtbot.waitUntil(weights.isEnabled, timeout=PATIENCE)
    assert dialog.photos.folders() == (photos,), "nothing is lost"
    assert not library.entries()

    good = shaped.write(tmp_path / "good.pt", shaped.clip("ViT-B-16"))
    dialog.encoder.import_file(weights, good)
    qtbot.waitUntil(lambda: bool(weights.path), timeout=PATIENCE)
    (entry,) = library.entries()
    assert dialog.plan().encoder_options == {"model": "ViT-B-16", "weights": entry.file}
    assert entry.name in weights.list.currentText()
    assert not weights.source.isVisible()
    assert dialog.begin.isEnabled()
    grab(dialog, "wizard_weights")
    dialog.reject()


def test_released_files_are_known_by_what_lies_in_them(
    qtbot, window: MainWindow, release: Path, photos: Path
) -> None:
    def drop(*paths: Path) -> NewProjectDialog:
        data = QMimeData()
        data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
        event = QDropEvent(
            QPointF(100, 100), Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton,
            Qt.KeyboardModifier.NoModifier,
        )  # fmt: skip
        window.dropEvent(event)
        *_, dialog = window.findChildren(NewProjectDialog)
        assert dialog.isVisible()
        return dialog

    dialog = drop(release / "ae.pt", photos)
    assert dialog.windowTitle() == "Open released files"
    assert dialog.dictionary.path == release
    assert dialog.dictionary.kind == FOLDER
    assert dialog.photos.folders() == (photos,)
    dialog.reject()
    dialog = drop(photos)
    assert dialog.windowTitle() == "New project"
    assert dialog.dictionary.path is None
    dialog.add_folder(release)
    assert dialog.dictionary.path == release
    dialog.reject()
    names = [button.text() for button in window.start.findChildren(QPushButton)]
    assert "Open released files" in names
