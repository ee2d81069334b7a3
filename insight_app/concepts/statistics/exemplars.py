"""The strongest cells of every concept: where its name and its cut-outs come from."""

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from insight_app.concepts.codes import Codes

_EMPTY = np.uint64(0xFFFF_FFFF_FFFF_FFFF)


class ExemplarCells(NamedTuple):
    """N exemplars, by concept, strongest first within a concept; all arrays (N,)."""

    concept: NDArray[np.int64]
    value: NDArray[np.float16]
    image: NDArray[np.uint32]
    cell: NDArray[np.uint16]


class Exemplars:
    """The n strongest cells of each of F concepts; ties go to the lower image, then cell.

    One exemplar is one sortable number: the value's half-precision bits, inverted, then image, then
    cell (16 + 32 + 16 bits). The order is total, so the n smallest do not depend on how the cells
    were divided. ranked (F, n) uint64, ascending, all ones where a concept has fewer.
    """

    def __init__(self, concepts: int, n: int = 30) -> None:
        self.ranked = np.full((concepts, n), _EMPTY, np.uint64)

    @property
    def concepts(self) -> int:
        return int(self.ranked.shape[0])

    @property
    def n(self) -> int:
        return int(self.ranked.shape[1])

    @property
    def counts(self) -> NDArray[np.int64]:
        """(F,) int64 the number of exemplars of each concept."""
        counts: NDArray[np.int64] = (self.ranked != _EMPTY).sum(axis=1, dtype=np.int64)
        return counts

    def add(
        self,
        codes: Codes,
        image_of_row: NDArray[np.integer],
        cell_of_row: NDArray[np.integer],
    ) -> None:
        """Offer cells; image_of_row, cell_of_row: (T,) where each row of the codes lies."""
        if codes.concepts != self.concepts:
            raise ValueError("codes do not fit these exemplars")
        rows = codes.rows
        keys = _keys(codes.stored, image_of_row[rows], cell_of_row[rows])
        concept = codes.indices
        better = keys < self.ranked[concept, -1]
        keys, concept = keys[better], concept[better]
        order = np.argsort(keys)
        order = order[np.argsort(concept[order], kind="stable")]  # of 16 bits: a radix sort
        keys, concept = keys[order], concept[order].astype(np.int64)
        rank = np.arange(concept.size) - np.searchsorted(concept, concept, side="left")
        first = rank < self.n
        touched, place = np.unique(concept[first], return_inverse=True)
        offered = np.full((touched.size, self.n), _EMPTY, np.uint64)
        offered[place, rank[first]] = keys[first]
        self._take(touched, offered)

    def merge(self, other: "Exemplars") -> None:
        """Offer the exemplars of other cells over the same concepts."""
        if other.ranked.shape != self.ranked.shape:
            raise ValueError("exemplars over different dictionaries cannot be merged")
        self._take(np.arange(self.concepts), other.ranked)

    def _take(self, concepts: NDArray[np.int64], offered: NDArray[np.uint64]) -> None:
        both = np.concatenate([self.ranked[concepts], offered], axis=1)
        both.sort(axis=1)
        self.ranked[concepts] = both[:, : self.n]

    def cells(self) -> ExemplarCells:
        """Return all exemplars, flat."""
        concept, rank = np.nonzero(self.ranked != _EMPTY)
        return ExemplarCells(concept.astype(np.int64), *_fields(self.ranked[concept, rank]))

    def of(self, concept: int) -> ExemplarCells:
        """Return the exemplars of one concept."""
        keys = self.ranked[concept]
        keys = keys[keys != _EMPTY]
        return ExemplarCells(np.full(keys.size, concept, np.int64), *_fields(keys))

    def to_arrays(self) -> dict[str, NDArray[Any]]:
        """Return value float16, image uint32 and cell uint16, each (F, n), for a file.

        The value is 0 in places that hold no exemplar.
        """
        value, image, cell = _fields(self.ranked)
        return {"value": value, "image": image, "cell": cell}

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[Any]]) -> "Exemplars":
        """Read what `to_arrays` returned: three arrays (F, n)."""
        value, image, cell = arrays["value"], arrays["image"], arrays["cell"]
        if value.ndim != 2 or not value.shape == image.shape == cell.shape:
            raise ValueError("stored exemplars have wrong shapes")
        exemplars = cls(*value.shape)
        exemplars.ranked[...] = np.sort(_keys(value, image, cell), axis=1)
        return exemplars


def _keys(
    value: NDArray[np.float16], image: NDArray[np.integer], cell: NDArray[np.integer]
) -> NDArray[np.uint64]:
    strength = np.ascontiguousarray(value, np.float16).view(np.uint16)
    keys = (np.uint16(0xFFFF) - strength).astype(np.uint64) << np.uint64(48)
    keys |= image.astype(np.uint64) << np.uint64(16)
    keys |= cell.astype(np.uint64)
    return keys


def _fields(
    keys: NDArray[np.uint64],
) -> tuple[NDArray[np.float16], NDArray[np.uint32], NDArray[np.uint16]]:
    value = np.uint16(0xFFFF) - (keys >> np.uint64(48)).astype(np.uint16)
    image = (keys >> np.uint64(16) & np.uint64(0xFFFF_FFFF)).astype(np.uint32)
    return value.view(np.float16), image, (keys & np.uint64(0xFFFF)).astype(np.uint16)
