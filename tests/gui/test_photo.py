"""What is seen of a photo: the overlay lies on its cells and nowhere else."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QImage, QPixmap

from insight_app.concepts.geometry import Geometry
from insight_app.figures import figure
from insight_app.gui.panels.in_photo import InPhotoPanel
from insight_app.gui.panels.photo import PhotoPanel, shown_geometry
from insight_app.gui.photo import overlay
from insight_app.gui.photo.thumbnails import TROUBLE
from insight_app.gui.state.image_codes import PhotoCodes
from insight_app.gui.window.main_window import MainWindow
from insight_app.project.results.records import ImageRecord
from tests.gui.conftest import wait_idle


def panel(window: MainWindow) -> PhotoPanel:
    return window.docks["photo"].panel


def photo_ids(window: MainWindow) -> dict[str, int]:
    """One photo of each shape, by what it is."""
    results = window.session.state.results
    found: dict[str, int] = {}
    for image_id in map(int, results.image_ids(status="coded")):
        record = results.image(image_id)
        shape = "landscape"
        if record.height > record.width:
            shape = "portrait"
        elif record.width >= 3 * record.height:
            shape = "panorama"
        if record.path.stem.endswith("_003"):
            shape = "rotated"
        found.setdefault(shape, image_id)
    return found


def show(qtbot, window: MainWindow, image_id: int, concepts: tuple[int, ...] = ()) -> PhotoPanel:
    window.session.selection.select(image=image_id, concepts=concepts)
    photo = panel(window)
    qtbot.waitUntil(lambda: photo.shown is not None and photo.shown.image_id == image_id)
    wait_idle(qtbot, window)
    return photo


def pixels(photo: PhotoPanel) -> np.ndarray:
    """The stage as (height, width, 3), in pixels of the screen."""
    image = photo.stage.grab().toImage().convertToFormat(QImage.Format.Format_RGB32)
    raw = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.width(), 4)
    return raw[..., :3].copy()


def inside(photo: PhotoPanel, rect, shape: tuple[int, ...]) -> np.ndarray:
    """Which pixels of the screen have their centre in a rectangle of the stage."""
    ratio = photo.stage.devicePixelRatioF()
    y, x = np.mgrid[0 : shape[0], 0 : shape[1]]
    cx, cy = (x + 0.5) / ratio, (y + 0.5) / ratio
    return (cx > rect.left()) & (cx < rect.right()) & (cy > rect.top()) & (cy < rect.bottom())


def strongest_cell(photo: PhotoPanel) -> int:
    codes = photo.shown.codes
    return int(codes.rows[np.argmax(codes.values)])


def click_cell(qtbot, photo: PhotoPanel, cell: int, modifier=Qt.KeyboardModifier.NoModifier):
    place = photo.stage.cell_rect(cell).center().toPoint()
    qtbot.mouseClick(photo.stage, Qt.MouseButton.LeftButton, modifier, place)


def check_click_changes_only_what_the_model_saw(qtbot, window: MainWindow, image_id: int) -> None:
    photo = show(qtbot, window, image_id)
    qtbot.mouseMove(photo.stage, QPoint(1, 1))
    photo.stage.set_bare(True)
    bare = pixels(photo)
    photo.stage.set_bare(False)
    cell = strongest_cell(photo)
    click_cell(qtbot, photo, cell)
    wait_idle(qtbot, window)
    qtbot.waitUntil(lambda: window.session.selection.cell == cell)
    photo.tip.hide()
    window.setFocus()
    after = pixels(photo)
    differs = (bare != after).any(-1)
    cell_pixels = inside(photo, photo.stage.cell_rect(cell), differs.shape)
    seen = inside(photo, photo.stage.crop_rect(), differs.shape)
    unseen = inside(photo, photo.stage.photo_rect(), differs.shape) & ~seen
    assert unseen.any()
    assert differs[cell_pixels].mean() > 0.9, "the clicked cell is coloured"
    assert not differs[unseen].any(), "what the model did not see stays as it is"


@pytest.mark.parametrize("shape", ["landscape", "portrait", "panorama", "rotated"])
def test_a_click_colours_its_cell_and_nothing_outside_the_crop(qtbot, window, shape) -> None:
    check_click_changes_only_what_the_model_saw(qtbot, window, photo_ids(window)[shape])


def test_the_same_at_200_percent(project_dir: Path, tmp_path: Path) -> None:
    """In a process of its own: the scale factor is read when the application starts."""
    env = os.environ | {"QT_SCALE_FACTOR": "2", "QT_QPA_PLATFORM": "offscreen", "SCALED": "yes"}
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", f"{__file__}::test_scaled"],
        env=env,
        capture_output=True,
        text=True,
        cwd=Path(__file__).parents[2],
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.startswith(".")


@pytest.mark.skipif("SCALED" not in os.environ, reason="run by the test above, at 200 %")
def test_scaled(qtbot, window) -> None:
    photo = panel(window)
    assert photo.stage.grab().width() == 2 * photo.stage.width()
    shapes = photo_ids(window)
    assert len(shapes) == 4
    for image_id in shapes.values():
        check_click_changes_only_what_the_model_saw(qtbot, window, image_id)


@pytest.mark.parametrize("shape", ["portrait", "panorama", "rotated"])
def test_zoomed_the_overlay_stays_on_its_cells(qtbot, window, shape) -> None:
    photo = show(qtbot, window, photo_ids(window)[shape])
    cell = strongest_cell(photo)
    stage = photo.stage
    stage.zoom_by(3.7, stage.cell_rect(cell).center())
    g = photo.shown.record.geometry
    assert stage.cell_at(stage.cell_rect(cell).center()) == cell
    r = stage.cell_rect(cell)
    expected = stage.to_screen(*g.cell_rect(cell))
    assert (r.x(), r.y()) == (expected.x(), expected.y())
    bare_pixel = QPointF(r.left() - r.width() * (g.cols + 1), r.center().y())
    assert stage.cell_at(bare_pixel) is None


def test_a_photo_that_was_not_analyzed_yet_is_shown_whole(qtbot, window) -> None:
    """Before the encoder is known a photo has no size and no grid."""
    record = ImageRecord(1, Path("a.jpg"), 1, 0, 0, Geometry(0, 0, (0, 0, 0, 0), 0, 0), "new", "")
    nothing = np.zeros(0, np.float32)
    codes = PhotoCodes(1, record, None, nothing.astype(int), nothing, nothing)
    pixmap = QPixmap(300, 200)
    pixmap.fill(Qt.GlobalColor.darkCyan)
    stage = panel(window).stage
    window.session.selection.select(concepts=())
    wait_idle(qtbot, window)
    stage.show_photo(pixmap, shown_geometry(codes, pixmap))
    middle = stage.grab().toImage().pixelColor(stage.rect().center())
    assert middle == QColor(Qt.GlobalColor.darkCyan)


def test_clicking_the_same_cell_again_steps_through_what_fires_there(qtbot, window) -> None:
    photo = show(qtbot, window, photo_ids(window)["landscape"])
    cell = strongest_cell(photo)
    here = [row for row, _value in photo.shown.cell(cell)]
    assert len(here) > 1
    seen = []
    for _ in range(len(here) + 1):
        click_cell(qtbot, photo, cell)
        seen.append(window.session.selection.row)
    assert seen == [*here, here[0]]


def test_a_click_outside_what_the_model_saw_lets_go_of_the_cell(qtbot, window) -> None:
    photo = show(qtbot, window, photo_ids(window)["panorama"])
    click_cell(qtbot, photo, strongest_cell(photo))
    corner = photo.stage.photo_rect().topLeft().toPoint() + QPoint(3, 3)
    assert photo.stage.is_unseen(corner.toPointF())
    qtbot.mouseClick(photo.stage, Qt.MouseButton.LeftButton, pos=corner)
    assert window.session.selection.cell is None


def test_ctrl_click_adds_a_concept_in_another_colour(qtbot, window, grab) -> None:
    photo = show(qtbot, window, photo_ids(window)["landscape"])
    cell = strongest_cell(photo)
    click_cell(qtbot, photo, cell)
    click_cell(qtbot, photo, cell, Qt.KeyboardModifier.ControlModifier)
    session = window.session
    assert len(session.selection.rows) == 2
    assert len({session.selection.colour(row).name() for row in session.selection.rows}) == 2
    assert [layer.concept for layer in photo.legend.layers] == [*session.selection.concepts]
    grab(window, "images")


def test_a_concept_keeps_its_colour_while_it_is_selected(window) -> None:
    session = window.session
    session.selection.select_rows(rows=(1, 2, 3))
    blue = session.selection.colour(2)
    session.selection.select_rows(rows=(2, 5))
    assert session.selection.colour(2) == blue
    assert session.selection.colour(5) != blue
    coloured = [row for row in range(12) if session.selection.colour(row) is not None]
    assert coloured == [2, 5]


def test_space_held_shows_the_bare_photo(qtbot, window) -> None:
    photo = show(qtbot, window, photo_ids(window)["landscape"])
    click_cell(qtbot, photo, strongest_cell(photo))
    photo.tip.hide()
    covered = pixels(photo)
    photo.stage.setFocus()
    qtbot.keyPress(photo.stage, Qt.Key.Key_Space)
    assert photo.stage.bare
    assert (pixels(photo) != covered).any()
    qtbot.keyRelease(photo.stage, Qt.Key.Key_Space)
    assert (pixels(photo) == covered).all()


def test_the_scale_is_that_of_all_photos_until_asked_otherwise(qtbot, window) -> None:
    image_id = photo_ids(window)["landscape"]
    photo = show(qtbot, window, image_id)
    row = int(photo.shown.concepts[-1])
    window.session.selection.select_rows(rows=(row,))
    (layer,) = photo.layers()
    assert layer.scale == pytest.approx(float(window.session.state.results.maximum[row]))
    photo.controls.only_here.setChecked(True)
    (layer,) = photo.layers()
    assert layer.scale == pytest.approx(float(photo.shown.maxima[-1]))


def test_the_legend_has_the_colours_of_the_photo(qtbot, window) -> None:
    photo = show(qtbot, window, photo_ids(window)["landscape"])
    row = int(photo.shown.concepts[0])
    window.session.selection.select_rows(rows=(row,))
    wait_idle(qtbot, window)
    image = photo.legend.grab().toImage()
    colour = window.session.selection.colour(row)
    place = photo.legend.bars[window.session.state.id_of(row)]
    ratio = image.devicePixelRatio()
    middle = round(place.center().y() * ratio)
    back = image.pixelColor(round((place.left() - 3) * ratio), middle)
    for share in (0.25, 0.5, 0.75):
        at = round((place.left() + place.width() * share) * ratio)
        seen = image.pixelColor(at, middle)
        alpha = float(overlay.density(np.float32(share)))
        for channel in ("red", "green", "blue"):
            wanted = alpha * getattr(colour, channel)() + (1 - alpha) * getattr(back, channel)()
            assert getattr(seen, channel)() == pytest.approx(wanted, abs=6)


def test_c_goes_through_cells_smooth_and_contours(qtbot, window) -> None:
    photo = show(qtbot, window, photo_ids(window)["landscape"])
    click_cell(qtbot, photo, strongest_cell(photo))
    photo.tip.hide()
    seen = [pixels(photo)]
    assert photo.controls.mode == "cells"
    assert not photo.legend.note
    for mode in ("smooth", "contours"):
        qtbot.keyClick(photo.stage, Qt.Key.Key_C)
        assert photo.controls.mode == mode
        assert photo.legend.note == "drawn, not measured", (
            "it says that this is drawn, not measured"
        )
        seen.append(pixels(photo))
    assert (seen[0] != seen[1]).any()
    assert (seen[1] != seen[2]).any()
    qtbot.keyClick(photo.stage, Qt.Key.Key_C)
    assert photo.controls.mode == "cells"


def test_keys_zoom_and_fit(qtbot, window) -> None:
    photo = show(qtbot, window, photo_ids(window)["landscape"])
    photo.stage.setFocus()
    fitted = photo.stage.scale()
    qtbot.keyClick(photo.stage, Qt.Key.Key_Plus)
    qtbot.keyClick(photo.stage, Qt.Key.Key_Plus)
    assert photo.stage.scale() > 1.5 * fitted
    qtbot.keyClick(photo.stage, Qt.Key.Key_Minus)
    assert fitted < photo.stage.scale() < 1.3 * fitted
    qtbot.keyClick(photo.stage, Qt.Key.Key_0)
    assert photo.stage.scale() == fitted


def test_dragging_a_zoomed_photo_moves_it_and_selects_nothing(qtbot, window) -> None:
    photo = show(qtbot, window, photo_ids(window)["landscape"])
    stage = photo.stage
    stage.zoom_by(4)
    before = stage.photo_rect().topLeft()
    start = stage.rect().center()
    qtbot.mousePress(stage, Qt.MouseButton.LeftButton, pos=start)
    for step in (20, 40, 60):
        qtbot.mouseMove(stage, start + QPoint(step, 0))
    qtbot.mouseRelease(stage, Qt.MouseButton.LeftButton, pos=start + QPoint(60, 0))
    assert stage.photo_rect().left() == pytest.approx(before.x() + 60, abs=1)
    assert window.session.selection.cell is None


def test_hovering_says_what_fires_there_and_what_was_not_seen(qtbot, window) -> None:
    photo = show(qtbot, window, photo_ids(window)["panorama"])
    cell = strongest_cell(photo)
    qtbot.mouseMove(photo.stage, photo.stage.cell_rect(cell).center().toPoint())
    assert photo.tip.isVisible()
    lines = [(window.session.state.row_of(one), value) for one, value in photo.tip.lines]
    assert lines and lines == photo.shown.cell(cell)[: len(lines)]
    qtbot.mouseMove(photo.stage, photo.stage.photo_rect().topLeft().toPoint() + QPoint(4, 4))
    assert photo.tip.title == "not seen by the model"


def test_the_list_beside_the_photo_shows_its_concepts_by_strength(qtbot, window) -> None:
    photo = show(qtbot, window, photo_ids(window)["landscape"])
    listed: InPhotoPanel = window.docks["in_photo"].panel
    expected = window.session.state.results.concepts_of(photo.shown.image_id)[0].tolist()
    ids = window.session.state.ids_of
    assert listed.list.concepts == [*ids(expected)]
    cell = strongest_cell(photo)
    click_cell(qtbot, photo, cell)
    here = [row for row, _value in photo.shown.cell(cell)]
    assert listed.list.concepts == [*ids(here), *ids(expected)]


def test_rows_of_the_list_say_their_strength_and_headings_cannot_be_chosen(qtbot, window) -> None:
    photo = show(qtbot, window, photo_ids(window)["landscape"])
    view = window.docks["in_photo"].panel.list
    click_cell(qtbot, photo, strongest_cell(photo))
    heading, first = view.model().index(0, 0), view.model().index(1, 0)
    row, value = photo.shown.cell(window.session.selection.cell)[0]
    name, strength = window.session.state.name(row)[0], figure(value)
    said = first.data(Qt.ItemDataRole.AccessibleTextRole)
    assert said == f"{name}, not reviewed, strength {strength}"
    told = first.data(Qt.ItemDataRole.ToolTipRole)
    assert told == f"{name}: named by the machine, not reviewed\nStrongest cell here {strength}"
    assert heading.data().startswith("In cell") and first.data() == name
    before = window.session.selection
    place = view.visualRect(heading).center()
    qtbot.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert window.session.selection == before


def test_choosing_rows_in_the_list_overlays_them(qtbot, window) -> None:
    photo = show(qtbot, window, photo_ids(window)["landscape"])
    view = window.docks["in_photo"].panel.list
    for place, modifier in (
        (0, Qt.KeyboardModifier.NoModifier),
        (2, Qt.KeyboardModifier.ControlModifier),
    ):
        index = view.model().index(place, 0)
        qtbot.mouseClick(
            view.viewport(), Qt.MouseButton.LeftButton, modifier, view.visualRect(index).center()
        )
    chosen = {view.concepts[0], view.concepts[2]}
    assert set(window.session.selection.concepts) == chosen
    assert {layer.concept for layer in photo.layers()} == chosen


def test_another_photos_list_shows_the_selected_concept_and_stays_where_it_is_scrolled(
    qtbot, window
) -> None:
    session, panel = window.session, window.docks["in_photo"].panel
    view = panel.list
    view.setFixedHeight(3 * view.sizeHintForRow(0))
    row = int(np.argmax(session.state.catalogue.images))
    session.selection.select_rows((row,))
    was_below = False
    for image in session.state.results.strongest_images(row, 6)[0].tolist():
        session.selection.select(image=image)
        wait_idle(qtbot, window)
        (index,) = view.selectedIndexes()
        assert view.viewport().rect().contains(view.visualRect(index))
        was_below |= view.verticalScrollBar().value() > 0
        view.scrollToTop()
        panel.invalidate()
        assert view.verticalScrollBar().value() == 0
    assert was_below


def test_thumbnails_follow_the_concept_strongest_first(qtbot, window) -> None:
    session, thumbnails = window.session, window.docks["thumbnails"].panel
    assert thumbnails.model.order.ids.tolist() == session.state.results.image_ids().tolist()
    row = int(np.argmax(session.state.catalogue.images))
    session.selection.select_rows(rows=(row,))
    wait_idle(qtbot, window)
    ids, values = session.state.results.strongest_images(row, 10_000)
    assert thumbnails.model.order.ids.tolist() == list(ids)
    assert list(values) == sorted(values, reverse=True)
    assert session.state.name(row)[0] in thumbnails.header.info.text()
    thumbnails.show_all()
    wait_idle(qtbot, window)
    assert len(thumbnails.model.order) == session.state.results.image_count


def test_right_and_left_go_through_the_photos_shown(qtbot, window) -> None:
    session, photo = window.session, panel(window)
    ids = session.lists.images.ids.tolist()
    show(qtbot, window, ids[0])
    photo.stage.setFocus()
    qtbot.keyClick(photo.stage, Qt.Key.Key_Right)
    assert session.selection.image == ids[1]
    qtbot.keyClick(photo.stage, Qt.Key.Key_Left)
    qtbot.keyClick(photo.stage, Qt.Key.Key_Left)
    assert session.selection.image == ids[0], "at the end the last stays"


def test_a_photo_that_cannot_be_read_is_marked_and_says_why(qtbot, window) -> None:
    results = window.session.state.results
    (broken,) = map(int, results.image_ids(status="unreadable"))
    thumbnails = window.docks["thumbnails"].panel
    trouble = thumbnails.model.listed.trouble
    marked = np.flatnonzero(trouble)
    assert marked.tolist() == [broken]
    assert TROUBLE[trouble[broken]] == "unreadable"
    photo = show(qtbot, window, broken)
    assert photo.stage.message
    window.dock_area.open_panel("problems")
    problems = window.docks["problems"].panel
    qtbot.waitUntil(lambda: problems.header.info.text() == "1")


# ---- a concept that is not in the photo


def test_a_concept_chosen_elsewhere_brings_its_photo_and_a_chosen_photo_says_it_lacks_it(
    qtbot, window
) -> None:
    session, photo = window.session, panel(window)
    thumbnails, results = window.docks["thumbnails"].panel, session.state.results
    images = session.state.catalogue.images
    row = int(np.argmin(np.where(images > 0, images, images.max() + 1)))
    ids = results.strongest_images(row, 10_000)[0].tolist()
    without = next(id for id in results.image_ids().tolist() if id not in ids)
    name = session.state.name_told_apart(row)
    show(qtbot, window, without)
    qtbot.keyClick(window, Qt.Key.Key_2, Qt.KeyboardModifier.ControlModifier)
    session.selection.select_rows((row,))
    wait_idle(qtbot, window)
    assert session.selection.image == without, "only where a photo is seen"
    qtbot.keyClick(window, Qt.Key.Key_1, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: session.selection.image == ids[0])
    wait_idle(qtbot, window)
    assert not photo.absent.isVisible() and photo.legend.layers
    assert thumbnails.view.currentIndex().row() == 0
    assert photo.header.info.text() == f"1 of {len(ids)}"

    # all photos are listed and the concept stays; one without it is shown, and says so
    qtbot.mouseClick(thumbnails.all, Qt.MouseButton.LeftButton)
    wait_idle(qtbot, window)
    assert session.selection.rows == (row,) and thumbnails.all.isChecked()
    assert len(thumbnails.model.order) == results.image_count
    place = thumbnails.model.order.place(without)
    thumbnails.view.setCurrentIndex(thumbnails.model.index(place))
    wait_idle(qtbot, window)
    assert session.selection.image == without and photo.shown.image_id == without
    assert photo.absent.isVisible()
    shown = session.state.shown(row).html
    assert photo.absent.text().startswith(f"{shown} is not in this photo.")
    assert not photo.legend.layers and name not in photo.legend.accessibleDescription()
    photo.absent.linkActivated.emit("strongest")
    wait_idle(qtbot, window)
    assert session.selection.image == ids[0] and not photo.absent.isVisible()
    qtbot.mouseClick(thumbnails.all, Qt.MouseButton.LeftButton)
    wait_idle(qtbot, window)
    assert thumbnails.model.order.ids.tolist() == ids and session.selection.rows == (row,)

    # the way back leads to what was seen, and nothing is thrown forward
    for _step in range(3):
        session.selection.back()
        wait_idle(qtbot, window)
    assert session.selection.image == without and session.selection.rows != (row,)

    # words of another list than the one that is seen do not stay in the field
    thumbnails.filter.take_keyboard()
    qtbot.keyClicks(thumbnails.filter.line, "zzzq")
    qtbot.keyClick(thumbnails.filter.line, Qt.Key.Key_Escape)
    assert thumbnails.filter.line.text() == ""
