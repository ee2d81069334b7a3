"""What a concept is named after: the dictionary, the codes of the exemplars, and the relations.

Knows no rule and no words. scipy is imported when it is needed.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from insight_app.concepts.codes import Codes, concatenate
from insight_app.concepts.naming.photo_classes import PhotoClasses
from insight_app.concepts.naming.steps import Step, no_step
from insight_app.concepts.relations import Edges
from insight_app.concepts.statistics import CoOccurrence, Exemplars

if TYPE_CHECKING:
    from scipy.sparse import csr_array


@dataclass(frozen=True, eq=False)
class ExemplarCodes:
    """The codes of all exemplars: row n is a strongest cell of concept[n], in image[n].

    concept, image (N,) int64, concept ascending; codes: N rows over F concepts.
    """

    concept: NDArray[np.int64]
    image: NDArray[np.int64]
    codes: Codes

    @property
    def counts(self) -> NDArray[np.int64]:
        """Return (F,) int64 the number of exemplars of each concept."""
        return np.bincount(self.concept, minlength=self.codes.concepts).astype(np.int64)

    @property
    def strengths(self) -> NDArray[np.float64]:
        """Return (N,) float64 how active each exemplar's own concept is in it."""
        entry = self.codes.rows
        own = self.codes.indices == self.concept[entry]
        found = np.zeros(self.concept.size)
        found[entry[own]] = self.codes.values[own]
        return found

    @property
    def photos(self) -> NDArray[np.int32]:
        """Return (F,) int32 how many images the exemplars of each concept are in."""
        pairs = np.unique(self.concept << 32 | self.image)
        return np.bincount(pairs >> 32, minlength=self.codes.concepts).astype(np.int32)


@dataclass(frozen=True, eq=False)
class Evidence:
    """What rules may look at; each uses what it needs.

    decoder (F, D) float32 and bias (D,) float32: the dictionary's W_dec and b_dec. photos: what the
    encoder's classifier says of the exemplars' photos, and class_synsets (C,) its classes; None and
    () where that is not known.
    """

    decoder: NDArray[np.float32]
    bias: NDArray[np.float32]
    exemplars: ExemplarCodes
    cooccurrence: CoOccurrence
    edges: Edges
    photos: PhotoClasses | None = None
    class_synsets: Sequence[str] = ()


def exemplar_codes(
    exemplars: Exemplars, codes_of_image: Callable[[int], Codes], step: Step = no_step
) -> ExemplarCodes:
    """Fetch the codes of all exemplars, asking for each image once, in ascending order."""
    cells = exemplars.cells()
    where = cells.image.astype(np.int64)
    if not where.size:
        nothing = np.zeros(0, np.uint16), np.zeros(0, np.float16), exemplars.concepts
        return ExemplarCodes(cells.concept, where, Codes(np.zeros(1, np.int64), *nothing))
    order = np.lexsort((cells.cell, where))
    images, starts = np.unique(where[order], return_index=True)
    parts: list[Codes] = []
    for n, (image, places) in enumerate(
        zip(images.tolist(), np.split(order, starts[1:]), strict=True)
    ):
        step(n, images.size)
        parts.append(_rows(codes_of_image(image), cells.cell[places].astype(np.int64)))
    back = np.empty(order.size, np.int64)
    back[order] = np.arange(order.size)
    return ExemplarCodes(cells.concept, where, _rows(concatenate(parts), back))


def _rows(codes: Codes, rows: NDArray[np.int64]) -> Codes:
    """Take some rows of codes, in the order asked for."""
    lengths = np.diff(codes.indptr)[rows]
    indptr = np.concatenate(([0], np.cumsum(lengths))).astype(np.int64)
    entries = np.arange(indptr[-1]) + np.repeat(codes.indptr[rows] - indptr[:-1], lengths)
    return Codes(indptr, codes.indices[entries], codes.values[entries], codes.concepts)


def sparse(codes: Codes) -> "csr_array":
    """Return codes as a sparse matrix (T, F) float64."""
    from scipy.sparse import csr_array

    data = (codes.values.astype(np.float64), codes.indices.astype(np.int32), codes.indptr)
    return csr_array(data, shape=(codes.cells, codes.concepts))


def unit_rows(rows: NDArray[Any]) -> NDArray[np.float32]:
    """Scale rows (N, D) to norm 1, as float32; rows of zeros stay."""
    norms = np.linalg.norm(rows, axis=1, keepdims=True)
    unit: NDArray[np.float32] = (rows / np.where(norms > 0, norms, 1)).astype(np.float32)
    return unit
