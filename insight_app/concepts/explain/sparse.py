"""Sparse matrices in plain numpy, row by row: photos x concepts, or the other way round.

What a window reads without scipy. Where products of large ones are needed, in the worker, the three
arrays are those of `scipy.sparse.csr_matrix`.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

_BLOCK = 1 << 22
"""Numbers that a product holds beside its result at once: 32 MB."""


@dataclass(frozen=True, eq=False)
class SparseRows:
    """A matrix of N rows, row-compressed (CSR).

    indptr: (N + 1,) int64; indices: (nnz,) int32, ascending within a row, each once; values: (nnz,)
    float32; columns: how many there are.
    """

    indptr: NDArray[np.int64]
    indices: NDArray[np.int32]
    values: NDArray[np.float32]
    columns: int

    def __post_init__(self) -> None:
        if self.indices.shape != self.values.shape or int(self.indptr[-1]) != self.indices.size:
            raise ValueError("indptr, indices and values of a sparse matrix do not fit each other")

    @property
    def rows(self) -> int:
        """N."""
        return int(self.indptr.size - 1)

    @property
    def row_of(self) -> NDArray[np.int64]:
        """(nnz,) int64 the row of every entry."""
        return np.repeat(np.arange(self.rows, dtype=np.int64), np.diff(self.indptr))

    def row(self, number: int) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
        """Return (columns (n,), values (n,)) of what is not zero in a row."""
        part = slice(self.indptr[number], self.indptr[number + 1])
        return self.indices[part], self.values[part]

    def take(self, rows: NDArray[np.integer]) -> "SparseRows":
        """Return some rows (n,), in the order given; a row can be taken several times."""
        indptr, entries = entries_of(self.indptr, rows)
        return SparseRows(indptr, self.indices[entries], self.values[entries], self.columns)

    def columns_first(self) -> "SparseRows":
        """Return the transposed matrix: a row for each column, its indices the rows of this one."""
        order, indptr = self.order_by_column()
        rows = self.row_of.astype(np.int32)[order]
        return SparseRows(indptr, rows, self.values[order], self.rows)

    def order_by_column(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return (the entries (nnz,) by column then row, where each column begins (F + 1,))."""
        few = self.columns <= np.iinfo(np.uint16).max
        keys = self.indices.astype(np.uint16) if few else self.indices  # numpy sorts these by radix
        counts = np.bincount(self.indices, minlength=self.columns)
        indptr = np.concatenate(([0], np.cumsum(counts))).astype(np.int64)
        return np.argsort(keys, kind="stable"), indptr

    def times(self, dense: NDArray[np.floating]) -> NDArray[np.float64]:
        """Return (N, C) float64, the product with a matrix (columns, C); exact but for rounding."""
        product = np.zeros((self.rows, dense.shape[1]))
        most = max(1, _BLOCK // max(dense.shape[1], 1))
        start = 0
        while start < self.rows:
            fitting = np.searchsorted(self.indptr, self.indptr[start] + most, side="right") - 1
            stop = min(max(int(fitting), start + 1), self.rows)
            part = slice(self.indptr[start], self.indptr[stop])
            terms = self.values[part, None].astype(np.float64) * dense[self.indices[part]]
            at = self.indptr[start:stop] - self.indptr[start]
            full = np.flatnonzero(np.diff(self.indptr[start : stop + 1]))
            if full.size:
                product[start + full] = np.add.reduceat(terms, at[full], axis=0)
            start = stop
        return product

    def to_dense(self) -> NDArray[np.float32]:
        """Return the matrix (N, columns); for small ones only."""
        dense = np.zeros((self.rows, self.columns), np.float32)
        dense[self.row_of, self.indices] = self.values
        return dense


def from_dense(dense: NDArray[np.floating]) -> SparseRows:
    """Make a sparse matrix of what is not zero in a dense one (N, F)."""
    rows, columns = np.nonzero(dense)
    counts = np.bincount(rows, minlength=dense.shape[0])
    indptr = np.concatenate(([0], np.cumsum(counts))).astype(np.int64)
    values = dense[rows, columns].astype(np.float32)
    return SparseRows(indptr, columns.astype(np.int32), values, dense.shape[1])


def concatenate(parts: Sequence[SparseRows]) -> SparseRows:
    """Put matrices of the same columns under each other."""
    if len({part.columns for part in parts}) != 1:
        raise ValueError("sparse matrices of other columns cannot be put under each other")
    before = np.cumsum([0] + [part.indices.size for part in parts])
    indptr = [part.indptr[1:] + offset for part, offset in zip(parts, before, strict=False)]
    return SparseRows(
        np.concatenate([np.zeros(1, np.int64), *indptr]),
        np.concatenate([part.indices for part in parts]),
        np.concatenate([part.values for part in parts]),
        parts[0].columns,
    )


def entries_of(
    indptr: NDArray[np.int64], rows: NDArray[np.integer]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return (indptr (n + 1,), entries (m,)) of some rows (n,) of a matrix with indptr (N + 1,)."""
    counts = indptr[np.asarray(rows) + 1] - indptr[rows]
    ends = np.concatenate(([0], np.cumsum(counts))).astype(np.int64)
    entries = np.repeat(indptr[rows] - ends[:-1], counts) + np.arange(ends[-1])
    return ends, entries
