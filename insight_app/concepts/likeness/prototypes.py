"""Which cells of a concept belong to which of its parts: those that look like a part's examples.

What a cell looks like is what its whole code decodes to, without the bias: the sum of decoder rows
times values. A part's prototype is the direction of the mean over its examples; a cell belongs to
the part whose prototype has the higher cosine with it. Numpy only.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from insight_app.concepts.codes import Codes
from insight_app.concepts.hsae.directions import unit


def looks(
    codes: Codes, cells: NDArray[np.integer], directions: NDArray[np.float32]
) -> NDArray[np.float32]:
    """Return (n, D) float32: what some cells of a photo look like.

    cells: (n,) rows of the codes; directions: (F, D), the decoder's rows.  A cell without any code
    is all zero.
    """
    first, last = codes.indptr[cells], codes.indptr[np.asarray(cells, np.int64) + 1]
    counts = last - first
    ends = np.cumsum(counts)
    entry = np.repeat(first - ends + counts, counts) + np.arange(int(counts.sum()))
    weighted = directions[codes.indices[entry]] * codes.values[entry].astype(np.float32)[:, None]
    decoded = np.zeros((counts.size, directions.shape[1]), np.float32)
    some = counts > 0
    if some.any():
        decoded[some] = np.add.reduceat(weighted, (ends - counts)[some], axis=0)
    return decoded


def prototypes(examples: Sequence[NDArray[np.float32]]) -> NDArray[np.float32]:
    """Return (n, D) float32 unit rows, one for each part: the mean of its examples' looks (m, D).

    A part without examples is all zero, and gets no cell.
    """
    means = [
        part.mean(axis=0, dtype=np.float64) if len(part) else np.zeros(part.shape[1])
        for part in examples
    ]
    return unit(np.array(means, np.float32))


def nearest(looks: NDArray[np.float32], parts: NDArray[np.float32]) -> NDArray[np.int64]:
    """Return (T,) int64 the part that each cell belongs to; ties to the first.

    looks: (T, D) of cells, whose lengths do not matter; parts: (n, D), of `prototypes`.
    """
    cosine = looks @ parts.T
    cosine[:, ~parts.any(axis=1)] = -np.inf
    found: NDArray[np.int64] = cosine.argmax(axis=1).astype(np.int64)
    return found
