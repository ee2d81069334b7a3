"""Which concepts share cells: the matrices C and D of METHOD.md section 3, sparse.

Only pairs that meet in a cell are kept, sorted by i * F + j. Reading and merging is numpy alone;
`add` multiplies sparse matrices with scipy, imported when called.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from insight_app.concepts.codes import Codes
from insight_app.concepts.statistics.exact import from_steps, to_steps

if TYPE_CHECKING:
    from scipy.sparse import csr_array

TAU = np.float32(0.001)
"""A concept is present in a cell where its activation is strictly greater."""


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
    Batches are small beside the whole, so they wait in parts of growing size and are merged when
    two neighbours are of like size: n additions cost O(n log n), not O(n * pairs).
    """

    def __init__(self, concepts: int, has_support: bool = True) -> None:
        self.concepts = concepts
        self.has_support = has_support
        self._parts: list[Pairs] = []

    def add(self, codes: Codes, image_of_row: NDArray[np.integer]) -> None:
        """Count the cells of whole images; image_of_row: (T,) image of every cell."""
        if codes.concepts != self.concepts or image_of_row.shape != (codes.cells,):
            raise ValueError("codes do not fit this co-occurrence or their list of images")
        if codes.indices.size:
            self._append(_count(codes, image_of_row))

    def merge(self, other: "CoOccurrence") -> None:
        """Take in the co-occurrence of other images over the same concepts."""
        if other.concepts != self.concepts:
            raise ValueError("co-occurrence over different dictionaries cannot be merged")
        if other.has_support != self.has_support:
            raise ValueError("co-occurrence with and without support cannot be merged")
        for part in list(other._parts):
            self._append(part)

    def _append(self, part: Pairs) -> None:
        self._parts.append(part)
        while len(self._parts) > 1 and self._parts[-2].key.size <= 2 * self._parts[-1].key.size:
            last = self._parts.pop()
            self._parts[-1] = _sum(self._parts[-1], last)

    @property
    def pairs(self) -> Pairs:
        """All pairs that meet, merged."""
        while len(self._parts) > 1:
            last = self._parts.pop()
            self._parts[-1] = _sum(self._parts[-1], last)
        return self._parts[0] if self._parts else Pairs(*(np.zeros(0, np.int64) for _ in range(4)))

    @property
    def diagonal(self) -> NDArray[np.float64]:
        """(F,) D[i, i]: the activation mass of each concept above TAU."""
        pairs = self.pairs
        mass = np.zeros(self.concepts, np.int64)
        i, j = np.divmod(pairs.key, self.concepts)
        mass[i[i == j]] = pairs.steps[i == j]
        return from_steps(mass)

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
        images = arrays.get("images", np.zeros(indices.size))
        data = [a.astype(np.int64) for a in (arrays["cells"], arrays["steps"], images)]
        if any(array.shape != indices.shape for array in data):
            raise ValueError("stored co-occurrence has wrong shapes")
        if indices.size:
            whole._parts.append(Pairs(rows * whole.concepts + indices, *data))
        return whole


def _sum(first: Pairs, second: Pairs) -> Pairs:
    key = np.concatenate([first.key, second.key])
    order = np.argsort(key, kind="stable")
    key = key[order]
    start = np.flatnonzero(np.diff(key, prepend=-1))
    cells, steps, images = (
        np.add.reduceat(np.concatenate([a, b])[order], start)
        for a, b in (
            (first.cells, second.cells),
            (first.steps, second.steps),
            (first.images, second.images),
        )
    )
    return Pairs(key[start], cells, steps, images)


def _count(codes: Codes, image_of_row: NDArray[np.integer]) -> Pairs:
    """The pairs of one batch.

    With a the codes (T, F) and b = [a > TAU]: D = a' b. For C the rows of b' are divided by image:
    one row for every (image, i), so that the entries of the product are the cells that i and j
    share *in one image*; summed over images they are C, counted they are the image support.
    """
    from scipy.sparse import csr_array

    concepts, rows = codes.concepts, codes.rows
    columns = codes.indices.astype(np.int64)
    shape = (codes.cells, concepts)
    present = codes.stored.astype(np.float32) > TAU
    b = csr_array(
        (np.ones(int(present.sum()), np.int64), (rows[present], columns[present])), shape=shape
    )
    a = csr_array((to_steps(codes.stored), columns, codes.indptr), shape=shape)
    d = (a.T.tocsr() @ b).tocsr()
    d.sort_indices()
    key = _keys_of(d)

    _, image = np.unique(image_of_row, return_inverse=True)
    owner, owner_of = np.unique(
        image[rows[present]].astype(np.int64) * concepts + columns[present], return_inverse=True
    )
    by_image = csr_array(
        (np.ones(owner_of.size, np.int64), (owner_of, rows[present])),
        shape=(owner.size, codes.cells),
    )
    shared = (by_image @ b).tocsr()
    gather = csr_array(
        (np.ones(owner.size, np.int64), (owner % concepts, np.arange(owner.size))),
        shape=(concepts, owner.size),
    )
    c = (gather @ shared).tocsr()
    c.sort_indices()
    shared.data[:] = 1
    images = (gather @ shared).tocsr()
    images.sort_indices()

    place = np.searchsorted(key, _keys_of(c))
    pairs = Pairs(key, np.zeros_like(key), d.data.astype(np.int64), np.zeros_like(key))
    pairs.cells[place] = c.data
    pairs.images[place] = images.data
    return pairs


def _keys_of(matrix: "csr_array") -> NDArray[np.int64]:
    rows = np.repeat(np.arange(matrix.shape[0], dtype=np.int64), np.diff(matrix.indptr))
    key: NDArray[np.int64] = rows * matrix.shape[1] + matrix.indices
    return key
