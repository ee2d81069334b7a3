"""How composites and concepts occur together in cells: the rows and columns of C and D.

METHOD.md section 3 for composites: each is paired with every concept, and with every other
composite that is counted beside it. Numpy alone; mergeable as everything that is counted.
"""

from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from insight_app.concepts.codes import Codes
from insight_app.concepts.statistics.fixed_point import to_units
from insight_app.concepts.statistics.pair_counts import TAU
from insight_app.concepts.statistics.summed import Summed, changes


class BesideSums(NamedTuple):
    """N pairs (composite g, other j), ascending by key = g * (F + G) + j; all (N,).

    j: a concept, or F + another composite. cells: where both are present; images: those with such
    a cell; own: the mass of g where j is present; other: the mass of j where g is present, both in
    fixed-point units of 2**-24.
    """

    key: NDArray[np.uint32]
    cells: NDArray[np.int64]
    images: NDArray[np.int64]
    own: NDArray[np.int64]
    other: NDArray[np.int64]

    def where(self, chosen: NDArray[np.bool_] | slice) -> "BesideSums":
        """Return some of the pairs (N,)."""
        return BesideSums(
            self.key[chosen],
            self.cells[chosen],
            self.images[chosen],
            self.own[chosen],
            self.other[chosen],
        )


_NONE = BesideSums(np.zeros(0, np.uint32), *(np.zeros(0, np.int64) for _ in range(4)))


class CompositePairs:
    """Running pairs of G composites with F concepts, with each other and with some more."""

    def __init__(self, composites: int, concepts: int, more: int = 0) -> None:
        self.composites, self.concepts = composites, concepts
        self.width = concepts + composites + more
        if composites * self.width >= 2**32:
            raise ValueError(f"{composites:,} composites are too many to be counted at once")
        self._sum = Summed(BesideSums, _NONE)

    def add(self, composites: Codes, codes: Codes, image_of_row: NDArray[np.integer]) -> None:
        """Count the cells of whole images, a row a cell; image_of_row: (T,).

        composites: codes of the G, and of those that they are counted beside.
        """
        own = composites.first(self.composites)
        for others, offset in ((codes, 0), (composites, self.concepts)):
            part = self._pairs(own, others, offset, image_of_row)
            if part.key.size:
                self._sum.add(part)

    def merge(self, other: "CompositePairs") -> None:
        """Add the pairs of other images for the same composites."""
        if (other.composites, other.width) != (self.composites, self.width):
            raise ValueError("pairs of different composites cannot be merged")
        self._sum.merge(other._sum)

    def of_each(self) -> Iterator[BesideSums]:
        """Yield the pairs of each composite in turn; key: the other alone."""
        whole = self._sum.whole()
        borders = np.arange(self.composites + 1, dtype=np.int64) * self.width
        ends = np.searchsorted(whole.key, borders)
        for composite, (start, end) in enumerate(pairwise(ends.tolist())):
            found = whole.where(slice(start, end))
            others = found.key.astype(np.int64) - composite * self.width
            yield found._replace(key=others.astype(np.uint32))

    def _pairs(
        self, composites: Codes, others: Codes, offset: int, image_of_row: NDArray[np.integer]
    ) -> BesideSums:
        rows = composites.rows
        first, last = others.indptr[rows], others.indptr[rows + 1]
        count = last - first
        own = np.repeat(np.arange(rows.size), count)
        before = np.repeat(np.cumsum(count) - count, count)
        other = np.arange(own.size) - before + first[own]
        key = composites.indices[own].astype(np.int64) * self.width
        key += others.indices[other].astype(np.int64) + offset
        image = image_of_row[rows[own]].astype(np.int64)
        order = np.lexsort((image, key))
        key, image, own, other = key[order], image[order], own[order], other[order]
        if not key.size:
            return _NONE
        is_own, is_other = (
            one.stored.astype(np.float32)[at] > TAU
            for one, at in ((composites, own), (others, other))
        )
        both = is_own & is_other
        is_new = np.zeros(key.size, bool)
        at = np.flatnonzero(both)
        is_new[at] = changes(key[at]) | changes(image[at])
        starts = np.flatnonzero(changes(key))
        return BesideSums(
            key[starts].astype(np.uint32),
            np.add.reduceat(both, starts, dtype=np.int64),
            np.add.reduceat(is_new, starts, dtype=np.int64),
            np.add.reduceat(to_units(composites.stored)[own] * is_other, starts),
            np.add.reduceat(to_units(others.stored)[other] * is_own, starts),
        )
