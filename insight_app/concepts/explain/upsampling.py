"""From cells to pixels: which class each pixel of a photo belongs to, smoothly or along its edges.

`bilinear` spreads the probabilities of cells over pixels, as published (METHOD.md 1). `guided` lets
the photo draw the borders: the guided filter (He, Sun, Tang: Guided Image Filtering, TPAMI 2013),
whose coefficients are fitted on a smaller picture (He, Sun: Fast Guided Filter, arXiv 1505.00996).
Nothing is trained. h x w pixels, rows x cols cells, C classes; memory is bounded by taking a few
rows, or a few classes, at once.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

LONGEST = 1024
"""Pixels of the longer side of a label map, at most."""
RADIUS = 1.0
"""Of the guided filter's windows, in cells."""
SMOOTHNESS = 1e-3
"""Of the guided filter: differences of colour whose square is below it are no edge; colours 0-1."""
FITTED_CELL = 8
"""Pixels of a cell on the smaller picture that coefficients are fitted on."""
_AT_ONCE = 1 << 24
"""Numbers held at once while spreading."""


@dataclass(frozen=True, eq=False)
class LabelMap:
    """The most probable class of each pixel (h, w) uint16, and its probability (h, w) float32."""

    best: NDArray[np.uint16]
    probability: NDArray[np.float32]


def map_size(width: int, height: int) -> tuple[int, int]:
    """Return (h, w) of the label map of a photo: its own size, or smaller, LONGEST at most."""
    scale = min(1.0, LONGEST / max(width, height))
    return max(1, round(height * scale)), max(1, round(width * scale))


def bilinear(grid: NDArray[np.floating], height: int, width: int) -> LabelMap:
    """Return the label map (height, width) of probabilities (rows, cols, C), spread bilinearly."""
    rows, cols, _ = grid.shape
    # A pixel lies between four cells: less than a quarter of each one's best wins nowhere.
    chosen = np.flatnonzero((grid * 4 >= grid.max(2, keepdims=True)).any((0, 1)))
    kept = np.ascontiguousarray(grid[..., chosen].transpose(2, 0, 1), np.float32)  # (c, rows, cols)
    across = kept @ _between(cols, width).T
    down = _between(rows, height)
    best = np.empty((height, width), np.uint16)
    probability = np.empty((height, width), np.float32)
    at_once = max(1, _AT_ONCE // (width * chosen.size))
    for first in range(0, height, at_once):
        part = slice(first, first + at_once)
        spread = down[part] @ across
        best[part] = chosen[spread.argmax(0)]
        probability[part] = spread.max(0)
    return LabelMap(best, probability)


def guided(grid: NDArray[np.floating], guide: NDArray[np.uint8]) -> LabelMap:
    """Return the label map (h, w) of probabilities (rows, cols, C), drawn along a photo's edges.

    guide: (h, w, 3) the photo, at the size of the map. Only classes that win a cell can win pixels.
    """
    height, width = guide.shape[:2]
    rows, cols, _ = grid.shape
    photo = guide.astype(np.float32) / np.float32(255)
    # Coefficients are fitted where a cell has FITTED_CELL pixels, or all it has if it has fewer.
    small = (min(height, rows * FITTED_CELL), min(width, cols * FITTED_CELL))
    fit = _Fit.to(_shrunk(photo, *small), max(1, round(RADIUS * small[0] / rows)))
    planes = np.concatenate([photo, np.ones_like(photo[..., :1])], 2).transpose(2, 0, 1)
    down, across = _between(small[0], height), _between(small[1], width).T
    to_small = _between(rows, small[0]), _between(cols, small[1]).T
    best = np.zeros((height, width), np.uint16)
    probability = np.full((height, width), -np.inf, np.float32)
    for one in np.unique(grid.argmax(2)).tolist():
        coarse = to_small[0] @ np.ascontiguousarray(grid[..., one], np.float32) @ to_small[1]
        drawn = ((down @ fit.coefficients(coarse) @ across) * planes).sum(0)
        wins = drawn > probability
        best[wins], probability[wins] = one, drawn[wins]
    return LabelMap(best, probability.clip(0, 1))


@dataclass(frozen=True, eq=False)
class _Fit:
    """What the guided filter needs of a guide, whatever is filtered.

    photo (h, w, 3); mean (h, w, 3), inverse (h, w, 3, 3): of the colours in each window, and of
    their covariance.
    """

    photo: NDArray[np.float32]
    mean: NDArray[np.float32]
    inverse: NDArray[np.float32]
    radius: int

    @staticmethod
    def to(photo: NDArray[np.float32], radius: int) -> "_Fit":
        mean = _box(photo, radius)
        products = photo[..., :, None] * photo[..., None, :]
        squares = _box(products.reshape(*photo.shape[:2], 9), radius).reshape(products.shape)
        covariance = squares - mean[..., :, None] * mean[..., None, :]
        inverse = np.linalg.inv(covariance + SMOOTHNESS * np.eye(3)).astype(np.float32)
        return _Fit(photo, mean, inverse, radius)

    def coefficients(self, p: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return (4, h, w): slope by each colour and level, of p (h, w); means over windows."""
        mean = _box(p[..., None], self.radius)
        together = _box(self.photo * p[..., None], self.radius) - self.mean * mean
        slope = (self.inverse @ together[..., None])[..., 0]
        level = mean - (slope * self.mean).sum(2, keepdims=True)
        return _box(np.concatenate([slope, level], 2), self.radius).transpose(2, 0, 1)


def _box(values: NDArray[np.float32], radius: int) -> NDArray[np.float32]:
    """Return the mean of (h, w, n) over squares of 2 radius + 1, cut at the edges."""
    down = _means(values.shape[0], radius) @ values.reshape(values.shape[0], -1)
    across = _means(values.shape[1], radius) @ down.reshape(values.shape)
    return across


@lru_cache(maxsize=8)
def _means(size: int, radius: int) -> NDArray[np.float32]:
    """Return (size, size): row i has the mean of what lies at most `radius` from i."""
    at = np.arange(size)
    near = (abs(at[:, None] - at) <= radius).astype(np.float32)
    means: NDArray[np.float32] = near / near.sum(1, keepdims=True)
    return means


def _shrunk(photo: NDArray[np.float32], height: int, width: int) -> NDArray[np.float32]:
    """Return (height, width, 3): means over blocks of a photo (h, w, 3) at least as large."""
    rows = np.arange(height) * photo.shape[0] // height
    cols = np.arange(width) * photo.shape[1] // width
    sums = np.add.reduceat(np.add.reduceat(photo, rows, axis=0), cols, axis=1)
    areas = np.outer(np.diff([*rows, photo.shape[0]]), np.diff([*cols, photo.shape[1]]))
    shrunk: NDArray[np.float32] = (sums / areas[..., None]).astype(np.float32)
    return shrunk


def _between(cells: int, pixels: int) -> NDArray[np.float32]:
    """Return (pixels, cells): how much of each cell a pixel gets, by its middle and theirs."""
    at = np.clip((np.arange(pixels) + 0.5) * cells / pixels - 0.5, 0, cells - 1)
    low = np.floor(at).astype(np.int64)
    share = (at - low).astype(np.float32)
    shares = np.zeros((pixels, cells), np.float32)
    shares[np.arange(pixels), low] = 1 - share
    shares[np.arange(pixels), np.minimum(low + 1, cells - 1)] += share
    return shares
