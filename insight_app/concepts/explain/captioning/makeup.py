"""What share of what a photo stands for each of its concepts is, and where; with some switched off.

A photo stands for xhat = b_dec + sum over k of means_k d_k. With u = xhat / |xhat|,

    1 = sum over k of  means_k <d_k, u> / |xhat|  +  <b_dec, u> / |xhat|

exactly: a share for each concept, which can be negative, and one of what all photos have in common.
Numpy only.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from insight_app.concepts.codes import Codes
from insight_app.concepts.explain.image_values import of_image

ALL_OVER = 0.6
"""Of the cells: what lies in more has no place of its own."""
_ROWS = ("at the top", "", "at the bottom")
_SIDES = ("left", "", "right")


@dataclass(frozen=True, eq=False)
class Makeup:
    """What one photo stands for: shares (n,) of its concepts (n,) int64, and of the rest.

    means (n,) float64: with some scaled, as asked; vector (D,) float64: what it stands for. shares
    + common = 1, but for a vector of zeros, where all are 0.
    """

    concepts: NDArray[np.int64]
    means: NDArray[np.float64]
    shares: NDArray[np.float64]
    common: float
    vector: NDArray[np.float64]


def makeup(
    codes: Codes,
    directions: NDArray[np.floating],
    offset: NDArray[np.floating],
    factors: Mapping[int, float] | None = None,
) -> Makeup:
    """Return what a photo with these codes, a row a cell, stands for.

    directions: W_dec (F, D); offset: b_dec (D,). factors: concept -> what its strength is
    multiplied by everywhere, 0 = off; a concept that is off is as if it had never been active.
    """
    found = of_image(codes)
    concepts = found.concepts.astype(np.int64)
    factor = np.array([(factors or {}).get(concept, 1.0) for concept in concepts.tolist()])
    stays = factor != 0
    concepts, means = concepts[stays], found.means.astype(np.float64)[stays] * factor[stays]
    rows = directions[concepts].astype(np.float64)
    vector = offset.astype(np.float64) + means @ rows
    square = float(vector @ vector)
    if not square:
        return Makeup(concepts, means, np.zeros(concepts.size), 0.0, vector)
    return Makeup(
        concepts, means, means * (rows @ vector) / square, float(offset @ vector) / square, vector
    )


def place(codes: Codes, concepts: NDArray[np.integer], grid: tuple[int, int]) -> str:
    """Return where in a photo some concepts (m,) are, together, in words: "at the top left".

    grid: rows, columns of cells. By the centre of what is active there; "" where there is nothing.
    """
    active = np.isin(codes.indices, concepts)
    weight = np.bincount(codes.rows[active], codes.values[active].astype(np.float64), codes.cells)
    if not weight.any():
        return ""
    if np.count_nonzero(weight) > ALL_OVER * codes.cells:
        return "all over"
    row, column = np.divmod(np.arange(codes.cells), grid[1])
    down = float(weight @ (row + 0.5)) / float(weight.sum()) / grid[0]
    along = float(weight @ (column + 0.5)) / float(weight.sum()) / grid[1]
    height, side = _ROWS[_third(down)], _SIDES[_third(along)]
    if not height and not side:
        return "in the middle"
    return f"{height} {side}".strip() if height else f"on the {side}"


def _third(share: float) -> int:
    return min(int(3 * share), 2)
