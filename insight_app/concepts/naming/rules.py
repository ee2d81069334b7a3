"""Names for concepts, from a vocabulary and the cells where each concept is strongest.

Three rules, chosen by name:

- "published" (METHOD.md section 4): a term near the decoded mean code of the exemplars, cut down to
  the concepts that are related to this one. Scores are cosines.
- "exemplars": a term near the decoded mean code of the exemplars, nothing cut. Scores are cosines.
- "shared" (the default; see `naming_shared`): the most special term that covers at least half of
  what a concept's exemplars and children show. Scores are the shares covered.

Knows nothing of images, files and persons. scipy is imported when a name is made.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from insight_app.concepts.codes import Codes, concatenate
from insight_app.concepts.naming.hypernyms import Kinds
from insight_app.concepts.relations import PUBLISHED_THRESHOLD, Edges
from insight_app.concepts.statistics import CoOccurrence, Exemplars

if TYPE_CHECKING:
    from scipy.sparse import csr_array

Rule = Literal["shared", "exemplars", "published"]
CANDIDATES = 8
PUBLISHED_COUNT = 30
"""What the published rule divides by, however few exemplars there are."""
UNKNOWN = -1
_STRETCH = 1.33
_ROWS = 1024
"""Rows compared with the vocabulary at once: bounds memory."""


@dataclass(frozen=True)
class Candidate:
    """A name a concept could have; reading 0 noun, 1 adjective, 2 verb; score by the rule.

    Of names that others published alone: reading UNKNOWN, score None.
    """

    term: str
    reading: int
    score: float | None


class Terms(Protocol):
    """What naming needs of a vocabulary of V terms; embeddings (V, D) float32, unit rows."""

    @property
    def terms(self) -> list[str]: ...
    @property
    def readings(self) -> NDArray[np.uint8]: ...
    @property
    def synsets(self) -> list[str]: ...
    @property
    def embeddings(self) -> NDArray[np.float32]: ...


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
        """(F,) exemplars of each concept."""
        return np.bincount(self.concept, minlength=self.codes.concepts).astype(np.int64)


def exemplar_codes(exemplars: Exemplars, codes_of_image: Callable[[int], Codes]) -> ExemplarCodes:
    """Fetch the codes of all exemplars, asking for each image once, in ascending order."""
    cells = exemplars.cells()
    where = cells.image.astype(np.int64)
    if not where.size:
        nothing = np.zeros(0, np.uint16), np.zeros(0, np.float16), exemplars.concepts
        return ExemplarCodes(cells.concept, where, Codes(np.zeros(1, np.int64), *nothing))
    order = np.lexsort((cells.cell, where))
    images, starts = np.unique(where[order], return_index=True)
    parts: list[Codes] = []
    for image, places in zip(images.tolist(), np.split(order, starts[1:]), strict=True):
        parts.append(_rows(codes_of_image(image), cells.cell[places].astype(np.int64)))
    back = np.empty(order.size, np.int64)
    back[order] = np.arange(order.size)
    return ExemplarCodes(cells.concept, where, _rows(concatenate(parts), back))


def _rows(codes: Codes, rows: NDArray[np.int64]) -> Codes:
    """Some rows of codes, in the order asked for."""
    lengths = np.diff(codes.indptr)[rows]
    indptr = np.concatenate(([0], np.cumsum(lengths))).astype(np.int64)
    entries = np.arange(indptr[-1]) + np.repeat(codes.indptr[rows] - indptr[:-1], lengths)
    return Codes(indptr, codes.indices[entries], codes.values[entries], codes.concepts)


def name_concepts(
    decoder: NDArray[np.float32],
    bias: NDArray[np.float32],
    exemplars: ExemplarCodes,
    cooccurrence: CoOccurrence,
    edges: Edges,
    vocabulary: Terms,
    kinds: Kinds,
    *,
    rule: Rule = "shared",
    divide_by: int | None = None,
    top: int = CANDIDATES,
) -> list[list[Candidate]]:
    """For each of F concepts up to `top` candidates, the name first; none for a dead concept.

    decoder (F, D), bias (D,): the dictionary's. divide_by: None = the exemplars there are,
    PUBLISHED_COUNT = as published (rule "published" only). Rules use what they need: "published"
    the co-occurrence, "shared" the edges and kinds.
    """
    if rule == "shared":
        from insight_app.concepts.naming.shared import shared_candidates

        return shared_candidates(decoder, exemplars, edges, vocabulary, kinds, top)
    means = mean_codes(exemplars, divide_by)
    if rule == "published":
        means = _related_part(means, cooccurrence)
    vectors = means @ decoder + bias
    vectors[exemplars.counts == 0] = 0
    return _nearest(unit_rows(vectors), vocabulary, top)


def mean_codes(exemplars: ExemplarCodes, divide_by: int | None = None) -> "csr_array":
    """p (F, F) sparse float64: mean code of each concept's exemplars (METHOD.md section 4)."""
    from scipy.sparse import csr_array

    concepts, n = exemplars.codes.concepts, exemplars.concept.size
    weights = 1.0 / np.maximum(exemplars.counts if divide_by is None else divide_by, 1)
    share = np.broadcast_to(weights, (concepts,))[exemplars.concept]
    gather = csr_array((share, (exemplars.concept, np.arange(n))), shape=(concepts, n))
    return (gather @ sparse(exemplars.codes)).tocsr()


