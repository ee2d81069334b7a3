"""Concepts on a photo as colours: cells (what was measured), smooth and contours (drawn).

Arrays in, a small transparent picture or lines out. Alpha grows from zero at zero strength, so
that an overlay never tints where a concept is silent. It grows with the square root: most cells
are far weaker than the strongest of all photos, and would not be seen otherwise. The legend draws
the same curve. Knows nothing of widgets and projects.
"""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QLineF
from PySide6.QtGui import QColor, QImage

if TYPE_CHECKING:
    from insight_app.project.judgements import ConceptId

CELLS, SMOOTH, CONTOURS = "cells", "smooth", "contours"
MODES = (CELLS, SMOOTH, CONTOURS)
FRAMED = 0.5
"""Share of the scale from which cells of what is signed are framed."""
SMOOTHING = 8
"""How many drawn points a cell gets along each side in the smooth overlay."""
CONTOUR_SHARES = (0.25, 0.5, 0.75)


@dataclass(frozen=True, eq=False)
class Layer:
    """One concept on a photo. values: (rows, cols) float32; scale: the strength of full colour.

    concept: None for what no concept explains, and for what is signed.  is_linear: alpha grows with
    the share itself.  negative: the colour of values below zero, where there are such.  title,
    note: what the legend says of it, where it is no concept.
    """

    concept: "ConceptId | None"
    colour: QColor
    values: NDArray[np.float32]
    scale: float
    is_linear: bool = False
    negative: QColor | None = None
    title: str = ""
    note: str = ""

    def density(self, shares: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return how much of full colour shares (rows, cols), 0 to 1, of the scale get."""
        return shares if self.is_linear else density(shares)


def picture(layers: list[Layer], opacity: float, threshold: float, mode: str) -> QImage | None:
    """Draw the layers over each other, the first on top; None if nothing shows.

    A cell's alpha is opacity x its density(strength / scale) where strength / scale > threshold; of
    what is signed the size counts, and the sign is the colour.
    """
    shown: NDArray[np.float32] | None = None
    for layer in reversed(layers):
        least = 0 if layer.negative is None else -1
        shares = layer.values / layer.scale if layer.scale > 0 else layer.values * 0
        shares = np.clip(shares, least, 1)
        if mode == SMOOTH:
            shares = enlarge(shares, SMOOTHING)
        is_below, shares = shares < 0, np.abs(shares)
        alpha = np.where(shares > threshold, layer.density(shares), 0)[..., None] * np.float32(
            opacity
        )
        rgb = np.broadcast_to(_rgb(layer.colour), (*shares.shape, 3))
        if layer.negative is not None:
            rgb = np.where(is_below[..., None], _rgb(layer.negative), rgb)
        over = np.concatenate([rgb * alpha, alpha * 255], -1)
        shown = over if shown is None else over + shown * (1 - alpha)
    if shown is None or not shown[..., 3].any():
        return None
    bgra = np.ascontiguousarray(np.rint(shown[..., [2, 1, 0, 3]]).astype(np.uint8))
    height, width = bgra.shape[:2]
    image = QImage(bgra.data, width, height, width * 4, QImage.Format.Format_ARGB32_Premultiplied)
    return image.copy()


def _rgb(colour: QColor) -> NDArray[np.float32]:
    return np.array([colour.red(), colour.green(), colour.blue()], np.float32)


def density(shares: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return how much of full colour shares (rows, cols), 0 to 1, of the scale get."""
    return np.sqrt(shares)


def enlarge(values: NDArray[np.float32], times: int) -> NDArray[np.float32]:
    """Return (rows * times, cols * times) of values (rows, cols).

    Linear between the centres of cells, flat beyond them.
    """
    for axis in (0, 1):
        n = values.shape[axis]
        at = np.clip((np.arange(n * times) + 0.5) / times - 0.5, 0, n - 1)
        low = np.minimum(at.astype(int), max(n - 2, 0))
        part = (at - low).astype(np.float32)
        shape = [-1, 1] if axis == 0 else [1, -1]
        upper = np.take(values, np.minimum(low + 1, n - 1), axis)
        values = np.take(values, low, axis) * (1 - part.reshape(shape)) + upper * part.reshape(
            shape
        )
    return values


def by_sign(layer: Layer) -> list[Layer]:
    """Return a layer as layers without values below zero, the second of what lies below."""
    if layer.negative is None:
        return [layer]
    above, below = np.maximum(layer.values, 0), np.maximum(-layer.values, 0)
    return [
        replace(layer, values=above, negative=None),
        replace(layer, values=below, colour=layer.negative, negative=None),
    ]


def frames(layer: Layer, least: float = FRAMED) -> list[QLineF]:
    """Return lines along the edges of cells above `least` of a layer's scale, in cells."""
    if layer.scale <= 0:
        return []
    inside = np.pad(layer.values >= least * layer.scale, 1)
    lines = []
    for y, x in np.argwhere(inside[1:, 1:-1] != inside[:-1, 1:-1]).tolist():
        lines.append(QLineF(x, y, x + 1, y))
    for y, x in np.argwhere(inside[1:-1, 1:] != inside[1:-1, :-1]).tolist():
        lines.append(QLineF(x, y, x, y + 1))
    return lines


def contours(layer: Layer, threshold: float) -> list[QLineF]:
    """Return lines around where a layer is above shares of its scale, in cells.

    Marching squares over the centres of cells, with silent cells assumed around the grid.
    """
    lines: list[QLineF] = []
    if layer.scale <= 0:
        return lines
    grid = np.pad(layer.values / layer.scale, 1)
    for level in sorted({max(share, threshold) for share in CONTOUR_SHARES}):
        above = grid > level
        mixed = above[:-1, :-1].astype(int) + above[1:, :-1] + above[:-1, 1:] + above[1:, 1:]
        for y, x in zip(*np.nonzero((mixed > 0) & (mixed < 4)), strict=True):
            lines.extend(_square(grid, int(y), int(x), level))
    return lines


def _square(grid: NDArray[np.float32], y: int, x: int, level: float) -> list[QLineF]:
    """Return the contour within one square of four neighbouring centres of a grid (rows, cols)."""
    corners = ((y, x), (y, x + 1), (y + 1, x + 1), (y + 1, x))
    crossings = []
    for (y0, x0), (y1, x1) in zip(corners, (*corners[1:], corners[0]), strict=True):
        a, b = float(grid[y0, x0]), float(grid[y1, x1])
        if (a > level) != (b > level):
            part = (level - a) / (b - a)
            crossings.append((x0 + (x1 - x0) * part - 0.5, y0 + (y1 - y0) * part - 0.5))
    pairs = [(0, 1)] if len(crossings) == 2 else [(0, 1), (2, 3)]
    return [QLineF(*crossings[i], *crossings[j]) for i, j in pairs]
