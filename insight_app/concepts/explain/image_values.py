"""What a photo shows as a whole: each concept's strongest cell, and its mean over all cells.

The mean tells how much of a photo a concept covers, which the maximum does not. Both are of the
stored codes, which define the truth.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from insight_app.concepts.codes import Codes
from insight_app.concepts.explain.sparse import SparseRows, entries_of


class OfImage(NamedTuple):
    """What one photo shows: concepts (n,) uint16, ascending, with maxima and means (n,)."""

    concepts: NDArray[np.uint16]
    maxima: NDArray[np.float16]
    means: NDArray[np.float32]


def of_image(codes: Codes) -> OfImage:
    """Return the values of one photo from its codes as stored, a row a cell.

    The mean is over all cells of the grid: the sum, exact in double precision, over their number.
    """
    order = np.argsort(codes.indices, kind="stable")
    indices, values = codes.indices[order], codes.stored[order]
    first = np.flatnonzero(np.diff(indices, prepend=-1)) if order.size else order
    if not order.size:
        return OfImage(indices, values, values.astype(np.float32))
    sums = np.add.reduceat(values.astype(np.float64), first)
    means = (sums / codes.cells).astype(np.float32)
    return OfImage(indices[first], np.maximum.reduceat(values, first), means)


@dataclass(frozen=True, eq=False)
class ImageValues:
    """The values of N photos: maxima and means (N, F), sparse, over the same pattern."""

    maxima: SparseRows
    means: SparseRows

    @property
    def photos(self) -> int:
        """N."""
        return self.maxima.rows

    @property
    def concepts(self) -> int:
        """F."""
        return self.maxima.columns

    def take(self, rows: NDArray[np.integer]) -> "ImageValues":
        """Return some photos (n,), in the order given."""
        indptr, entries = entries_of(self.maxima.indptr, rows)
        indices = self.maxima.indices[entries]
        return _of(
            indptr, indices, self.maxima.values[entries], self.means.values[entries], self.concepts
        )

    @cached_property
    def columns_first(self) -> "ImageValues":
        """The same by concept, maxima and means (F, N): the photos of a concept at once."""
        order, indptr = self.maxima.order_by_column()
        photos = self.maxima.row_of.astype(np.int32)[order]
        maxima, means = self.maxima.values[order], self.means.values[order]
        return _of(indptr, photos, maxima, means, self.photos)


def of_images(photos: Iterable[Codes], concepts: int) -> ImageValues:
    """Return the values of photos, F = concepts, from the codes of each."""
    return joined([of_image(codes) for codes in photos], concepts)


def joined(photos: Sequence[OfImage], concepts: int) -> ImageValues:
    """Return the values of several photos, F = concepts, as one."""
    counts = [one.concepts.size for one in photos]
    indptr = np.concatenate(([0], np.cumsum(counts, dtype=np.int64))).astype(np.int64)
    nothing = OfImage(np.zeros(0, np.uint16), np.zeros(0, np.float16), np.zeros(0, np.float32))
    indices, maxima, means = (
        np.concatenate(column) for column in zip(nothing, *photos, strict=True)
    )
    return _of(indptr, indices.astype(np.int32), maxima.astype(np.float32), means, concepts)


def _of(
    indptr: NDArray[np.int64],
    indices: NDArray[np.int32],
    maxima: NDArray[np.float32],
    means: NDArray[np.float32],
    columns: int,
) -> ImageValues:
    return ImageValues(
        SparseRows(indptr, indices, maxima, columns), SparseRows(indptr, indices, means, columns)
    )


@dataclass(frozen=True)
class Pooling:
    """How maxima and means become the features of a probe: a factor each, the same for all photos.

    All stays linear, so that a concept switched off takes exactly its contribution away.
    """

    of_maxima: float
    of_means: float

    @classmethod
    def of(cls, values: ImageValues) -> "Pooling":
        """Return 1 / mean length of each block over some photos, the ones to train on."""
        return cls(_by_length(values.maxima), _by_length(values.means))

    def features(self, values: ImageValues) -> SparseRows:
        """Return (N, 2 F): maxima then means, each times its factor."""
        maxima, means = values.maxima, values.means
        indptr = 2 * maxima.indptr
        within = np.arange(maxima.indices.size) + maxima.indptr[maxima.row_of]
        beside = within + np.diff(maxima.indptr)[maxima.row_of]
        indices = np.empty(2 * within.size, np.int32)
        pooled = np.empty(2 * within.size, np.float32)
        indices[within], indices[beside] = maxima.indices, maxima.indices + values.concepts
        pooled[within] = maxima.values * np.float32(self.of_maxima)
        pooled[beside] = means.values * np.float32(self.of_means)
        return SparseRows(indptr, indices, pooled, 2 * values.concepts)


def _by_length(block: SparseRows) -> float:
    """Return 1 / mean length of the rows of a block, 1 where there is nothing."""
    squares = np.square(block.values, dtype=np.float64)
    lengths = np.sqrt(np.bincount(block.row_of, squares, minlength=block.rows))
    mean = float(lengths.mean()) if lengths.size else 0.0
    return 1 / mean if mean > 0 else 1.0