def sparse(codes: Codes) -> "csr_array":
    """Codes as a scipy matrix (T, F) float64."""
    from scipy.sparse import csr_array

    data = (codes.values.astype(np.float64), codes.indices.astype(np.int32), codes.indptr)
    return csr_array(data, shape=(codes.cells, codes.concepts))


def unit_rows(rows: NDArray[Any]) -> NDArray[np.float32]:
    """Rows scaled to norm 1; rows of zeros stay."""
    norms = np.linalg.norm(rows, axis=1, keepdims=True)
    unit: NDArray[np.float32] = (rows / np.where(norms > 0, norms, 1)).astype(np.float32)
    return unit


def _related_part(means: "csr_array", cooccurrence: CoOccurrence) -> "csr_array":
    """w (F, F): p where R > 0.75 and on the diagonal, rows of one common norm."""
    from scipy.sparse import csr_array, diags_array

    _, d, _ = cooccurrence.matrices()
    diagonal = cooccurrence.diagonal
    rows = np.repeat(np.arange(d.shape[0]), np.diff(d.indptr))
    with np.errstate(divide="ignore", invalid="ignore"):
        r = np.where(diagonal[rows] > 0, d.data / diagonal[rows], 0.0)
    keep = (r > PUBLISHED_THRESHOLD) & (rows != d.indices)
    related = csr_array((r[keep], (rows[keep], d.indices[keep])), shape=d.shape)
    w = related * means + diags_array(means.diagonal(), format="csr")
    norms = np.sqrt(np.asarray((w * w).sum(axis=1)).reshape(-1))
    common = float(np.sqrt(np.asarray((means * means).sum(axis=1))).mean())
    scale = np.where(norms > 0, common * _STRETCH / np.where(norms > 0, norms, 1), 0.0)
    return (diags_array(scale, format="csr") @ w).tocsr()


def _nearest(vectors: NDArray[np.float32], vocabulary: Terms, top: int) -> list[list[Candidate]]:
    """The terms of highest cosine to each row, if > 0, ties to the earlier term."""
    named: list[list[Candidate]] = []
    for start in range(0, len(vectors), _ROWS):
        cosines = vectors[start : start + _ROWS] @ vocabulary.embeddings.T
        for row in cosines:
            named.append(
                [
                    Candidate(vocabulary.terms[n], int(vocabulary.readings[n]), float(row[n]))
                    for n in _top(row, min(top, row.size))
                    if row[n] > 0
                ]
            )
    return named


def _top(row: NDArray[np.float32], top: int) -> NDArray[np.int64]:
    least = np.partition(row, row.size - top)[row.size - top]
    chosen = np.flatnonzero(row >= least)
    return chosen[np.lexsort((chosen, -row[chosen]))][:top]
