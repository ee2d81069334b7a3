"""More than 8 bits a channel: by which brightness such a picture is shown, and shown by it.

Knows no file format.
"""

from math import ceil

import numpy as np
from numpy.typing import NDArray
from PIL import Image

DEPTHS = (8, 10, 12, 14, 16)
"""Bits that cameras and scanners give; they are stored in 16."""
_OUTERMOST = (0.1, 99.9)
"""Percentiles: what is darker and what is brighter does not count."""


def grey(values: NDArray[np.float32]) -> tuple[Image.Image, tuple[float, float]]:
    """Scale (h, w) from black to white, all but the outermost thousandths of it."""
    window = window_of(values)
    return Image.fromarray(scaled(values, window)).convert("RGB"), window


def colours(
    values: NDArray[np.generic], *, is_described: bool = False
) -> tuple[Image.Image, tuple[float, float]]:
    """Scale (h, w, 3) or, with alpha, (h, w, 4) by one window for all its colours.

    Whole numbers: from 0 to the largest of the smallest usual depth that holds them all; of 16 bits
    if a profile describes them (is_described). Fractions: from 0 to 1 if all lie there. All else:
    all but the outermost thousandths. Alpha runs over all that its numbers can be.
    """
    seen = values[..., :3]
    window = _window_of_colours(seen, is_described)
    picture = Image.fromarray(scaled(seen, window))
    if values.shape[2] == 4:
        most = 2.0 ** (8 * values.dtype.itemsize) - 1 if values.dtype.kind == "u" else 1.0
        picture.putalpha(Image.fromarray(scaled(values[..., 3], (0.0, most))))
    return picture, window


def scaled(values: NDArray[np.generic], window: tuple[float, float]) -> NDArray[np.uint8]:
    """Return (h, w, ...) from black (0) to white (255)."""
    low, high = window
    result = np.empty(values.shape, np.uint8)
    for row in range(0, len(values), _ROWS):  # a part at a time: it takes several times the memory
        part = np.nan_to_num(values[row : row + _ROWS].astype(np.float32, copy=False))
        part = np.clip((part - np.float32(low)) * np.float32(255.0 / (high - low)), 0, 255)
        result[row : row + _ROWS] = part.round()
    return result


_ROWS = 256


def reduced(values: NDArray[np.generic], times: int) -> NDArray[np.float32]:
    """Return (h, w) so many times smaller: means, of fewer numbers at the end."""
    part = _ROWS * times
    sums = [summed(values[row : row + part, :, None], times) for row in range(0, len(values), part)]
    means: NDArray[np.float32] = np.concatenate(sums) / numbers(values.shape[:2], times)
    return means[..., 0]


def summed(
    values: NDArray[np.generic], times: int, before: tuple[int, int] = (0, 0)
) -> NDArray[np.float32]:
    """Return the sums of squares of (h, w, bands), so many numbers wide.

    before: rows and columns that are missing from the first ones.
    """
    height, width, bands = values.shape
    rows, columns = (
        ceil((n + gap) / times) for n, gap in zip((height, width), before, strict=True)
    )
    padded = np.zeros((rows * times, columns * times, bands), np.float32)
    padded[before[0] : before[0] + height, before[1] : before[1] + width] = values
    down, across = padded[::times].copy(), np.zeros((rows, columns, bands), np.float32)
    for at in range(1, times):
        down += padded[at::times]
    for at in range(times):
        across += down[:, at::times]
    return across


def numbers(size: tuple[int, ...], times: int) -> NDArray[np.float32]:
    """Return (h, w, 1) how many numbers of (rows, columns) each sum is of."""
    down, across = (np.minimum(times, n - np.arange(0, n, times)).astype(np.float32) for n in size)
    return down[:, None, None] * across[None, :, None]


def _window_of_colours(values: NDArray[np.generic], is_described: bool) -> tuple[float, float]:
    if values.dtype == np.uint16 and values.size:
        most = 2**16 if is_described else int(values.max())
        return 0.0, float(next((2**bits - 1 for bits in DEPTHS if most < 2**bits), 2**16 - 1))
    if values.dtype == np.uint8:
        return 0.0, 255.0
    if values.dtype.kind == "f" and values.size:
        low, high = float(np.nanmin(values)), float(np.nanmax(values))
        if low >= 0 and high <= 1:
            return 0.0, 1.0
    return window_of(values.astype(np.float32, copy=False))


def window_of(values: NDArray[np.generic]) -> tuple[float, float]:
    """Return what of measured numbers (h, w, ...) is black and white: all but the outermost."""
    finite = values[np.isfinite(values)]
    low, high = (
        (float(edge) for edge in np.percentile(finite, _OUTERMOST)) if finite.size else (0.0, 0.0)
    )
    return (low, high) if high > low else (low - 0.5, low + 0.5)
