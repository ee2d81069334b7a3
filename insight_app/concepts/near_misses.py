"""Near misses: concepts that stayed silent in a cell although almost active there.

The pre-activation h of a near miss lies within a tenth under the threshold, SHARE * threshold < h
<= threshold. A child that swallows its parent leaves the parent there (METRICS.md, absorption gap).
Numpy only.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

SHARE = 0.9
"""Of the threshold: what a near miss exceeds."""


@dataclass(frozen=True, eq=False)
class NearMisses:
    """Near misses of T cells, row-compressed; a row is a cell.

    indptr: (T + 1,) int64; indices: (n,) uint16, ascending within a row. With no rows they are not
    known.
    """

    indptr: NDArray[np.int64]
    indices: NDArray[np.uint16]

    def __post_init__(self) -> None:
        if int(self.indptr[-1]) != self.indices.size:
            raise ValueError("indptr and indices of near misses do not fit each other")

    @property
    def cells(self) -> int:
        """T, the number of rows."""
        return int(self.indptr.size - 1)

    @property
    def are_known(self) -> bool:
        """Whether anything is known of near misses."""
        return self.cells > 0

    def __getitem__(self, rows: slice) -> "NearMisses":
        """Return the near misses of a run of cells (step 1), sharing memory."""
        start, stop, step = rows.indices(self.cells)
        if step != 1:
            raise ValueError("near misses can only be cut into runs of cells")
        indptr = self.indptr[start : max(start, stop) + 1]
        return NearMisses(indptr - indptr[0], self.indices[int(indptr[0]) : int(indptr[-1])])


def unknown() -> NearMisses:
    """Return the near misses of a photo of which they were not kept."""
    return NearMisses(np.zeros(1, np.int64), np.zeros(0, np.uint16))


def concatenate(parts: Sequence[NearMisses]) -> NearMisses:
    """Join the cells of `parts` in order."""
    if not parts:
        return unknown()
    offsets = np.cumsum([0] + [part.indices.size for part in parts])
    indptr = [part.indptr[1:] + offset for part, offset in zip(parts, offsets, strict=False)]
    return NearMisses(
        np.concatenate([np.zeros(1, np.int64), *indptr]),
        np.concatenate([part.indices for part in parts]),
    )
