"""N, in how many cells a concept is active and another nearly, as a generation keeps it."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from insight_app.concepts.statistics.near_pairs import NearPairs
from insight_app.errors import WorldError
from insight_app.project.results.stored_columns import StoredColumn


@dataclass(frozen=True, eq=False)
class NearMissCounts:
    """Hold N, row-compressed: n entries above zero, over the images whose near misses are known.

    In cells of row i concept i is active and another nearly. indptr (F + 1,); indices (n,)
    ascending in a row; cells (n,); images (n,) with such a cell.
    """

    indptr: NDArray[np.int64]
    indices: NDArray[np.uint16] | StoredColumn
    cells: NDArray[np.uint32] | StoredColumn
    images: NDArray[np.uint32] | StoredColumn

    @classmethod
    def of_pairs(cls, pairs: NearPairs) -> "NearMissCounts":
        """Return what was counted, for a generation."""
        counts = pairs.counts()
        rows, columns = np.divmod(counts.key.astype(np.int64), pairs.concepts)
        indptr = np.searchsorted(rows, np.arange(pairs.concepts + 1)).astype(np.int64)
        return cls(indptr, columns.astype(np.uint16), counts.cells, counts.images)

    def of(self, concept: int) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
        """Return the others (n,), ascending, that are nearly active where a concept is active.

        Returns cells (n,) and images (n,) beside them.
        """
        row = slice(int(self.indptr[concept]), int(self.indptr[concept + 1]))
        columns = self.indices, self.cells, self.images
        try:
            others, cells, images = (np.asarray(column[row], np.int64) for column in columns)
        except (EOFError, OSError) as error:
            raise _damaged(concept) from error
        is_sound = (np.diff(others) > 0).all() and others.max(initial=0) < self.indptr.size - 1
        if not is_sound or not ((images > 0) & (cells >= images)).all():
            raise _damaged(concept)
        return others, cells, images


def _damaged(concept: int) -> WorldError:
    return WorldError(
        f"What is nearly active beside concept {concept} is damaged.",
        kept="Codes and judgements are kept in other files.",
        do="Run `insight-app check PROJECT --repair`.",
    )
