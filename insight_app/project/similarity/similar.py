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
    look = np.zeros(listing.size, np.float32)
    if looks is not None:
        of_row = direction(basis, looks, listing, row)
        look[:F] = looks @ of_row
        composed = np.array(list(listing.compositions), np.int64)
        look[composed] = directions_of(basis, looks, listing, composed) @ of_row
    shared: NDArray[np.int64] = np.zeros(0, np.int64)
    if row < F and row not in listing.compositions:
        others, share = basis.results.shares(row)
        shared = others[np.argsort(-share, kind="stable")][: _MOST_READ // 2]
    rank = np.where(offered, look, -np.inf)
    nearest = np.argpartition(-rank, min(_MOST_READ // 2, rank.size - 1))[: _MOST_READ // 2]
    chosen = np.union1d(nearest, shared)
    chosen = chosen[offered[chosen]]
    together = [min(_shares(basis, listing, row, other), default=0.0) for other in chosen.tolist()]
    order = np.lexsort((chosen, -(np.maximum(look[chosen], 0) + np.array(together))))
    found = compare(basis, listing, row, chosen[order[:limit]].tolist())
    return sorted(found, key=lambda one: (-one.score, one.row))


def compare(
    basis: LikenessBasis, listing: ConceptListing, row: int, others: Sequence[int]
) -> list[Similar]:
    """Return how alike each of some concepts is to one, in the order given."""
    looks = basis.looks()
    own, found = words_of(basis.senses, listing, row), []
    for other in others:
        forward, reverse = _shares(basis, listing, row, other) or (None, None)
        found.append(
            Similar(
                other,
                _cosine(basis, looks, listing, row, other),
                _cosine(basis, basis.directions, listing, row, other),
                forward,
                reverse,
                own.alike(words_of(basis.senses, listing, other)),
            )
        )
    return found


def _shares(
    basis: LikenessBasis, listing: ConceptListing, row: int, other: int
) -> tuple[float, float] | tuple[()]:
    """Return R[row, other] and R[other, row], () for what is not one concept of the dictionary."""
    if max(row, other) >= basis.results.F or {row, other} & listing.compositions.keys():
        return ()
    return basis.results.share(row, other), basis.results.share(other, row)


def directions_of(
    basis: LikenessBasis,
    rows: NDArray[np.float32],
    listing: ConceptListing,
    of: NDArray[np.int64],
) -> NDArray[np.float32]:
    """Return (n, D) of some rows of the listing (n,); rows: (F, D), of unit length."""
    found = rows[np.minimum(of, len(rows) - 1)]
    for at in np.flatnonzero(np.isin(of, list(listing.compositions))).tolist():
        found[at] = direction(basis, rows, listing, int(of[at]))
    return found


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
