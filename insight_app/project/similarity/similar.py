"""Which concepts are most like one: in looks, in the cells they share, in their names.

What a list beside a concept and the members of a staged merge show. The order follows what was
measured: on the shipped dictionary the cosine of decoder rows says nothing of what two concepts are
(rank correlation with the true classes of their photos -0.02), looks do (0.46), and of those that
look alike the ones that share cells are the truest. Knows nothing of merging.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from insight_app.concepts.hsae.directions import unit
from insight_app.project.similarity.basis import LikenessBasis
from insight_app.project.similarity.listing import ConceptListing
from insight_app.project.similarity.words import words_of

FORMULA = (
    "likeness = (look + together) / 2\n"
    "look: cosine of what the cells of both decode to on average\n"
    "together: share of the activation of the one that falls on cells where the other is active "
    "too, of both directions the lower\n"
    "cosine: of the decoder's rows; on many dictionaries it says little"
)
_MOST_READ = 400
"""Concepts of which the reverse share is read: the most alike in looks and the most shared."""


@dataclass(frozen=True)
class Similar:
    """Say how alike another concept is; None where it is not known.

    look, together, score: see FORMULA.  cosine: of the decoder's rows.  forward: share of this
    concept's activation where the other is active; reverse: the other way round.  names: in what
    the names are alike (see `words`), "" if in nothing.
    """

    row: int
    look: float | None
    cosine: float | None
    forward: float | None
    reverse: float | None
    names: str

    @property
    def together(self) -> float | None:
        """The lower of both shares."""
        if self.forward is None or self.reverse is None:
            return None
        return min(self.forward, self.reverse)

    @property
    def score(self) -> float:
        """How alike the two are, for sorting; what is not known counts as nothing."""
        return (max(self.look or 0.0, 0.0) + (self.together or 0.0)) / 2


def similar(
    basis: LikenessBasis, listing: ConceptListing, row: int, limit: int = 30
) -> list[Similar]:
    """Return the concepts most like one, the most alike first.

    Without hidden, folded and merged ones, those that are nowhere active, what it is a group or a
    part of, and those that a person keeps apart from it.
    """
    F = basis.results.F
    looks = basis.looks()
    offered = listing.is_offered.copy()
    offered[row] = False
    offered[[other for pair in listing.apart if row in pair for other in pair]] = False
    offered[[other for other in listing.compositions if listing.overlap(row, other)]] = False
    offered[[other for other in listing.concepts(row) if row in listing.compositions]] = False
    rank = np.zeros(listing.size)
    if looks is not None:
        rank[:F] = looks @ direction(basis, looks, listing, row)
        for other, composition in listing.compositions.items():
            if composition is not None and offered[other]:
                rank[other] = direction(basis, looks, listing, other) @ direction(
                    basis, looks, listing, row
                )
    shared: NDArray[np.int64] = np.zeros(0, np.int64)
    if row < F and row not in listing.compositions:
        others, share = basis.results.shares(row)
        shared = others[np.argsort(-share, kind="stable")][: _MOST_READ // 2]
    rank[~offered] = -np.inf
    nearest = np.argpartition(-rank, min(_MOST_READ // 2, rank.size - 1))[: _MOST_READ // 2]
    chosen = np.union1d(nearest, shared)
    found = compare(basis, listing, row, chosen[offered[chosen]].tolist())
    return sorted(found, key=lambda one: (-one.score, one.row))[:limit]


def compare(
    basis: LikenessBasis, listing: ConceptListing, row: int, others: Sequence[int]
) -> list[Similar]:
    """Return how alike each of some concepts is to one, in the order given."""
    looks = basis.looks()
    shares = _Shares(basis, listing)
    of_row, kept = words_of(basis.senses, listing, row), []
    for other in others:
        look = _cosine(basis, looks, listing, row, other)
        cosine = _cosine(basis, basis.directions, listing, row, other)
        forward, reverse = shares.of(row, other), shares.of(other, row)
        names = of_row.alike(words_of(basis.senses, listing, other))
        kept.append(Similar(other, look, cosine, forward, reverse, names))
    return kept


class _Shares:
    """Read R between rows; each row of R at most once."""

    def __init__(self, basis: LikenessBasis, listing: ConceptListing) -> None:
        self._basis, self._listing = basis, listing
        self._read: dict[int, tuple[NDArray[np.int64], NDArray[np.float64]]] = {}

    def of(self, row: int, other: int) -> float | None:
        """Return R[row, other], None for what is not one concept of the dictionary."""
        F = self._basis.results.F
        if max(row, other) >= F or {row, other} & self._listing.compositions.keys():
            return None
        if row not in self._read:
            self._read[row] = self._basis.results.shares(row)
        others, values = self._read[row]
        at = int(np.searchsorted(others, other))
        return float(values[at]) if at < others.size and others[at] == other else 0.0


def direction(
    basis: LikenessBasis, rows: NDArray[np.float32], listing: ConceptListing, row: int
) -> NDArray[np.float32]:
    """Return (D,) of a row of the listing: of several concepts the mean by their activation.

    rows: (F, D), of the dictionary's concepts.
    """
    concepts = list(listing.concepts(row))
    if not concepts:
        return np.zeros(rows.shape[1], np.float32)
    weights = basis.results.total[concepts].astype(np.float32)
    mean: NDArray[np.float32] = unit((weights @ rows[concepts])[None])[0]
    return mean


def _cosine(
    basis: LikenessBasis,
    rows: NDArray[np.float32] | None,
    listing: ConceptListing,
    a: int,
    b: int,
) -> float | None:
    """Return the cosine between two rows of the listing, None if one has no direction."""
    if rows is None:
        return None
    one, other = direction(basis, rows, listing, a), direction(basis, rows, listing, b)
    return float(one @ other) if one.any() and other.any() else None
