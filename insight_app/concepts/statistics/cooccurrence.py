"""Which concepts share cells: the matrices C and D of METHOD.md section 3, sparse.

Only pairs that meet in a cell are kept; `meetings` counts them. Numpy alone, but for `matrices`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from insight_app.concepts.codes import Codes
from insight_app.concepts.statistics import pair_counts
from insight_app.concepts.statistics.exact import from_steps, to_steps
from insight_app.concepts.statistics.pair_counts import TAU, PairCounts

if TYPE_CHECKING:
    from scipy.sparse import csr_array

_MOST_CELLS = 2**32 - 1
"""Pairs are counted in 32 bits; none is in more cells than its concepts are by themselves."""

__all__ = ["TAU", "CoOccurrence", "Pairs"]


@dataclass(frozen=True, eq=False)
class Pairs:
    """N ordered pairs (i, j), sorted by key = i * F + j.

    cells (N,) int64: C[i, j]; steps (N,) int64: D[i, j] in units of 2**-24; images (N,) int64:
    images with a cell counted in C[i, j]. Cells and images may be 0 where i only ever meets j
    below TAU.
    """

    key: NDArray[np.int64]
    cells: NDArray[np.int64]
    steps: NDArray[np.int64]
    images: NDArray[np.int64]


class CoOccurrence:
    """Running co-occurrence over F concepts.

    has_support: whether the images of each pair are known; not of matrices that others published.
    Parts that are added up are kept in descending size, each at most half of the one before: n
    additions cost O(n log n), not O(n * pairs).
    """

    def __init__(self, concepts: int, has_support: bool = True) -> None:
        self.concepts = concepts
        self.has_support = has_support
        self._itself = np.zeros((3, concepts), np.int64)
        """cells, steps, images of each concept with itself"""
        self._parts: list[PairCounts] = []
        self._pairs: Pairs | None = None

    def add(self, codes: Codes, image_of_row: NDArray[np.integer]) -> None:
        """Count the cells of whole images, an image's rows side by side; image_of_row: (T,) image
        of every cell.
        """
        if codes.concepts != self.concepts or image_of_row.shape != (codes.cells,):
            raise ValueError("codes do not fit this co-occurrence or their list of images")
        if codes.indices.size:
            self._count_itself(codes, image_of_row)
            for part in pair_counts.count(codes, image_of_row):
                self._append(part)

    def _count_itself(self, codes: Codes, image_of_row: NDArray[np.integer]) -> None:
        present = codes.stored.astype(np.float32) > TAU
        concept = codes.indices[present].astype(np.int64)
        cells, steps, images = self._itself
        cells += np.bincount(concept, minlength=self.concepts)
        np.add.at(steps, concept, to_steps(codes.stored[present]))
        seen = concept << 32 | image_of_row[codes.rows[present]].astype(np.int64)
        seen.sort()  # several times faster than numpy's own way to distinct numbers
        is_new = np.diff(seen, prepend=-1) > 0
        images += np.bincount(seen[is_new] >> 32, minlength=self.concepts)
        self._pairs = None

    def merge(self, other: "CoOccurrence") -> None:
        """Take in the co-occurrence of other images over the same concepts."""
        if other.concepts != self.concepts:
            raise ValueError("co-occurrence over different dictionaries cannot be merged")
        if other.has_support != self.has_support:
            raise ValueError("co-occurrence with and without support cannot be merged")
        self._itself += other._itself
        self._pairs = None
        for part in list(other._parts):
            self._append(part)

    def _append(self, part: PairCounts) -> None:
        self._parts.append(part)
        self._pairs = None
        if self._itself[0].max() > _MOST_CELLS:
            raise ValueError(f"more than {_MOST_CELLS:,} cells of one concept cannot be counted")
        while len(self._parts) > 1 and 2 * self._parts[-1].key.size > self._parts[-2].key.size:
            self._join_last()

    def _join_last(self) -> None:
        last = [self._parts.pop(), self._parts.pop()]
        self._parts.append(pair_counts.merged(last))

    @property
    def pairs(self) -> "Pairs":
        """All ordered pairs that meet."""
        if self._pairs is None:
            self._pairs = self._both_ways(self.total())
        return self._pairs

    def total(self) -> PairCounts:
        """All pairs of different concepts that meet, each once."""
        while len(self._parts) > 1:
            self._join_last()
        return self._parts[0] if self._parts else pair_counts.none()

    def _both_ways(self, met: PairCounts) -> "Pairs":
        i, j = np.divmod(met.key.astype(np.int64), self.concepts)
        alone = np.flatnonzero(self._itself[1])
        cells, steps, images = self._itself[:, alone]
        key = np.concatenate(
            [i * self.concepts + j, j * self.concepts + i, alone * (self.concepts + 1)]
        )
        masses = np.concatenate([met.up, met.down, steps])
        order = pair_counts.order_of(key)
        order = order[masses[order] > 0]
        return Pairs(
            key[order],
            np.concatenate([met.cells, met.cells, cells])[order],
            masses[order],
            np.concatenate([met.images, met.images, images])[order],
        )

    @property
    def diagonal(self) -> NDArray[np.float64]:
        """(F,) D[i, i]: the activation mass of each concept above TAU."""
        return from_steps(self._itself[1])

    def row(
        self, concept: int
    ) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64], NDArray[np.int64]]:
        """(j, C[i, j], D[i, j], images) of all concepts j that `concept` meets, itself included."""
        pairs = self.pairs
        start, stop = np.searchsorted(
            pairs.key, [concept * self.concepts, (concept + 1) * self.concepts]
        )
        run = slice(start, stop)
        others = pairs.key[run] - concept * self.concepts
        return others, pairs.cells[run], from_steps(pairs.steps[run]), pairs.images[run]

    def matrices(self) -> "tuple[csr_array, csr_array, csr_array]":
        """C (int64), D (float64) and the images of each pair (int64) as sparse (F, F) arrays."""
        from scipy.sparse import csr_array

        pairs = self.pairs
        rows, columns = np.divmod(pairs.key, self.concepts)
        shape = (self.concepts, self.concepts)
        c, d, images = (
            csr_array((data, (rows, columns)), shape=shape)
            for data in (pairs.cells, from_steps(pairs.steps), pairs.images)
        )
        return c, d, images

    def to_arrays(self) -> dict[str, NDArray[Any]]:
        """Row-compressed: indptr (F + 1,) int64, indices (N,) uint16, cells, steps; images where
        they are known.
        """
        pairs = self.pairs
        rows, columns = np.divmod(pairs.key, self.concepts)
        indptr = np.searchsorted(rows, np.arange(self.concepts + 1))
        arrays: dict[str, NDArray[Any]] = {
            "indptr": indptr.astype(np.int64),
            "indices": columns.astype(np.uint16),
            "cells": pairs.cells,
            "steps": pairs.steps,
        }
        return arrays | ({"images": pairs.images} if self.has_support else {})

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[Any]]) -> "CoOccurrence":
        indptr, indices = arrays["indptr"], arrays["indices"].astype(np.int64)
        if indptr.size < 2 or int(indptr[-1]) != indices.size:
            raise ValueError("stored co-occurrence has wrong shapes")
        whole = cls(int(indptr.size - 1), has_support="images" in arrays)
        rows = np.repeat(np.arange(whole.concepts, dtype=np.int64), np.diff(indptr))
        images = arrays.get("images", np.zeros(indices.size)).astype(np.int64)
        cells, steps = arrays["cells"].astype(np.int64), arrays["steps"].astype(np.int64)
        if not cells.shape == steps.shape == images.shape == indices.shape:
            raise ValueError("stored co-occurrence has wrong shapes")
        alone = rows == indices
        whole._itself[:, rows[alone]] = cells[alone], steps[alone], images[alone]
        key, mirror = rows * whole.concepts + indices, indices * whole.concepts + rows
        up, down = np.flatnonzero(rows < indices), np.flatnonzero(rows > indices)
        down = down[pair_counts.order_of(mirror[down])]
        # Cells and images stand in both halves, and count once.
        once = ~np.isin(mirror[down], key[up], assume_unique=True)
        nothing = np.zeros_like(steps)
        upper = _meetings(key[up], cells[up], steps[up], nothing[up], images[up])
        lower = _meetings(
            mirror[down], cells[down] * once, nothing[down], steps[down], images[down] * once
        )
        whole._parts = [pair_counts.merged([upper, lower])]
        return whole


def _meetings(*columns: NDArray[np.int64]) -> PairCounts:
    key, cells, up, down, images = columns
    return PairCounts(
        key.astype(np.uint32), cells.astype(np.uint32), up, down, images.astype(np.uint32)
    )
