"""The Images panel: keys and clicks in it choose photos, and it shows the one that is chosen."""

import numpy as np
import pytest
from PySide6.QtCore import Qt

from insight_app.gui.panels.thumbnails import ThumbnailsPanel
from insight_app.gui.window.main_window import MainWindow
from tests.gui.conftest import wait_idle
from tests.synthetic import make_project, publish_again


@pytest.fixture
def images(window: MainWindow) -> ThumbnailsPanel:
    return window.docks["thumbnails"].panel


def seen_row(images: ThumbnailsPanel) -> int:
    """The row marked in the grid, which must be seen whole and be the photo chosen everywhere."""
    (index,) = images.view.selectedIndexes()
    assert images.view.viewport().rect().contains(images.view.visualRect(index))
    assert images.model.order[index.row()] == images.session.selection.image
    return index.row()


def test_keys_in_the_grid_choose_photos(qtbot, window, images) -> None:
    last, columns = len(images.model.order) - 1, images.view.squares.columns
    images.view.setFocus()
    assert seen_row(images) == 0
    for key, row in (
        (Qt.Key.Key_Right, 1),
        (Qt.Key.Key_Down, 1 + columns),
        (Qt.Key.Key_End, last),
        (Qt.Key.Key_Left, last - 1),
        (Qt.Key.Key_Home, 0),
    ):
        qtbot.keyClick(images.view, key)
        assert seen_row(images) == row
        place = window.docks["photo"].panel.header.info
        qtbot.waitUntil(lambda row=row, place=place: place.text() == f"{row + 1} of {last + 1}")


def test_a_click_in_the_scrolled_grid_chooses_the_photo_under_it(qtbot, images) -> None:
    view, last = images.view, len(images.model.order) - 1
    view.verticalScrollBar().setValue(view.verticalScrollBar().maximum())
    place = view.visualRect(images.model.index(last - 2)).center()
    qtbot.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert seen_row(images) == last - 2


def test_the_chosen_photo_is_shown_in_a_narrower_panel(qtbot, window, images) -> None:
    window.session.selection.select(image=images.model.order[len(images.model.order) - 1])
    wait_idle(qtbot, window)
    for width in (900, 1800, 1100):
        window.resize(width, 600)
        wait_idle(qtbot, window)
        assert seen_row(images) == len(images.model.order) - 1


def test_another_list_begins_at_its_top_where_the_chosen_photo_is_not_in_it(
    qtbot, window, images
) -> None:
    session, bar = window.session, images.view.verticalScrollBar()
    bar.setValue(bar.maximum())
    assert bar.value() > 0
    row = int(np.argmax(session.state.catalogue.images))
    session.selection.select_rows(rows=(row,), image=None)
    wait_idle(qtbot, window)
    assert session.state.name(row)[0] in images.header.info.text()
    assert bar.value() == 0
    assert images.view.selectedIndexes() == []


def test_new_results_leave_the_grid_where_a_person_scrolled_it(qtbot, window, images) -> None:
    session, bar = window.session, images.view.verticalScrollBar()
    bar.setValue(bar.maximum())
    scrolled, generation = bar.value(), session.state.results.generation
    assert scrolled > 0 and session.selection.image == images.model.order[0]
    publish_again(session.state.project.path)
    session.projects.read_again()
    qtbot.waitUntil(lambda: session.state.results.generation > generation)
    wait_idle(qtbot, window)
    assert bar.value() == scrolled
    assert images.view.currentIndex().row() == 0


def test_another_project_shows_its_own_photos_from_the_top(qtbot, window, images, tmp_path) -> None:
    session, bar = window.session, images.view.verticalScrollBar()
    session.selection.select_rows(rows=())
    wait_idle(qtbot, window)
    bar.setValue(bar.maximum())
    other = make_project(tmp_path / "Other.insight", images=8)
    generation, first = session.state.results.generation, session.state.project
    session.projects.open(other)
    qtbot.waitUntil(lambda: session.state.project not in (None, first))
    wait_idle(qtbot, window)
    assert session.state.results.generation == generation
    assert len(images.model.order) == len(session.lists.images) == session.state.results.image_count
    assert seen_row(images) == 0 and bar.value() == 0


def test_a_cell_of_another_project_breaks_no_photo(qtbot, window, images) -> None:
    pictures, photo = window.session.pictures, images.model.order[0]
    asked = []
    pictures.ready.connect(asked.append)
    assert pictures.cutout(photo, 10**6, 48, 3) is None
    qtbot.waitUntil(lambda: any(key.cell == 10**6 for key in asked))
    assert pictures.broken(photo) is None
    qtbot.waitUntil(lambda: pictures.photo(photo) is not None)
    asked.clear()
    assert pictures.cutout(photo, 10**6, 48, 3) is None
    wait_idle(qtbot, window)
    assert not asked, "it is not tried again and again"


def test_examples_of_the_last_project_are_gone_with_it(qtbot, window, tmp_path) -> None:
    session = window.session
    session.selection.select_rows(rows=(3,))
    session.actions["view.concepts"].trigger()
    qtbot.waitUntil(lambda: window.docks["exemplars"].panel is not None)
    grid = window.docks["exemplars"].panel.grid
    qtbot.waitUntil(lambda: bool(grid.examples))
    shown_at_change: list[int] = []
    session.pictures.forgotten.connect(lambda: shown_at_change.append(len(grid.examples)))
    session.projects.open(make_project(tmp_path / "Other.insight", images=8))
    qtbot.waitUntil(lambda: 0 in shown_at_change)
    wait_idle(qtbot, window)
