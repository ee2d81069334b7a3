"""The classes of a photo's pixels or cells as a picture to lie over it, and lines around a region.

Arrays in, pictures and lines out; nothing here needs the GUI thread. Knows no panel.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QLineF
from PySide6.QtGui import QColor, QImage

from insight_app.gui import theme

LABELS, OUTLINES, CELLS, DIFFER, CONCEPT = "labels", "outlines", "cells", "differ", "concept"
VIEWS = (LABELS, OUTLINES, CELLS, DIFFER, CONCEPT)
REGION = QColor("#ffffff")
_TURN = 0.618_033_988_75
"""Of the circle of hues from one class to the next, beyond the named colours: the golden ratio."""


def class_colour(index: int) -> QColor:
    """Return the colour of a class by its place; background (-1) is grey."""
    named = theme.OKABE_ITO[:-1]
    if index < 0:
        return QColor(theme.OKABE_ITO[-1])
    if index < len(named):
        return QColor(named[index])
    place = index - len(named)
    return QColor.fromHsvF((0.13 + place * _TURN) % 1.0, 0.55 + 0.4 * (place % 2), 0.9)


def colours(count: int) -> NDArray[np.uint8]:
    """Return (count + 1, 3) the colours of so many classes; the background's, the last, is grey."""
    each = [class_colour(index) for index in (*range(count), -1)]
    return np.array([(one.red(), one.green(), one.blue()) for one in each], np.uint8)


def label_picture(
    labels: NDArray[np.int64],
    count: int,
    opacity: float,
    outlines_only: bool = False,
    where: NDArray[np.bool_] | None = None,
) -> QImage:
    """Return labels (h, w), -1 = background, as a picture of that size; background is clear.

    outlines_only: only pixels at which another class begins.  where: (h, w), only there.
    """
    shown = labels >= 0
    if outlines_only:
        shown = _borders(labels)
    if where is not None:
        shown = shown & where
    alpha = np.where(shown, np.float32(opacity), np.float32(0))[..., None]
    rgb = colours(count)[labels]  # -1 is the last
    bgra = np.concatenate([rgb[..., ::-1] * alpha, alpha * 255], 2)
    data = np.ascontiguousarray(np.rint(bgra).astype(np.uint8))
    height, width = labels.shape
    image = QImage(data.data, width, height, width * 4, QImage.Format.Format_ARGB32_Premultiplied)
    return image.copy()


def _borders(labels: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Return (h, w) the pixels within two of one with another class."""
    found = np.zeros(labels.shape, bool)
    for by in (1, 2):
        down, across = labels[by:] != labels[:-by], labels[:, by:] != labels[:, :-by]
        found[by:] |= down
        found[:-by] |= down
        found[:, by:] |= across
        found[:, :-by] |= across
    return found


def around(cells: NDArray[np.bool_], rows: int, cols: int) -> list[QLineF]:
    """Return the lines around some cells (cells,), in cells of the grid."""
    grid = np.pad(cells.reshape(rows, cols), 1)
    lines = [
        QLineF(x - 1, y, x, y) for y, x in zip(*np.nonzero(grid[1:] != grid[:-1]), strict=True)
    ]
    lines += [
        QLineF(x, y - 1, x, y)
        for y, x in zip(*np.nonzero(grid[:, 1:] != grid[:, :-1]), strict=True)
    ]
    return lines


def spoken(names: Sequence[str], shares: NDArray[np.float64]) -> list[tuple[str, float]]:
    """Return what lies in a photo, the largest first: names with their shares, background too."""
    found = list(zip((*names, "background"), shares.tolist(), strict=True))
    return sorted((one for one in found if one[1] > 0), key=lambda one: -one[1])
