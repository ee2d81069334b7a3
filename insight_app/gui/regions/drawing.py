"""Labels of pixels as colours over a photo: whole regions, their outlines, or where two differ.

Arrays in, a small transparent picture out. Colours belong to the place of a class in the list:
Okabe and Ito's, which people with other colour vision tell apart, lighter the second time round.
Knows nothing of widgets and projects.
"""

from typing import Literal

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QLineF
from PySide6.QtGui import QColor, QImage

Mode = Literal["labels", "outlines", "cells"]
MODES: tuple[Mode, ...] = ("labels", "outlines", "cells")
_COLOURS = (
    (204, 121, 167),
    (230, 159, 0),
    (0, 158, 115),
    (240, 228, 66),
    (0, 114, 178),
    (86, 180, 233),
    (213, 94, 0),
)
_GREY = (150, 150, 150)
REGION = QColor("#ffffff")
"""Of the line around the region that was clicked."""
_WIDTH = 2
"""Pixels of an outline, on both sides of a border."""


def colour_of(index: int) -> QColor:
    """Return the colour of a class by its place; grey for the background, -1."""
    return QColor(*_rgb(index))


def _rgb(index: int) -> tuple[int, int, int]:
    if index < 0:
        return _GREY
    again, place = divmod(index, len(_COLOURS))
    red, green, blue = _COLOURS[place]
    part = min(again, 3) * 0.25
    return tuple(round(one + (255 - one) * part) for one in (red, green, blue))  # type: ignore[return-value]


def picture(
    labels: NDArray[np.int64], mode: Mode, opacity: float, chosen: int | None = None
) -> QImage:
    """Return labels (h, w) as a picture of as many pixels.

    chosen: a class that others stand back for.
    """
    classes = int(labels.max(initial=0)) + 1
    table = np.array([_rgb(n) for n in range(-1, classes)], np.uint8)
    rgba = np.empty((*labels.shape, 4), np.uint8)
    rgba[..., :3] = table[labels + 1]
    alpha = np.where(labels < 0, 0.0, opacity)
    if chosen is not None:
        alpha = np.where(labels == chosen, alpha, alpha * 0.25)
    if mode == "outlines":
        alpha = np.where(borders(labels), np.minimum(alpha * 2, 1.0), 0.0)
    rgba[..., 3] = np.rint(255 * alpha)
    return _image(rgba)


def differences(ours: NDArray[np.int64], theirs: NDArray[np.int64]) -> QImage:
    """Return where labels (h, w) differ, in orange."""
    rgba = np.zeros((*ours.shape, 4), np.uint8)
    rgba[ours != theirs] = (213, 94, 0, 190)
    return _image(rgba)


def around(cells: NDArray[np.bool_], rows: int, cols: int) -> list[QLineF]:
    """Return the lines around some cells (rows x cols,), in cells of the grid."""
    grid = np.pad(cells.reshape(rows, cols), 1)
    below = np.argwhere(grid[1:] != grid[:-1]).tolist()
    right = np.argwhere(grid[:, 1:] != grid[:, :-1]).tolist()
    return [
        *(QLineF(x - 1, y, x, y) for y, x in below),
        *(QLineF(x, y - 1, x, y) for y, x in right),
    ]


def borders(labels: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Return (h, w) the pixels that lie within an outline of a border between labels (h, w)."""
    near = np.zeros(labels.shape, bool)
    for step in range(1, _WIDTH + 1):
        down, across = labels[step:] != labels[:-step], labels[:, step:] != labels[:, :-step]
        near[step:] |= down
        near[:-step] |= down
        near[:, step:] |= across
        near[:, :-step] |= across
    return near


def _image(rgba: NDArray[np.uint8]) -> QImage:
    height, width = rgba.shape[:2]
    data = np.ascontiguousarray(rgba)
    return QImage(data.data, width, height, 4 * width, QImage.Format.Format_RGBA8888).copy()
