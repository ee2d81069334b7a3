"""Co-occurrence of concepts in cells: the matrices C and D of METHOD.md section 3, sparse.

Only pairs that are active in the same cell are kept; `pair_counts` counts them. Numpy alone, but
for `matrices`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from insight_app.concepts.codes import Codes
from insight_app.concepts.statistics import pair_counts
from insight_app.concepts.statistics.fixed_point import from_units, to_units
from insight_app.concepts.statistics.pair_counts import TAU, PairCounts
from insight_app.concepts.statistics.summed import Summed, add_up, argsort

if TYPE_CHECKING:
    from scipy.sparse import csr_array

_MOST_CELLS = 2**32 - 1
"""Pairs are counted in 32 bits; none is in more cells than its concepts are by themselves."""

__all__ = ["TAU", "CoOccurrence", "Pairs"]


@dataclass(frozen=True, eq=False)
class Pairs:
    """N ordered pairs (i, j), sorted by key = i * F + j.

    cells (N,) int64: C[i, j]; mass (N,) int64: D[i, j] in fixed-point units of 2**-24; images (N,)
    int64: images with a cell counted in C[i, j]. Cells and images may be 0 where j is only ever
    active below TAU.
    """

    key: NDArray[np.int64]
    cells: NDArray[np.int64]
    mass: NDArray[np.int64]
    images: NDArray[np.int64]


class CoOccurrence:
    """Running co-occurrence over F concepts.

    has_support: whether the images of each pair are counted; not so in matrices that others
    published.
    """

    def __init__(self, concepts: int, has_support: bool = True) -> None:
        self.concepts = concepts
        self.has_support = has_support
        self._diagonal = np.zeros((3, concepts), np.int64)
        """cells, units, images of each concept with itself"""
        self._sum = Summed(PairCounts, pair_counts.empty())
        self._pairs: Pairs | None = None

    def add(self, codes: Codes, image_of_row: NDArray[np.integer]) -> None:
        """Count the cells of whole images, an image's rows side by side.

        image_of_row: (T,) the image of every cell.
        """
        if codes.concepts != self.concepts or image_of_row.shape != (codes.cells,):
            raise ValueError("codes do not fit this co-occurrence or their list of images")
        if codes.indices.size:
            self._count_diagonal(codes, image_of_row)
            self._must_be_countable()
            for part in pair_counts.count(codes, image_of_row):
                self._sum.add(part)

    def _count_diagonal(self, codes: Codes, image_of_row: NDArray[np.integer]) -> None:
        present = codes.stored.astype(np.float32) > TAU
        concept = codes.indices[present].astype(np.int64)
        cells, units, images = self._diagonal
        cells += np.bincount(concept, minlength=self.concepts)
        np.add.at(units, concept, to_units(codes.stored[present]))
        seen = concept << 32 | image_of_row[codes.rows[present]].astype(np.int64)
        seen.sort()  # several times faster than numpy's own way to distinct numbers
        is_new = np.diff(seen, prepend=-1) > 0
        images += np.bincount(seen[is_new] >> 32, minlength=self.concepts)
        self._pairs = None

    def merge(self, other: "CoOccurrence") -> None:
        """Add the co-occurrence of other images over the same concepts."""
        if other.concepts != self.concepts:
            raise ValueError("co-occurrence over different dictionaries cannot be merged")
        if other.has_support != self.has_support:
            raise ValueError("co-occurrence with and without support cannot be merged")
        self._diagonal += other._diagonal
        self._pairs = None
        self._must_be_countable()
        self._sum.merge(other._sum)

    def _must_be_countable(self) -> None:
        if self._diagonal[0].max() > _MOST_CELLS:
            raise ValueError(f"more than {_MOST_CELLS:,} cells of one concept cannot be counted")

    @property
    def pairs(self) -> "Pairs":
        """All ordered pairs that co-occur."""
        if self._pairs is None:
            self._pairs = self._both_triangles(self.upper())
        return self._pairs

    def upper(self) -> PairCounts:
        """Return all pairs i < j that co-occur, each once."""
        return self._sum.whole()

    def _both_triangles(self, upper: PairCounts) -> "Pairs":
        i, j = np.divmod(upper.key.astype(np.int64), self.concepts)
        diagonal = np.flatnonzero(self._diagonal[1])
        cells, units, images = self._diagonal[:, diagonal]
        key = np.concatenate(
            [i * self.concepts + j, j * self.concepts + i, diagonal * (self.concepts + 1)]
        )
        masses = np.concatenate([upper.mass_i, upper.mass_j, units])
        order = argsort(key)
        order = order[masses[order] > 0]
        return Pairs(
            key[order],
            np.concatenate([upper.cells, upper.cells, cells])[order],
            masses[order],
            np.concatenate([upper.images, upper.images, images])[order],
        )

    @property
    def diagonal(self) -> NDArray[np.float64]:
        """(F,) float64 D[i, i]: the activation mass of each concept above TAU."""
        return from_units(self._diagonal[1])

    def row(
        self, concept: int
    ) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64], NDArray[np.int64]]:
        """Return a row of the matrices, sparse: concepts j, C[i, j], D[i, j] and images.

        Each is (n,), for the n concepts that co-occur with i = `concept`, itself included.
        """
        pairs = self.pairs
        start, stop = np.searchsorted(
            pairs.key, [concept * self.concepts, (concept + 1) * self.concepts]
        )
        run = slice(start, stop)
        others = pairs.key[run] - concept * self.concepts
        return others, pairs.cells[run], from_units(pairs.mass[run]), pairs.images[run]

    def matrices(self) -> "tuple[csr_array, csr_array, csr_array]":
        """Return C (int64), D (float64) and each pair's images (int64) as sparse (F, F) arrays."""
        from scipy.sparse import csr_array

        pairs = self.pairs
        rows, columns = np.divmod(pairs.key, self.concepts)
        shape = (self.concepts, self.concepts)
        c, d, images = (
            csr_array((data, (rows, columns)), shape=shape)
            for data in (pairs.cells, from_units(pairs.mass), pairs.images)
        )
        return c, d, images

    def to_arrays(self) -> dict[str, NDArray[Any]]:
        """Return all pairs row-compressed, for a file.

        indptr (F + 1,) int64; indices (N,) uint16; cells, steps (N,) int64: `Pairs.cells`,
        `Pairs.mass`; with support also images (N,) int64.
        """
        pairs = self.pairs
        rows, columns = np.divmod(pairs.key, self.concepts)
        indptr = np.searchsorted(rows, np.arange(self.concepts + 1))
        arrays: dict[str, NDArray[Any]] = {
            "indptr": indptr.astype(np.int64),
            "indices": columns.astype(np.uint16),
            "cells": pairs.cells,
            "steps": pairs.mass,
        }
        return arrays | ({"images": pairs.images} if self.has_support else {})

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[Any]]) -> "CoOccurrence":
        """Read what `to_arrays` returned: indptr (F + 1,), the others (N,)."""
        indptr, indices = arrays["indptr"], arrays["indices"].astype(np.int64)
        if indptr.size < 2 or int(indptr[-1]) != indices.size:
            raise ValueError("stored co-occurrence has wrong shapes")
        whole = cls(int(indptr.size - 1), has_support="images" in arrays)
        rows = np.repeat(np.arange(whole.concepts, dtype=np.int64), np.diff(indptr))
        images = arrays.get("images", np.zeros(indices.size)).astype(np.int64)
        cells, units = arrays["cells"].astype(np.int64), arrays["steps"].astype(np.int64)
        if not cells.shape == units.shape == images.shape == indices.shape:
            raise ValueError("stored co-occurrence has wrong shapes")
        diagonal = rows == indices
        whole._diagonal[:, rows[diagonal]] = cells[diagonal], units[diagonal], images[diagonal]
        key, mirror = rows * whole.concepts + indices, indices * whole.concepts + rows
        above, below = np.flatnonzero(rows < indices), np.flatnonzero(rows > indices)
        below = below[argsort(mirror[below])]
        # Cells and images stand in both halves, and count once.
        once = ~np.isin(mirror[below], key[above], assume_unique=True)
        nothing = np.zeros_like(units)
        upper = _pair_counts(key[above], cells[above], units[above], nothing[above], images[above])
        lower = _pair_counts(
            mirror[below], cells[below] * once, nothing[below], units[below], images[below] * once
        )
        whole._sum.add(PairCounts(*add_up([upper, lower])))
        return whole


def _pair_counts(*columns: NDArray[np.int64]) -> PairCounts:
    key, cells, mass_i, mass_j, images = columns
    return PairCounts(
        key.astype(np.uint32), cells.astype(np.uint32), mass_i, mass_j, images.astype(np.uint32)
    )
