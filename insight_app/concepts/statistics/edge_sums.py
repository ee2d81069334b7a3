"""Sums over images behind the figures of relations, weighted for a bootstrap: mergeable, sparse.

Of each edge child -> parent what METHOD.md section 3 adds up, D[child, parent] over D[child, child]
for R, and the absorption gap's N[child, parent] (cells where the child is active and the parent a
near miss) over C[child, child]: plain, and in each draw of `image_weights`. No image is kept. In
memory they take 8 kB for each sum of an edge. Knows nothing of files; scipy is imported when codes
are added.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from insight_app.concepts.codes import Codes
from insight_app.concepts.near_misses import NearMisses
from insight_app.concepts.statistics.fixed_point import to_units
from insight_app.concepts.statistics.image_weights import DRAWS, interval, weights
from insight_app.concepts.statistics.pair_counts import TAU


@dataclass(frozen=True, eq=False)
class Intervals:
    """Hold 95 % intervals of n edges; all (n,) float64, NaN where nothing is known.

    low, high: of R; near_low, near_high: of the absorption gap; near int64: its N, -1 = not known.
    """

    low: NDArray[np.float64]
    high: NDArray[np.float64]
    near: NDArray[np.int64]
    near_low: NDArray[np.float64]
    near_high: NDArray[np.float64]


class EdgeSums:
    """Running sums for n edges over F concepts; child, parent: (n,), sorted by child."""

    def __init__(self, child: NDArray[np.int32], parent: NDArray[np.int32], concepts: int) -> None:
        if (np.diff(child) < 0).any():
            raise ValueError("edges are not sorted by child")
        self.child, self.parent = child.astype(np.int64), parent.astype(np.int64)
        self.concepts = concepts
        self._first = np.searchsorted(self.child, np.arange(concepts + 1))
        self._children, self._of_child = np.unique(self.child, return_inverse=True)
        self._row_of = np.full(concepts, -1, np.int64)
        self._row_of[self._children] = np.arange(self._children.size)
        edges, children = self.child.size, self._children.size
        # Whole numbers in float64: exact as long as they stay below 2**53 units.
        self._mass, self._near = np.zeros((2, edges, DRAWS))
        self._whole, self._cells = np.zeros((2, children, DRAWS))
        self.near = np.zeros(edges, np.int64)
        self.knows_near = True
        """Whether near misses are known of all images so far."""

    def add(
        self, codes: Codes, near: NearMisses, image_of_row: NDArray[np.integer],
        hashes: Sequence[bytes],
    ) -> None:  # fmt: skip
        """Add the cells of whole images.

        image_of_row: (T,) a place in `hashes`, the content hashes of the images.
        """
        from scipy.sparse import csr_array

        weight = np.array([weights(one) for one in hashes], np.float64)

        def weighted(
            row: NDArray[np.int64], cell: NDArray[np.int64], value: NDArray[np.int64], rows: int
        ) -> NDArray[np.float64]:
            at = row, image_of_row[cell]
            found = csr_array((value.astype(np.float64), at), shape=(rows, len(hashes)))
            product: NDArray[np.float64] = found @ weight
            return product

        rows, concept = codes.rows, codes.indices.astype(np.int64)
        is_present = codes.stored.astype(np.float32) > TAU
        units = to_units(codes.stored)
        key = rows * self.concepts + concept
        own = np.flatnonzero(is_present & (self._row_of[concept] >= 0))
        place, ones = self._row_of[concept[own]], np.ones(own.size, np.int64)
        self._whole += weighted(place, rows[own], units[own], self._children.size)
        self._cells += weighted(place, rows[own], ones, self._children.size)

        entry, edge = self._edges_of(concept)
        wanted = rows[entry] * self.concepts + self.parent[edge]
        at = np.minimum(np.searchsorted(key, wanted), max(key.size - 1, 0))
        both = (key[at] == wanted) & is_present[at] if key.size else np.zeros(0, bool)
        hit = entry[both]
        self._mass += weighted(edge[both], rows[hit], units[hit], self.child.size)

        self.knows_near &= near.are_known
        if near.are_known:
            near_rows = np.repeat(np.arange(near.cells), np.diff(near.indptr))
            missed = near_rows * self.concepts + near.indices
            at = np.minimum(np.searchsorted(missed, wanted), max(missed.size - 1, 0))
            is_near = (missed[at] == wanted) & is_present[entry] if missed.size else both & False
            hit, edge = entry[is_near], edge[is_near]
            self.near += np.bincount(edge, minlength=self.child.size)
            ones = np.ones(hit.size, np.int64)
            self._near += weighted(edge, rows[hit], ones, self.child.size)

    def _edges_of(self, concept: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return (entry, edge), each (m,): entries with the edges that their concept is child of.

        concept: (N,) of the entries.
        """
        first, last = self._first[concept], self._first[concept + 1]
        count = last - first
        entry = np.repeat(np.arange(concept.size), count)
        before = np.repeat(np.cumsum(count) - count, count)
        return entry, np.arange(entry.size) - before + first[entry]

    def merge(self, other: "EdgeSums") -> None:
        """Add the sums of other images for the same edges."""
        same = np.array_equal(self.child, other.child) and np.array_equal(self.parent, other.parent)
        if not same or self.concepts != other.concepts:
            raise ValueError("sums of different edges cannot be merged")
        self._mass += other._mass
        self._near += other._near
        self._whole += other._whole
        self._cells += other._cells
        self.near += other.near
        self.knows_near &= other.knows_near

    def intervals(self) -> Intervals:
        """Return the intervals of all edges."""
        low, high = interval(self._mass, self._whole[self._of_child])
        if not self.knows_near:
            unknown = np.full(self.child.size, np.nan)
            return Intervals(low, high, np.full(self.child.size, -1), unknown, unknown)
        near_low, near_high = interval(self._near, self._cells[self._of_child])
        return Intervals(low, high, self.near, near_low, near_high)
