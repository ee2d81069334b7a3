"""What a concept's exemplars show, in votes for words: by their cells, and by their whole photos.

1. Cells. For every photo, the terms nearest to the mean of its decoded exemplar cells share a vote
   (softmax of cosines). They say what is where the concept fires.
2. Photos. The classes that the encoder's classifier gives the whole photo share another one
   (softmax of logits). They are seldom wrong, and say nothing of where.

A photo counts by its number of exemplars, and less when the concept is weak in it: by the square of
its strength over `reference`, what is usual for the concept, at most 1. Ten photos that hardly show
a concept are no evidence of what it is. Knows no hypernyms and chooses no name.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from insight_app.concepts.naming.candidates import Terms
from insight_app.concepts.naming.evidence import ExemplarCodes, sparse, unit_rows
from insight_app.concepts.naming.photo_classes import PhotoClasses
from insight_app.concepts.naming.steps import Step, no_step

if TYPE_CHECKING:
    from scipy.sparse import csr_array

NEAREST_TERMS = 30
TEMPERATURE_OF_COSINES = 0.05
TEMPERATURE_OF_LOGITS = 1.0
_ROWS = 1024
"""Rows compared with the vocabulary at once: bounds memory."""


@dataclass(frozen=True, eq=False)
class Shown:
    """What exemplars show of F concepts, over V terms.

    words, photos: (F, V) float32 sparse, each term's share of the votes of cells and of photos;
    rows sum to at most 1, to 0 where nothing is known. worth (F,) float64: how many photos showing
    the concept as strongly as is usual the evidence is worth; strength (F,) float64: the mean
    strength in the exemplars' photos, 0 without any. measures (F, m) float64: the mean of the
    photos', by concept; usual (m,): over all photos, NaN without any.
    """

    words: "csr_array"
    photos: "csr_array"
    worth: NDArray[np.float64]
    strength: NDArray[np.float64]
    measures: NDArray[np.float64]
    usual: NDArray[np.float64]


def shown(
    exemplars: ExemplarCodes,
    decoder: NDArray[np.float32],
    vocabulary: Terms,
    photos: PhotoClasses,
    class_terms: NDArray[np.int64],
    reference: NDArray[np.floating] | None = None,
    step: Step = no_step,
) -> Shown:
    """Count the votes of exemplars.

    decoder (F, D); class_terms (C,): the term of each class, -1 for none; reference (F,): the usual
    strength of each concept, None = all photos count fully.
    """
    concepts, size = len(decoder), len(vocabulary.terms)
    pair, group, cells = np.unique(
        exemplars.concept << 32 | exemplars.image, return_inverse=True, return_counts=True
    )
    concept, row = pair >> 32, photos.rows_of(pair & 0xFFFF_FFFF)
    strongest = np.zeros(pair.size)
    np.maximum.at(strongest, group, exemplars.strengths)
    trust = np.ones(pair.size)
    if reference is not None:
        usual = np.maximum(reference[concept].astype(np.float64), 1e-6)
        trust = np.minimum(1.0, strongest / usual) ** 2
    weight = cells * trust
    share = weight / np.maximum(np.bincount(concept, weight, concepts), 1e-9)[concept]

    def mean(values: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.bincount(concept, values * share, concepts).astype(np.float64)

    seen = np.bincount(concept, minlength=concepts)
    terms, of_terms = _nearest(exemplars, group, decoder, vocabulary, step)
    classes, of_classes = _classes(photos, class_terms)
    columns = photos.measures.T
    return Shown(
        _votes(concept, terms, of_terms * share[:, None], (concepts, size)),
        _votes(concept, classes[row], of_classes[row] * share[:, None], (concepts, size)),
        np.bincount(concept, trust, concepts).astype(np.float64),
        np.bincount(concept, strongest, concepts) / np.maximum(seen, 1),
        np.stack([mean(column[row]) for column in columns], axis=1),
        photos.measures.mean(0) if photos.image.size else np.full(columns.shape[0], np.nan),
    )


def _nearest(
    exemplars: ExemplarCodes,
    group: NDArray[np.int64],
    decoder: NDArray[np.float32],
    vocabulary: Terms,
    step: Step,
) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
    """Return (P, n) the nearest terms of each concept's cells in one photo, and their shares.

    group (N,): to which of the P pairs of concept and photo each exemplar belongs.
    """
    from scipy.sparse import csr_array

    pairs = int(group.max(initial=-1)) + 1
    ones = np.ones(group.size)
    gather = csr_array((ones, (group, np.arange(group.size))), shape=(pairs, group.size))
    codes = (gather @ sparse(exemplars.codes)).tocsr()
    count = min(NEAREST_TERMS, len(vocabulary.terms))
    chosen, shares = np.zeros((pairs, count), np.int32), np.zeros((pairs, count), np.float32)
    for start in range(0, pairs, _ROWS):
        step(start, pairs)
        here = slice(start, start + _ROWS)
        cosines = unit_rows(codes[here] @ decoder) @ vocabulary.embeddings.T
        nearest = np.argpartition(-cosines, count - 1, axis=1)[:, :count]
        chosen[here] = nearest
        shares[here] = _softmax(np.take_along_axis(cosines, nearest, 1), TEMPERATURE_OF_COSINES)
    return chosen, shares


def _classes(
    photos: PhotoClasses, class_terms: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Return (M, n) the terms of each photo's classes, and their shares: 0 without a term."""
    terms = class_terms[photos.classes]
    shares = _softmax(photos.logits, TEMPERATURE_OF_LOGITS)
    return np.maximum(terms, 0), np.where(terms >= 0, shares, 0.0)


def _votes(
    concept: NDArray[np.int64],
    terms: NDArray[np.integer],
    shares: NDArray[np.floating],
    shape: tuple[int, int],
) -> "csr_array":
    """Add up shares (P, n) of terms (P, n) by concept (P,)."""
    from scipy.sparse import csr_array

    rows = np.repeat(concept.astype(np.int32), terms.shape[1])
    data = shares.reshape(-1).astype(np.float32)
    votes = csr_array((data, (rows, terms.reshape(-1))), shape=shape)
    votes.eliminate_zeros()
    return votes


def _softmax(values: NDArray[np.floating], temperature: float) -> NDArray[np.float64]:
    """Return the softmax of each row."""
    shifted = (values - values.max(axis=1, keepdims=True)).astype(np.float64)
    powers = np.exp(shifted / temperature)
    shares: NDArray[np.float64] = powers / powers.sum(axis=1, keepdims=True)
    return shares
