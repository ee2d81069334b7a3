"""Overlays are transparent at zero strength and as strong as the model said elsewhere."""

import numpy as np
from PySide6.QtGui import QColor

from insight_app.gui.photo import overlay
from insight_app.gui.photo.overlay import Layer
from insight_app.project.judgements import ConceptId

ORANGE, BLUE = QColor("#D55E00"), QColor("#0072B2")


def layer(values: np.ndarray, scale: float = 4.0, colour: QColor = ORANGE) -> Layer:
    return Layer(ConceptId("x:0"), colour, np.asarray(values, np.float32), scale)


def test_alpha_grows_from_zero_with_strength() -> None:
    image = overlay.picture([layer([[0.0, 1.0], [2.0, 4.0]])], 1.0, 0.0, overlay.CELLS)
    assert image is not None
    alphas = [image.pixelColor(x, y).alpha() for y in (0, 1) for x in (0, 1)]
    assert alphas == [0, 128, 180, 255], "the square root of the share of the scale"
    assert image.pixelColor(1, 1).name() == ORANGE.name()


def test_opacity_and_threshold() -> None:
    values = [[1.0, 2.0, 4.0]]
    image = overlay.picture([layer(values)], 0.5, 0.4, overlay.CELLS)
    assert image is not None
    assert [image.pixelColor(x, 0).alpha() for x in range(3)] == [0, 90, 128]
    assert overlay.picture([layer(values)], 0.0, 0.0, overlay.CELLS) is None
    assert overlay.picture([], 1.0, 0.0, overlay.CELLS) is None


def test_the_first_concept_lies_on_top() -> None:
    ones = np.ones((1, 1))
    top = overlay.picture(
        [layer(ones, 1.0, ORANGE), layer(ones, 1.0, BLUE)], 1.0, 0.0, overlay.CELLS
    )
    assert top is not None
    assert top.pixelColor(0, 0).name() == ORANGE.name()


def test_a_concept_that_is_silent_everywhere_shows_nothing() -> None:
    assert overlay.picture([layer(np.zeros((3, 3)), 0.0)], 1.0, 0.0, overlay.CELLS) is None
    assert overlay.contours(layer(np.zeros((3, 3)), 0.0), 0.0) == []


def test_enlarging_keeps_the_values_of_cells_and_stays_between_them() -> None:
    values = np.random.default_rng(1).random((4, 5)).astype(np.float32)
    times = 5  # odd: the middle one of a cell's points is its centre
    large = overlay.enlarge(values, times)
    assert large.shape == (20, 25)
    np.testing.assert_allclose(large[2::5, 2::5], values, rtol=1e-6)
    assert large.min() >= values.min()
    assert large.max() <= values.max()


def test_a_grid_of_one_row_can_be_enlarged() -> None:
    assert overlay.enlarge(np.array([[1.0, 3.0]], np.float32), 4).shape == (4, 8)


def test_contours_close_around_a_peak_at_its_level() -> None:
    values = np.zeros((5, 5), np.float32)
    values[2, 2] = 1.0
    lines = overlay.contours(layer(values, 1.0), 0.6)  # 25 and 50 % are under the threshold
    assert len(lines) == 8
    at_first = lines[:4]
    ends = [p for line in at_first for p in ((line.x1(), line.y1()), (line.x2(), line.y2()))]
    assert len({(round(x, 4), round(y, 4)) for x, y in ends}) == 4, "four points, each met twice"
    for x, y in ends:  # the centre of cell 2, 2 is at 2.5, 2.5; linear: 0.6 at 0.4 from it
        assert abs(abs(x - 2.5) + abs(y - 2.5) - 0.4) < 1e-5
