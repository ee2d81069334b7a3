"""Label masks brought onto the grid that the model saw: which label each cell has.

Owns the rule: a cell has the label that covers most of its area, the background (0) standing for
election like any other; a tie goes to the smaller id. So every cell has exactly one label, small
things that win no cell are not asked for, and a mask of any size gives the same answer. Knows no
files and no concepts.
"""

import numpy as np
from numpy.typing import NDArray

from insight_app.concepts.geometry import Geometry

BACKGROUND = 0


def cell_labels(mask: NDArray[np.integer], geometry: Geometry) -> NDArray[np.int64]:
    """Return (cells,) the label of each cell, 0 = background.

    mask: (height, width) ids over the whole upright photo that the geometry is of. Pixels that lie
    across the edge of a cell count by the part that lies inside.
    """
    if mask.shape != (geometry.height, geometry.width):
        raise ValueError(f"a mask of {mask.shape} on a photo of {geometry}")
    x, y, w, h = geometry.crop
    down = _overlaps(y, h, geometry.rows, geometry.height)
    across = _overlaps(x, w, geometry.cols, geometry.width)
    seen = mask[y : y + h, x : x + w]
    ids = np.unique(seen)
    areas = np.stack([(down @ (mask == one) @ across.T).ravel() for one in ids])
    # Sums of fractions of pixels that should be equal differ in the last digits.
    winner = np.argmax(areas >= areas.max(0) * (1 - 1e-9), 0)
    labels: NDArray[np.int64] = ids[winner].astype(np.int64)
    return labels


def dilated(mask: NDArray[np.bool_], rows: int, cols: int) -> NDArray[np.bool_]:
    """Return masks (..., cells) grown by one cell in all eight directions."""
    grid = mask.reshape(-1, rows, cols)
    padded = np.pad(grid, ((0, 0), (1, 1), (1, 1)))
    grown = np.zeros_like(grid)
    for dy in range(3):
        for dx in range(3):
            grown |= padded[:, dy : dy + rows, dx : dx + cols]
    whole: NDArray[np.bool_] = grown.reshape(mask.shape)
    return whole


def _overlaps(start: int, length: int, cells: int, pixels: int) -> NDArray[np.float64]:
    """Return (cells, pixels): how much of each pixel lies in each cell along one side."""
    edges = start + np.arange(cells + 1) * (length / cells)
    first = np.arange(pixels)
    low = np.maximum(edges[:-1, None], first[None])
    high = np.minimum(edges[1:, None], first[None] + 1)
    inside: NDArray[np.float64] = np.maximum(high - low, 0.0)
    return inside
