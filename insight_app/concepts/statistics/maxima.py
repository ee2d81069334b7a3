"""Per-image maxima: for every concept and image where it fires, the strongest cell.

What postings, per-folder statistics and "show me photos of this" are made of.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from insight_app.concepts.codes import Codes


class Maxima(NamedTuple):
    """N maxima, sorted by concept, then strongest first, then image; all arrays (N,)."""

    concept: NDArray[np.uint16]
    image: NDArray[np.uint32]
    cell: NDArray[np.uint16]
    value: NDArray[np.float16]


def maxima(
    codes: Codes, image_of_row: NDArray[np.integer], cell_of_row: NDArray[np.integer]
) -> Maxima:
    """Return the strongest cell of each (concept, image) pair, ties to the lower cell.

    image_of_row, cell_of_row: (T,) where each row of the codes lies. The maxima of several batches
    are joined by concatenation, since an image is never divided.
    """
    rows = codes.rows
    concept = codes.indices
    image = image_of_row[rows].astype(np.uint32)
    cell = cell_of_row[rows].astype(np.uint16)
    weakness = np.uint16(0xFFFF) - codes.stored.view(np.uint16)
    pair = concept.astype(np.int64) << 32 | image
    order = np.lexsort((weakness.astype(np.int64) << 16 | cell, pair))
    pair = pair[order]
    best = order[np.flatnonzero(np.diff(pair, prepend=-1))]
    best = best[np.lexsort((image[best], weakness[best], concept[best]))]
    return Maxima(concept[best], image[best], cell[best], codes.stored[best])
