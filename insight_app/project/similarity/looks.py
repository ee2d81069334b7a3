"""What the cells of each concept look like on average: from co-occurrence alone, no code is read.

Where a concept is active the codes of a cell decode to the sum of all that is active there. Added
up over those cells this is sum_j D[j, i] W_dec[j] (METHOD.md section 3), and its direction is how
concept i looks. Two concepts may share the work on one kind of cell and have unrelated decoder
rows; they look alike all the same. Numpy only.
"""

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from insight_app.concepts.hsae.directions import unit
from insight_app.concepts.progress import CancelToken, Progress, silent

_ROWS = 512
"""Concepts whose row is read at a time, or whose look is added up at a time."""
_LEAST = 0.01
"""Of a concept's own activation: less beside it changes its look by nothing that is seen."""


class CoOccurringConcepts(Protocol):
    """Give R of all concepts, and their sums of activation (F,)."""

    @property
    def F(self) -> int: ...
    @property
    def total(self) -> NDArray[np.float64]: ...
    def shares_between(
        self, first: int, last: int
    ) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]:
        """Return who, other and R[who, other], all (n,), of the concepts `first` up to `last`."""
        ...


def average(
    results: CoOccurringConcepts,
    directions: NDArray[np.float32],
    progress: Progress = silent,
    cancel: CancelToken | None = None,
) -> NDArray[np.float32]:
    """Return (F, D) float32 unit rows, zero for a concept that is nowhere active.

    directions: (F, D), the decoder's rows.
    """
    total, F = results.total, results.F
    found: list[tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.float32]]] = []
    for first in range(0, F, _ROWS):
        if cancel is not None:
            cancel.check()
        progress(first, 2 * F, "Reading what occurs together")
        source, concept, share = results.shares_between(first, min(first + _ROWS, F))
        mass = share * total[source]
        kept = mass > _LEAST * total[concept]
        ends = concept[kept].astype(np.int32), source[kept].astype(np.int32)
        found.append((*ends, mass[kept].astype(np.float32)))
    concept, source, mass = (np.concatenate(column) for column in zip(*found, strict=True))
    order = np.argsort(concept, kind="stable")
    source, mass = source[order], mass[order]
    first_of = np.searchsorted(concept[order], np.arange(F + 1))
    sums = np.zeros((F, directions.shape[1]), np.float32)
    for first in range(0, F, _ROWS):
        if cancel is not None:
            cancel.check()
        progress(F + first, 2 * F, "Comparing looks")
        for row in range(first, min(first + _ROWS, F)):
            run = slice(first_of[row], first_of[row + 1])
            sums[row] = mass[run] @ directions[source[run]]
    return unit(sums)
