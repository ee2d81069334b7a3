"""What the names rest on that came with a dictionary: a prior, worth some exemplar photos.

Its words stand by themselves, so that it can be weighed against any vocabulary. Knows no rule of
how it is weighed, and no files.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from insight_app.concepts.naming.candidates import Candidate, Terms
from insight_app.concepts.naming.shown import Shown

if TYPE_CHECKING:
    from scipy.sparse import csr_array

PRIOR_PHOTOS = 5
"""How many exemplar photos of one's own a prior is worth."""
_LEAST = 1e-3
"""Shares below this are not kept."""


@dataclass(frozen=True, eq=False)
class Votes:
    """The votes of F concepts for T terms, before those for a term count for its hypernyms too.

    terms, readings (T,) uint8; the votes of concept c are shares[indptr[c]:indptr[c + 1]] for the
    terms columns[...]: indptr (F + 1,) int64, columns (n,) int32, shares (n,) float32. A concept's
    shares sum to at most 1.
    """

    terms: list[str]
    readings: NDArray[np.uint8]
    indptr: NDArray[np.int64]
    columns: NDArray[np.int32]
    shares: NDArray[np.float32]

    @classmethod
    def of(cls, votes: "csr_array", vocabulary: Terms) -> "Votes":
        """Return votes (F, V) for the terms of a vocabulary without the smallest."""
        keep = votes.data >= _LEAST
        rows = np.repeat(np.arange(votes.shape[0]), np.diff(votes.indptr))[keep]
        used, columns = np.unique(votes.indices[keep], return_inverse=True)
        counts = np.bincount(rows, minlength=votes.shape[0])
        return cls(
            [vocabulary.terms[n] for n in used],
            np.asarray(vocabulary.readings)[used],
            np.concatenate(([0], np.cumsum(counts))).astype(np.int64),
            columns.astype(np.int32),
            votes.data[keep].astype(np.float32),
        )

    def over(self, vocabulary: Terms) -> "csr_array":
        """Return (F, V) float64 the votes for the terms of another vocabulary; others are lost."""
        from scipy.sparse import csr_array

        column_of = _columns(vocabulary)
        readings = self.readings.tolist()
        found = [column_of.get(key, -1) for key in zip(self.terms, readings, strict=True)]
        column = np.array(found, np.int64)[self.columns]
        rows = np.repeat(np.arange(self.indptr.size - 1), np.diff(self.indptr))
        keep = column >= 0
        shape = (self.indptr.size - 1, len(vocabulary.terms))
        shares = self.shares[keep].astype(np.float64)
        return csr_array((shares, (rows[keep], column[keep])), shape=shape)


@dataclass(frozen=True, eq=False)
class PriorPhotos:
    """What else is known of the photos that the names of F concepts rest on, as `Shown` has it.

    votes: of whole photos; worth, strength (F,) float32; measures (F, m) float32.
    """

    votes: Votes
    worth: NDArray[np.float32]
    strength: NDArray[np.float32]
    measures: NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Prior:
    """The names of F concepts that came with a dictionary, and what they rest on.

    candidates: of each concept, its name first; votes: of cells, None where the dictionary tells
    none; photos: None where it tells nothing of them.
    """

    candidates: list[list[Candidate]]
    votes: Votes | None = None
    photos: PriorPhotos | None = None

    def shown(self, vocabulary: Terms) -> Shown | None:
        """Return it as what photos show; None if too little of it is known."""
        if self.votes is None or self.photos is None:
            return None
        return Shown(
            self.votes.over(vocabulary),
            self.photos.votes.over(vocabulary),
            self.photos.worth.astype(np.float64),
            self.photos.strength.astype(np.float64),
            self.photos.measures.astype(np.float64),
            np.full(self.photos.measures.shape[1], np.nan),
        )

    def cover(self, vocabulary: Terms, ancestors: "csr_array") -> "csr_array":
        """Return (F, V) which share of a concept's votes each term of a vocabulary covers.

        ancestors (V, V): as `Hypernyms.ancestors` gives them. Where the votes are not known, that
        is known of the candidates alone, whose scores are such shares.
        """
        from scipy.sparse import csr_array

        if self.votes is not None:
            return self.votes.over(vocabulary) @ ancestors
        column_of = _columns(vocabulary)
        found = [
            (concept, column_of[one.term, one.reading], one.score)
            for concept, row in enumerate(self.candidates)
            for one in row
            if one.score is not None and (one.term, one.reading) in column_of
        ]
        rows, columns, scores = zip(*found, strict=True) if found else ((), (), ())
        shape = (len(self.candidates), len(vocabulary.terms))
        return csr_array((np.array(scores, np.float64), (rows, columns)), shape=shape)


def _columns(vocabulary: Terms) -> dict[tuple[str, int], int]:
    """Return the first column of each word in each reading."""
    columns: dict[tuple[str, int], int] = {}
    readings = np.asarray(vocabulary.readings).tolist()
    for n, key in enumerate(zip(vocabulary.terms, readings, strict=True)):
        columns.setdefault(key, n)
    return columns


def prior_of(candidates: list[list[Candidate]], came: Shown, vocabulary: Terms) -> Prior:
    """Return names and what they rest on, to be kept with a dictionary."""
    photos = PriorPhotos(
        Votes.of(came.photos, vocabulary),
        came.worth.astype(np.float32),
        came.strength.astype(np.float32),
        came.measures.astype(np.float32),
    )
    return Prior(candidates, Votes.of(came.words, vocabulary), photos)
