"""Shapes as COCO writes them, to masks: outlines of corners, and run lengths, plain or packed.

Own decoders of the format's definition (cocodataset.org, "Data format"); ValueError, and nothing
else, for what is none. Numpy only; knows no files.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

_LONGEST_RUN = 1 << 40


def from_outlines(
    outlines: Sequence[Sequence[float]], height: int, width: int
) -> NDArray[np.bool_]:
    """Return (height, width) the pixels whose middle lies in any of the outlines.

    An outline is x, y, x, y ... in pixels; where it crosses itself, even-odd.
    """
    inside = np.zeros((height, width), bool)
    for outline in outlines:
        corners = np.array(outline, np.float64)
        if corners.ndim != 1 or corners.size < 6 or corners.size % 2:
            raise ValueError("an outline of fewer than three corners")
        if not np.isfinite(corners).all():
            raise ValueError("an outline with corners nowhere")
        inside |= _filled(corners.reshape(-1, 2), height, width)
    return inside


def _filled(corners: NDArray[np.float64], height: int, width: int) -> NDArray[np.bool_]:
    """Return which middles of pixels an odd number of sides lie to the left of."""
    (x0, y0), (x1, y1) = corners.T, np.roll(corners, -1, axis=0).T
    # Rows whose middle lies between a side's ends, the lower end being its own.
    first = np.clip(np.ceil(np.minimum(y0, y1) - 0.5), 0, height).astype(np.int64)
    last = np.clip(np.ceil(np.maximum(y0, y1) - 0.5), 0, height).astype(np.int64)
    count = last - first
    side = np.repeat(np.arange(len(corners)), count)
    row = np.arange(side.size) - np.repeat(np.cumsum(count) - count, count) + first[side]
    slope = (x1 - x0)[side] / (y1 - y0)[side]
    crossing = x0[side] + (row + 0.5 - y0[side]) * slope
    col = np.clip(np.ceil(crossing - 0.5), 0, width).astype(np.int64)
    crossings = np.zeros((height, width + 1), np.int64)
    np.add.at(crossings, (row, col), 1)
    inside: NDArray[np.bool_] = (crossings.cumsum(1)[:, :width] % 2).astype(bool)
    return inside


def from_runs(counts: Sequence[int], height: int, width: int) -> NDArray[np.bool_]:
    """Return (height, width) of run lengths: outside, inside, outside ..., column by column."""
    runs = np.array(counts, np.int64)
    if runs.ndim != 1 or (runs < 0).any() or int(runs.sum()) != height * width:
        raise ValueError(f"run lengths that are not those of {width} x {height} pixels")
    flat = np.repeat(np.arange(runs.size) % 2 == 1, runs)
    return np.ascontiguousarray(flat.reshape(width, height).T)


def unpacked(text: str) -> list[int]:
    """Return the run lengths in COCO's packed text.

    Six bits a character: five of a number, the lowest first, and one that more follow; from the
    third on, each is the difference to the last but one.
    """
    counts: list[int] = []
    number = shift = 0
    for letter in text:
        bits = ord(letter) - 48
        if not 0 <= bits < 64 or shift > 40:
            raise ValueError("run lengths in no packed text")
        number |= (bits & 31) << shift
        shift += 5
        if bits & 32:
            continue
        if bits & 16:
            number -= 1 << shift
        if len(counts) > 2:
            number += counts[-2]
        if not 0 <= number < _LONGEST_RUN:
            raise ValueError("a run length that is none")
        counts.append(number)
        number = shift = 0
    if shift:
        raise ValueError("packed text that is cut off")
    return counts
