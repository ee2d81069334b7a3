"""The occlusion check: whether a concept depends on what lies under its support (METRICS.md).

A map alone proves no place, since a cell's token describes more than the cell. So the support is
greyed out and the photo encoded again: the concept should fall there, and much less when an equal
area elsewhere is greyed. Owns which cells are greyed and how a fall is counted. Arrays in, arrays
out; knows no encoder.
"""

import numpy as np
from numpy.typing import NDArray

GREY = 128 / 255
"""What stands in place of the photo, of all three colours; in [0, 1]."""
PLACEMENTS = 5
"""So many random places elsewhere are greyed, one after the other."""


def greyed(
    pixels: NDArray[np.float32], cells: NDArray[np.bool_], rows: int, cols: int
) -> NDArray[np.float32]:
    """Return pixels (3, h, w) with some of the cells (rows * cols,) grey."""
    covered = pixels.copy()
    height, width = pixels.shape[1:]
    for cell in np.flatnonzero(cells):
        row, col = divmod(int(cell), cols)
        top, bottom = (round(edge * height / rows) for edge in (row, row + 1))
        left, right = (round(edge * width / cols) for edge in (col, col + 1))
        covered[:, top:bottom, left:right] = GREY
    return covered


def elsewhere(
    support: NDArray[np.bool_], rows: int, cols: int, count: int = PLACEMENTS, seed: int = 0
) -> NDArray[np.bool_]:
    """Return (n, cells), n <= count: as many cells as the support (cells,) has, none of its own.

    It is the support's own shape, moved around the edges, wherever that fits beside it; else cells
    drawn at random. None (n = 0) where less than half of the grid is free.
    """
    size = int(support.sum())
    free = np.flatnonzero(~support)
    if not size or free.size < size:
        return np.zeros((0, support.size), bool)
    rng = np.random.default_rng(seed)
    grid = support.reshape(rows, cols)
    shifts = [(dy, dx) for dy in range(rows) for dx in range(cols)]
    moved = (np.roll(grid, shift, (0, 1)).ravel() for shift in shifts)
    fitting = [one for one in moved if not (one & support).any()]
    if fitting:
        return np.stack([fitting[at] for at in rng.permutation(len(fitting))[:count]])
    found = np.zeros((count, support.size), bool)
    for one in found:
        one[rng.choice(free, size, replace=False)] = True
    return found


def fall(
    before: NDArray[np.float32], after: NDArray[np.float32], support: NDArray[np.bool_]
) -> float:
    """Return how much of a map's mass over its support (cells,) is gone: 1 = all; below 0: it grew.

    before, after: (cells,). nan where there was none.
    """
    whole = float(before[support].sum(dtype=np.float64))
    rest = float(after[support].sum(dtype=np.float64))
    return 1 - rest / whole if whole > 0 else float("nan")
