"""R of METHOD.md section 3 as a generation keeps it, and what is asked of it."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from insight_app.errors import WorldError
from insight_app.project.results.stored_columns import StoredColumn

_MOST = 1.001
"""No share is above 1, but for rounding."""


@dataclass(frozen=True, eq=False)
class Shares:
    """Hold R, row-compressed: n entries above zero.

    R[i, j] is the share of concept i's activation that falls on cells where j is active too. indptr
    (F + 1,); indices (n,) ascending in a row; values (n,) float32.
    """

    indptr: NDArray[np.int64]
    indices: NDArray[np.uint16] | StoredColumn
    values: NDArray[np.float32] | StoredColumn

    def of(self, concept: int) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """Return the others (n,), ascending, and R[concept, other] (n,)."""
        row = slice(int(self.indptr[concept]), int(self.indptr[concept + 1]))
        try:
            others = np.asarray(self.indices[row], np.int64)
            values = np.asarray(self.values[row], np.float64)
        except (EOFError, OSError) as error:
            raise _damaged(concept) from error
        is_sound = (np.diff(others) > 0).all() and others.max(initial=0) < self.indptr.size - 1
        if not is_sound or not ((values > 0) & (values < _MOST)).all():
            raise _damaged(concept)
        return others, values

    def share(self, concept: int, other: int) -> float:
        """Return R[concept, other]; reads no more of the row than to find it."""
        start, end = int(self.indptr[concept]), int(self.indptr[concept + 1])
        try:
            others = self.indices[start:end]
            at = int(np.searchsorted(others, np.uint16(other)))
            if at == others.size or int(others[at]) != other:
                return 0.0
            value = float(self.values[start + at : start + at + 1][0])
        except (EOFError, OSError) as error:
            raise _damaged(concept) from error
        if not 0 < value < _MOST:
            raise _damaged(concept)
        return value

    def rows(
        self, first: int, last: int
    ) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]:
        """Return R of concepts `first` up to `last`: who (n,), other (n,), R[who, other] (n,)."""
        run = slice(int(self.indptr[first]), int(self.indptr[last]))
        who = np.repeat(np.arange(first, last), np.diff(self.indptr[first : last + 1]))
        try:
            others = np.asarray(self.indices[run], np.int64)
            values = np.asarray(self.values[run], np.float64)
        except (EOFError, OSError) as error:
            raise _damaged(first) from error
        if others.max(initial=0) >= self.indptr.size - 1 or not np.isfinite(values).all():
            raise _damaged(first)
        return who, others, values

    def strongest(self, concept: int, n: int) -> list[tuple[int, float]]:
        """Return the n others where most of its activation falls too, with R[concept, other]."""
        others, values = self.of(concept)
        is_other = others != concept
        others, values = others[is_other], values[is_other]
        order = np.lexsort((others, -values))[:n]
        return [(int(others[at]), float(values[at])) for at in order]

    def among(self, concepts: Sequence[int]) -> NDArray[np.float64]:
        """Return (n, n) R between n concepts, child by parent."""
        wanted = np.asarray(concepts, np.int64)
        matrix = np.zeros((wanted.size, wanted.size))
        for row, concept in enumerate(wanted.tolist()):
            others, values = self.of(concept)
            if others.size:
                at = np.minimum(np.searchsorted(others, wanted), others.size - 1)
                matrix[row] = np.where(others[at] == wanted, values[at], 0.0)
        return matrix


def _damaged(concept: int) -> WorldError:
    return WorldError(
        f"What concept {concept} occurs with is damaged.",
        kept="Codes and judgements are kept in other files.",
        do="Run `insight-app check PROJECT --repair`.",
    )
