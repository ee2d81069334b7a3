"""What no concept explains: over the photo, in the order of photos, and the worst cells."""

import os
import signal

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt

from insight_app.gui.photo import residual
from insight_app.project.results.snapshot import Results
from tests.gui.conftest import wait_idle
from tests.gui.test_photo import photo_ids, pixels, show


@pytest.fixture
def looked(qtbot, window):
    """The window on the page Quality, once the worst cells are there."""
    window.show_page("quality")
    window.dock_area.open_panel("unexplained")
    qtbot.waitUntil(lambda: window.session.unexplained.found is not None)
    wait_idle(qtbot, window)
    return window


def test_a_key_draws_what_is_not_explained_with_a_scale_of_its_own(qtbot, window, grab) -> None:
    ids = window.session.state.ids_of((0,))
    photo = show(qtbot, window, photo_ids(window)["landscape"], ids)
    bare = pixels(photo)
    assert [layer.concept is None for layer in photo.layers()] == [False], "off by default"
    qtbot.keyClick(photo.stage, Qt.Key.Key_E)
    (layer,) = photo.layers()
    assert layer.concept is None and layer.scale == 1.0
    shares = photo.shown.unexplained
    np.testing.assert_allclose(layer.values.ravel(), shares)
    drawn = pixels(photo)
    worst, least = int(shares.argmax()), int(shares.argmin())
    ratio = photo.stage.devicePixelRatio()

    def change(cell: int) -> float:
        place = photo.stage.cell_rect(cell).center() * ratio
        y, x = int(place.y()), int(place.x())
        pink = np.array([residual.COLOUR.blue(), residual.COLOUR.green(), residual.COLOUR.red()])
        before, after = (np.abs(one[y, x] - pink).sum() for one in (bare.astype(int), drawn))
        return float(before - after)

    assert change(worst) > change(least), "the more, the pinker"
    assert "not explained 0 to 100 %" in photo.legend.accessibleDescription()
    photo.controls.only_here.setChecked(True)
    assert photo.layers()[0].scale == pytest.approx(float(shares.max()))
    photo.controls.only_here.setChecked(False)
    photo._hovered(worst, QPoint(20, 20))
    assert photo.tip.title.endswith("not explained")
    grab(photo, "photo_unexplained")
    photo._hovered(None, QPoint())
    qtbot.keyClick(photo.stage, Qt.Key.Key_E)
    np.testing.assert_array_equal(pixels(photo), bare)


def test_the_worst_cells_are_those_of_the_results_and_lead_to_their_photo(looked, qtbot) -> None:
    worst = looked.docks["unexplained"].panel
    with Results.open(looked.session.state.path) as results:
        every = np.concatenate(
            [results.unexplained(int(image)) for image in results.image_ids(status="coded")]
        )
    found = looked.session.unexplained.found
    assert found.cells == every.size and found.share == pytest.approx(every.mean(), abs=1e-4)
    wanted = np.sort(every)[::-1][: round(every.size / 10)]
    np.testing.assert_allclose(np.sort(found.value)[::-1], wanted)
    shown = [cluster for cluster in worst.clusters if cluster.isVisibleTo(worst)]
    assert len(shown) == found.clusters > 1
    first = shown[0].grid
    example = first.examples[1]
    qtbot.mouseClick(first, Qt.MouseButton.LeftButton, pos=first.rect_of(1).center())
    selection = looked.session.selection
    assert (selection.image, selection.cell) == (example.image_id, example.cell)
    before = len(first.examples)
    shown[0].more.click()
    assert len(first.examples) > before


def test_photos_can_be_put_in_the_order_of_what_is_not_explained(looked, qtbot) -> None:
    looked.show_workspace("images")
    wait_idle(qtbot, looked)
    thumbnails = looked.docks["thumbnails"].panel
    before = thumbnails.model.order.ids.tolist()
    looked.actions_["photos.unexplained"].trigger()
    wait_idle(qtbot, looked)
    found = looked.session.unexplained.found
    listed = thumbnails.model.order.ids.tolist()
    coded = set(found.images.tolist())
    assert [image for image in listed if image in coded] == found.images.tolist()
    assert sorted(listed) == sorted(before), "no photo is lost"
    assert thumbnails.model.strength_at(0).endswith("%")
    assert looked.session.lists.images[0] == listed[0], "the arrows follow"
    looked.actions_["photos.unexplained"].trigger()
    wait_idle(qtbot, looked)
    assert thumbnails.model.order.ids.tolist() == before


def test_findings_of_another_project_are_never_shown_and_a_killed_worker_is_asked_again(
    qtbot, window, tmp_path
) -> None:
    session = window.session
    session.worker.start()
    qtbot.waitUntil(lambda: session.worker.process_id > 0)
    window.show_page("quality")
    window.dock_area.open_panel("unexplained")
    os.kill(session.worker.process_id, signal.SIGKILL)
    qtbot.waitUntil(lambda: session.unexplained.found is not None)
    worst = window.docks["unexplained"].panel
    assert worst.area.isVisible()
    session.unexplained.look_again()
    session.projects.close()
    wait_idle(qtbot, window)
    assert session.unexplained.found is None and not session.unexplained.is_looking
