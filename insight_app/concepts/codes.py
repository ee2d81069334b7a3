"""Sparse codes: which concepts are active in which cells, and how strongly.

A dictionary gives them in single precision. What is stored is rounded to half precision, and those
values *define* the truth: every count, maximum and sum is of them. Numpy only, so that a window can
read codes without torch.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

MAX_CONCEPTS = 65_535
"""Concept indices are stored as unsigned 16-bit numbers."""
LARGEST_HALF = np.finfo(np.float16).max


@dataclass(frozen=True, eq=False)
class Codes:
    """Codes of T cells over F concepts, row-compressed (CSR); a row is a cell.

    indptr: (T + 1,) int64; indices: (nnz,) uint16, ascending within a row; values: (nnz,) float32,
    as stored float16, all > 0; concepts: F.
    """

    indptr: NDArray[np.int64]
    indices: NDArray[np.uint16]
    values: NDArray[np.floating]
    concepts: int

    def __post_init__(self) -> None:
        if not 0 < self.concepts <= MAX_CONCEPTS:
            raise ValueError(f"{self.concepts} concepts; codes hold 1 to {MAX_CONCEPTS}")
        if self.indices.shape != self.values.shape or int(self.indptr[-1]) != self.indices.size:
            raise ValueError("indptr, indices and values of codes do not fit each other")

    @property
    def cells(self) -> int:
        """T, the number of rows."""
        return int(self.indptr.size - 1)

    @property
    def rows(self) -> NDArray[np.int64]:
        """(nnz,) int64 the row of every entry."""
        return np.repeat(np.arange(self.cells, dtype=np.int64), np.diff(self.indptr))

    @property
    def stored(self) -> NDArray[np.float16]:
        """(nnz,) float16 the values, which must be those that are stored (see `half`)."""
        if self.values.dtype != np.float16:
            raise ValueError("only codes in half precision are stored and counted")
        return self.values

    def half(self) -> "Codes":
        """Round to half precision, as stored; what is too large becomes the largest half.

        Values too small for half precision are left out.
        """
        values = np.minimum(self.values, LARGEST_HALF).astype(np.float16)
        nonzero = values > 0
        before = np.concatenate(([0], np.cumsum(nonzero)))
        return Codes(before[self.indptr], self.indices[nonzero], values[nonzero], self.concepts)

    def __getitem__(self, rows: slice) -> "Codes":
        """Return the codes of a run of cells (step 1), sharing memory."""
        start, stop, step = rows.indices(self.cells)
        if step != 1:
            raise ValueError("codes can only be cut into runs of cells")
        low, high = int(self.indptr[start]), int(self.indptr[max(start, stop)])
        indptr = self.indptr[start : max(start, stop) + 1] - low
        return Codes(indptr, self.indices[low:high], self.values[low:high], self.concepts)

    def cell(self, index: int) -> tuple[NDArray[np.uint16], NDArray[np.floating]]:
        """Return the concepts active in one cell, (n,) uint16, and their strengths (n,)."""
        low, high = self.indptr[index], self.indptr[index + 1]
        return self.indices[low:high], self.values[low:high]

    def first(self, concepts: int) -> "Codes":
        """Return the codes over the first so many concepts alone."""
        keep = self.indices < concepts
        before = np.concatenate(([0], np.cumsum(keep)))
        return Codes(before[self.indptr], self.indices[keep], self.values[keep], concepts)

    def map_of(self, concept: int) -> NDArray[np.float32]:
        """Return (T,) float32 the strength of one concept in every cell, zero where inactive."""
        dense = np.zeros(self.cells, np.float32)
        hits = np.flatnonzero(self.indices == concept)
        dense[np.searchsorted(self.indptr, hits, side="right") - 1] = self.values[hits]
        return dense

    def maxima(self) -> tuple[NDArray[np.uint16], NDArray[np.floating]]:
        """Return the concepts active anywhere, (n,) uint16, and their maxima (n,).

        The strongest comes first.
        """
        order = np.lexsort((self.values, self.indices))
        indices = self.indices[order]
        last = np.flatnonzero(np.append(indices[1:] != indices[:-1], True)) if order.size else order
        concepts, strongest = indices[last], self.values[order][last]
        by_strength = np.argsort(-strongest.astype(np.float32), kind="stable")
        return concepts[by_strength], strongest[by_strength]

    def to_dense(self) -> NDArray[np.float32]:
        """Return the dense codes (T, F) float32; for tests and small things only."""
        dense = np.zeros((self.cells, self.concepts), np.float32)
        dense[self.rows, self.indices] = self.values
        return dense


def from_dense(dense: NDArray[np.floating]) -> Codes:
    """Make codes of the positive entries of a (T, F) array, rounded to half precision."""
    half = dense.astype(np.float16)
    rows, columns = np.nonzero(half > 0)
    counts = np.bincount(rows, minlength=dense.shape[0])
    indptr = np.concatenate(([0], np.cumsum(counts))).astype(np.int64)
    return Codes(indptr, columns.astype(np.uint16), half[rows, columns], dense.shape[1])


def concatenate(parts: Sequence[Codes]) -> Codes:
    """Join the cells of `parts` in order; all with the same number of concepts."""
    if len({part.concepts for part in parts}) != 1:
        raise ValueError("codes over different dictionaries cannot be joined")
    offsets = np.cumsum([0] + [part.indices.size for part in parts])
    indptr = [part.indptr[1:] + offset for part, offset in zip(parts, offsets, strict=False)]
    return Codes(
        np.concatenate([np.zeros(1, np.int64), *indptr]),
        np.concatenate([part.indices for part in parts]),
        np.concatenate([part.values for part in parts]),
        parts[0].concepts,
    )
