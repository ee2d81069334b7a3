"""Which concepts are nearly active where others are: what absorption gaps are made of.

N[i, j] = cells where i is active and j is a near miss (see `near_misses`), sparse. Images whose
near misses were not kept count nowhere here, so that a share of N has its own whole: `active`.
Numpy alone.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from insight_app.concepts.codes import Codes
from insight_app.concepts.near_misses import NearMisses
from insight_app.concepts.statistics.pair_counts import TAU
from insight_app.concepts.statistics.summed import Summed, changes

_COLUMNS = ("key", "cells", "images")


class NearCounts(NamedTuple):
    """n ordered pairs (i, j), sorted by key = i * F + j; all (n,).

    cells: N[i, j]; images: those with such a cell.
    """

    key: NDArray[np.uint32]
    cells: NDArray[np.uint32]
    images: NDArray[np.uint32]


def _nothing() -> NearCounts:
    return NearCounts(*(np.zeros(0, np.uint32) for _ in _COLUMNS))


class NearPairs:
    """Running near pairs over F concepts.

    images: how many were counted; active (F,) int64: cells of those where a concept is active.
    """

    def __init__(self, concepts: int) -> None:
        self.concepts = concepts
        self.images = 0
        self.active = np.zeros(concepts, np.int64)
        self._sum = Summed(NearCounts, _nothing())

    def add(self, codes: Codes, near: NearMisses, image_of_row: NDArray[np.integer]) -> None:
        """Count the cells of whole images whose near misses are known; image_of_row: (T,)."""
        fits = near.cells == codes.cells == image_of_row.size
        are_known = int(near.indices.max(initial=0)) < self.concepts == codes.concepts
        if not (fits and are_known):
            raise ValueError("near misses do not fit their codes or their list of images")
        present = codes.stored.astype(np.float32) > TAU
        concept, row = codes.indices[present].astype(np.int64), codes.rows[present]
        self.images += int(np.unique(image_of_row).size)
        self.active += np.bincount(concept, minlength=self.concepts)
        lengths = np.diff(near.indptr)[row]
        first = np.repeat(near.indptr[:-1][row] - np.cumsum(lengths) + lengths, lengths)
        missed = near.indices[first + np.arange(first.size)].astype(np.int64)
        key = (np.repeat(concept, lengths) * self.concepts + missed).astype(np.uint64)
        packed = key << np.uint64(32) | np.repeat(image_of_row[row], lengths).astype(np.uint64)
        if packed.size:
            self._sum.add(_counted(packed))

    def merge(self, other: "NearPairs") -> None:
        """Add the near pairs of other images over the same concepts."""
        if other.concepts != self.concepts:
            raise ValueError("near pairs over different dictionaries cannot be merged")
        self.images += other.images
        self.active += other.active
        self._sum.merge(other._sum)

    def counts(self) -> NearCounts:
        """Return all pairs that occur."""
        return self._sum.whole()

    def to_arrays(self) -> dict[str, NDArray[Any]]:
        """Return the counts for a file: key, cells, images (n,), active (F,), size (2,)."""
        arrays: dict[str, NDArray[Any]] = self.counts()._asdict()
        size = np.array([self.concepts, self.images], np.int64)
        return arrays | {"active": self.active, "size": size}

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[Any]]) -> "NearPairs":
        """Read what `to_arrays` returned."""
        concepts, images = (int(number) for number in arrays["size"])
        pairs = cls(concepts)
        columns = [np.asarray(arrays[name], np.uint32) for name in _COLUMNS]
        if arrays["active"].shape != (concepts,) or len({c.shape for c in columns}) != 1:
            raise ValueError("stored near pairs have wrong shapes")
        pairs.images, pairs.active = images, np.array(arrays["active"], np.int64)
        if columns[0].size:
            pairs._sum.add(NearCounts(*columns))
        return pairs


def _counted(packed: NDArray[np.uint64]) -> NearCounts:
    """Count occurrences (n,), each key << 32 | image."""
    packed.sort()
    key = packed >> np.uint64(32)
    starts = np.flatnonzero(changes(key))
    return NearCounts(
        key[starts].astype(np.uint32),
        np.diff(np.append(starts, key.size)).astype(np.uint32),
        np.add.reduceat(changes(packed), starts, dtype=np.uint32),
    )
