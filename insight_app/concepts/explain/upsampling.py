"""From cells to pixels: which class each pixel of a photo belongs to, smoothly or along its edges.

`bilinear` spreads the probabilities of cells over pixels, as published (METHOD.md 1). `guided` lets
the photo draw the borders: the guided filter (He, Sun, Tang: Guided Image Filtering, TPAMI 2013),
whose coefficients are fitted on a smaller picture (He, Sun: Fast Guided Filter, arXiv 1505.00996).
Nothing is trained. h x w pixels, rows x cols cells, C classes; memory is bounded by taking a few
rows, or a few classes, at once.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

LONGEST = 1024
"""Pixels of the longer side of a label map, at most."""
RADIUS = 0.5
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


Spread = Callable[[NDArray[np.floating], int, int], LabelMap]


def map_size(width: int, height: int) -> tuple[int, int]:
    """Return (h, w) of the label map of a photo: its own size, or smaller, LONGEST at most."""
    scale = min(1.0, LONGEST / max(width, height))
    return max(1, round(height * scale)), max(1, round(width * scale))


def bilinear(grid: NDArray[np.floating], height: int, width: int) -> LabelMap:
    """Return the label map (height, width) of probabilities (rows, cols, C), spread bilinearly."""
    best = np.empty((height, width), np.uint16)
    probability = np.empty((height, width), np.float32)
    at_once = max(1, _AT_ONCE // max(1, width * grid.shape[2]))
    across = _spread(np.ascontiguousarray(grid.swapaxes(0, 1), np.float32), width).swapaxes(0, 1)
    low, high, share = _between(grid.shape[0], height)
    for first in range(0, height, at_once):
        rows = slice(first, first + at_once)
        part = share[rows, None, None]
        spread = across[low[rows]] * (1 - part) + across[high[rows]] * part
        best[rows] = spread.argmax(2)
        probability[rows] = spread.max(2)
    return LabelMap(best, probability)


def guided(grid: NDArray[np.floating], guide: NDArray[np.uint8]) -> LabelMap:
    """Return the label map (h, w) of probabilities (rows, cols, C), drawn along a photo's edges.

    guide: (h, w, 3) the photo, at the size of the map.
    """
    height, width = guide.shape[:2]
    rows, cols, classes = grid.shape
    photo = guide.astype(np.float32) / np.float32(255)
    # Coefficients are fitted where a cell has FITTED_CELL pixels, or all it has if it has fewer.
    small = (min(height, rows * FITTED_CELL), min(width, cols * FITTED_CELL))
    radius = max(1, round(RADIUS * small[0] / rows))
    fit = _Fit.to(_shrunk(photo, *small), radius)
    best = np.zeros((height, width), np.uint16)
    probability = np.full((height, width), -np.inf, np.float32)
    for one in range(classes):
        # A class that no cell gives a hundredth of the best's part wins no pixel either.
        coarse = np.ascontiguousarray(grid[..., one], np.float32)
        if (coarse * 100 < grid.max(2)).all():
            continue
        slope, level = fit.coefficients(_both_ways(coarse[..., None], *small)[..., 0])
        drawn = (_both_ways(slope, height, width) * photo).sum(2)
        drawn += _both_ways(level[..., None], height, width)[..., 0]
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

    def coefficients(
        self, p: NDArray[np.float32]
    ) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Return slope (h, w, 3) and level (h, w), each the mean of its window's, of p (h, w)."""
        mean = _box(p[..., None], self.radius)
        together = _box(self.photo * p[..., None], self.radius) - self.mean * mean
        slope = (self.inverse @ together[..., None])[..., 0]
        level = mean[..., 0] - (slope * self.mean).sum(2)
        return _box(slope, self.radius), _box(level[..., None], self.radius)[..., 0]


def _box(values: NDArray[np.float32], radius: int) -> NDArray[np.float32]:
    """Return the mean of (h, w, n) over squares of 2 radius + 1, cut at the edges."""
    found = values.astype(np.float64)
    for axis in (0, 1):
        size = found.shape[axis]
        sums = np.concatenate(
            (np.zeros_like(found.take([0], axis)), np.cumsum(found, axis)), axis=axis
        )
        at = np.arange(size)
        low, high = np.maximum(at - radius, 0), np.minimum(at + radius + 1, size)
        shape = [1, 1, 1]
        shape[axis] = size
        found = (sums.take(high, axis) - sums.take(low, axis)) / (high - low).reshape(shape)
    return found.astype(np.float32)


def _shrunk(photo: NDArray[np.float32], height: int, width: int) -> NDArray[np.float32]:
    """Return (height, width, 3): means over blocks of a photo (h, w, 3) at least as large."""
    rows = np.arange(height) * photo.shape[0] // height
    cols = np.arange(width) * photo.shape[1] // width
    sums = np.add.reduceat(np.add.reduceat(photo, rows, axis=0), cols, axis=1)
    areas = np.outer(np.diff([*rows, photo.shape[0]]), np.diff([*cols, photo.shape[1]]))
    shrunk: NDArray[np.float32] = (sums / areas[..., None]).astype(np.float32)
    return shrunk


def _both_ways(grid: NDArray[np.float32], height: int, width: int) -> NDArray[np.float32]:
    """Return (height, width, n) of (rows, cols, n), spread bilinearly."""
    down = _spread(grid, height)
    return np.ascontiguousarray(_spread(down.swapaxes(0, 1), width).swapaxes(0, 1))


def _spread(values: NDArray[np.float32], size: int) -> NDArray[np.float32]:
    """Return (size, ...) of (n, ...): along the first axis, between the middles of n cells."""
    low, high, share = _between(len(values), size)
    part = share.reshape(-1, *(1,) * (values.ndim - 1))
    spread: NDArray[np.float32] = values[low] * (1 - part) + values[high] * part
    return spread


def _between(
    cells: int, pixels: int
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float32]]:
    """Return (pixels,) the cells beside the middle of each pixel, and the later one's share."""
    at = np.clip((np.arange(pixels) + 0.5) * cells / pixels - 0.5, 0, cells - 1)
    low = np.floor(at).astype(np.int64)
    return low, np.minimum(low + 1, cells - 1), (at - low).astype(np.float32)
