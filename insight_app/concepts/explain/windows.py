"""Windows over a grid of cells: a photo larger than an encoder's picture, looked at part by part.

A *look* is a cell as it is seen in one window: a cell in four windows has four looks. Windows begin
at whole cells, the last one along a side ends with it (METHOD.md 1), so that looks of the same cell
are of the same pixels. Numpy only; knows no encoder.
"""

from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, eq=False)
class Windows:
    """V windows of high x wide cells over a grid of rows x cols.

    corners: their first row and column; all windows are of the same size.
    """

    rows: int
    cols: int
    high: int
    wide: int
    corners: tuple[tuple[int, int], ...]

    @property
    def cell(self) -> NDArray[np.int64]:
        """(E,) int64 the cell of each look: window by window, row by row."""
        inside = np.arange(self.high)[:, None] * self.cols + np.arange(self.wide)
        starts = np.array([row * self.cols + col for row, col in self.corners], np.int64)
        looks: NDArray[np.int64] = (starts[:, None] + inside.ravel()).ravel().astype(np.int64)
        return looks


def starts(length: int, window: int, stride: int) -> list[int]:
    """Return where windows begin along a side; the last one ends with it."""
    last = max(length - window, 0)
    return [*range(0, last, stride), last]


def over(rows: int, cols: int, window: int, stride: int) -> Windows:
    """Return the windows of `window` x `window` cells, `stride` apart, over a grid."""
    if min(window, stride) < 1:
        raise ValueError(f"windows of {window} cells, {stride} apart")
    high, wide = min(window, rows), min(window, cols)
    corners = product(starts(rows, high, stride), starts(cols, wide, stride))
    return Windows(rows, cols, high, wide, tuple(corners))


def averaged(
    looks: NDArray[np.floating], cell: NDArray[np.int64], cells: int
) -> NDArray[np.float64]:
    """Return (cells, n) the mean over the looks of each cell; looks (E, n), cell (E,)."""
    order = np.argsort(cell, kind="stable")
    counts = np.bincount(cell, minlength=cells)
    first = np.concatenate(([0], np.cumsum(counts)[:-1]))
    if not counts.all():
        raise ValueError("a cell that no window sees")
    sums: NDArray[np.float64] = np.add.reduceat(looks[order].astype(np.float64), first, axis=0)
    mean: NDArray[np.float64] = sums / counts[:, None]
    return mean
