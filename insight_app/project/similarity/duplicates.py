"""Which concepts of a project may be one and the same, in clusters that can be merged one by one.

Concepts of one name (in whatever spelling, or in words that mean the same) make a cluster; so do
those that look alike and share their cells, whatever they are called. In each one concept is
proposed to stay, the one that most others are like, and those are ticked that are like it enough. A
name alone ticks nothing: dozens of concepts are called "animal". Knows nothing of merging.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from insight_app.concepts.progress import CancelToken, Progress, silent
from insight_app.project.judgements.structure.edges import ReviewStatus
from insight_app.project.similarity.basis import LikenessBasis
from insight_app.project.similarity.listing import ConceptListing
from insight_app.project.similarity.similar import Similar, compare, directions_of
from insight_app.project.similarity.words import (
    SAME_MEANING,
    SAME_NAME,
    SPELLED_ALIKE,
    NameForms,
    keys,
    words_of,
)

LOOK = "look alike"
TICKED = 0.45
"""The likeness (`similar.FORMULA`) from which a concept of the same name is ticked."""
ALIKE_LOOK, ALIKE_TOGETHER, TICKED_LOOK = 0.7, 0.3, 0.6
"""What two concepts of different names must have in common to be offered as one, and the likeness
from which one is ticked."""
SUPPORT_CELLS, SUPPORT_IMAGES = 20, 5
"""Where a concept must be active to be ticked, or offered for its looks: as relations need it."""
_BLOCK = 512
_MOST_OF_NAME, _MOST_NAMES = 400, 30
"""Concepts, and different names, of one cluster that are compared with each other."""


@dataclass(frozen=True)
class Cluster:
    """Offer concepts as one.

    why: SAME_NAME, SPELLED_ALIKE, SAME_MEANING or LOOK: the least of what holds them together.
    title: in words.  holder: the row that is proposed to stay.  members: the others, the most like
    it first.  ticked: the rows of those that are proposed to be merged into it.
    """

    why: str
    title: str
    holder: int
    members: tuple[Similar, ...]
    ticked: frozenset[int]

    @property
    def size(self) -> int:
        """How many concepts there are, the holder counted."""
        return len(self.members) + 1


def duplicates(
    basis: LikenessBasis,
    listing: ConceptListing,
    progress: Progress = silent,
    cancel: CancelToken | None = None,
) -> list[Cluster]:
    """Return all clusters, those with most ticked first, then the largest.

    Without hidden, folded and merged concepts and those that are nowhere active; a pair that a
    person keeps apart is never offered as one.
    """
    token = cancel or CancelToken()
    basis.looks(progress, token)
    rows = np.flatnonzero(listing.is_offered).tolist()
    words = {row: words_of(basis.senses, listing, row) for row in rows}
    found = []
    groups = _groups(words)
    for number, group in enumerate(groups):
        token.check()
        progress(number, len(groups), "Comparing concepts of one name")
        cluster = _of_name(basis, listing, group, words)
        if cluster is not None:
            found.append(cluster)
    found += _of_looks(basis, listing, rows, words, progress, token)
    return sorted(found, key=lambda one: (-len(one.ticked), -one.size, one.holder))


def _groups(words: dict[int, NameForms]) -> list[list[int]]:
    """Return the rows whose names are alike, directly or by way of others, two at least each."""
    above = {row: row for row in words}

    def top(row: int) -> int:
        while above[row] != row:
            above[row] = above[above[row]]
            row = above[row]
        return row

    by_name: dict[str, int] = {}
    by_key: dict[tuple[str, str | int], list[int]] = {}
    for row, one in words.items():
        if not one.plain:
            continue
        first = by_name.setdefault(one.plain, row)
        if first != row and one.alike(words[first]):
            above[top(row)] = top(first)
            if words[first].senses[:1] == one.senses[:1]:
                continue
        for key in keys(one):
            by_key.setdefault(key, []).append(row)
    for rows in by_key.values():
        for a, b in combinations(rows, 2):
            if top(a) != top(b) and words[a].alike(words[b]):
                above[top(b)] = top(a)
    found: dict[int, list[int]] = {}
    for row in words:
        found.setdefault(top(row), []).append(row)
    return [rows for rows in found.values() if len(rows) > 1]


def _of_name(
    basis: LikenessBasis, listing: ConceptListing, group: Sequence[int], words: dict[int, NameForms]
) -> Cluster | None:
    rows = sorted(group, key=lambda row: (-int(listing.images[row]), row))[:_MOST_OF_NAME]
    score = _scores(basis, listing, rows)
    likely = np.where(score >= TICKED, score, 0.0)
    holder = _holder(listing, rows, likely)
    others = [row for row in rows if row != holder and _may_be_one(listing, row, holder)]
    if not others:
        return None
    names = list({words[row].plain: words[row] for row in rows}.values())[:_MOST_NAMES]
    kinds = {one.alike(other) for one, other in combinations(names, 2)}
    why = SAME_NAME if len(names) == 1 else SPELLED_ALIKE
    if SAME_MEANING in kinds:
        why = SAME_MEANING
    said = list(dict.fromkeys(listing.names[row] for row in [holder, *rows]))
    title = f"{why.capitalize()}: {', '.join(said[:3])}{', …' if len(said) > 3 else ''}"
    return _cluster(basis, listing, why, title, holder, others, TICKED)


def _of_looks(
    basis: LikenessBasis,
    listing: ConceptListing,
    every: Sequence[int],
    words: dict[int, NameForms],
    progress: Progress,
    cancel: CancelToken,
) -> list[Cluster]:
    """Return stars of concepts that look alike and share their cells, of different names."""
    looks = basis.looks()
    rows = [row for row in every if _has_support(listing, row)]
    if looks is None or len(rows) < 2:
        return []
    all_rows = np.array(rows)
    directions = directions_of(basis, looks, listing, all_rows)
    near: dict[int, list[int]] = {}
    for first in range(0, len(rows), _BLOCK):
        cancel.check()
        progress(first, len(rows), "Comparing what looks alike")
        cosine = directions[first : first + _BLOCK] @ directions[first:].T
        for at, other in np.argwhere(np.triu(cosine, 1) >= ALIKE_LOOK).tolist():
            a, b = int(all_rows[first + at]), int(all_rows[first + other])
            if not listing.are_related(a, b) and words[a].alike(words[b]) == "":
                near.setdefault(a, []).append(b)
                near.setdefault(b, []).append(a)
    found, used = [], set[int]()
    for row in sorted(near, key=lambda row: _rank(listing, row)):
        if row in used:
            continue
        others = [
            one.row
            for one in compare(basis, listing, row, [o for o in near[row] if o not in used])
            if (one.together or 0.0) >= ALIKE_TOGETHER and _may_be_one(listing, row, one.row)
        ]
        if others:
            names = ", ".join(listing.name(one) for one in [row, *others[:2]])
            title = f"Look alike: {names}{', …' if len(others) > 2 else ''}"
            found.append(_cluster(basis, listing, LOOK, title, row, others, TICKED_LOOK))
            used |= {row, *others}
    return found


def _cluster(
    basis: LikenessBasis,
    listing: ConceptListing,
    why: str,
    title: str,
    holder: int,
    others: Sequence[int],
    least: float,
) -> Cluster:
    members = sorted(compare(basis, listing, holder, others), key=lambda m: (-m.score, m.row))
    ticked: list[int] = []
    for member in members:
        is_sure = member.score >= least and _has_support(listing, member.row)
        if is_sure and all(_may_be_one(listing, member.row, r) for r in ticked):
            ticked.append(member.row)
    return Cluster(why, title, holder, tuple(members), frozenset(ticked))


def _has_support(listing: ConceptListing, row: int) -> bool:
    """Return whether a concept is active in enough places, as far as that is counted."""
    is_enough = listing.cells[row] >= SUPPORT_CELLS and listing.images[row] >= SUPPORT_IMAGES
    return bool(is_enough) or not listing.is_counted[row]


def _may_be_one(listing: ConceptListing, a: int, b: int) -> bool:
    """Return whether two can be one: no person keeps them apart, neither has the other in it."""
    return not listing.is_apart(a, b) and not listing.overlap(a, b)


def _scores(
    basis: LikenessBasis, listing: ConceptListing, rows: Sequence[int]
) -> NDArray[np.float64]:
    """Return (n, n) the likeness of all pairs of rows, zero on the diagonal."""
    score = np.zeros((len(rows), len(rows)))
    looks = basis.looks()
    if looks is not None:
        directions = directions_of(basis, looks, listing, np.array(rows))
        score += np.maximum(directions @ directions.T, 0) / 2
    F = basis.results.F
    plain = [at for at, row in enumerate(rows) if row < F and row not in listing.compositions]
    shares = basis.results.co_occurrence([rows[at] for at in plain])
    score[np.ix_(plain, plain)] += np.minimum(shares, shares.T) / 2
    np.fill_diagonal(score, 0)
    return score


def _holder(listing: ConceptListing, rows: Sequence[int], likely: NDArray[np.float64]) -> int:
    """Return the row that stays: a person's accepted one, then the one most others are like."""

    def rank(at: int) -> tuple[bool, float, int]:
        row = rows[at]
        return _is_accepted(listing, row), float(likely[at].sum()), int(listing.images[row])

    return rows[max(range(len(rows)), key=rank)]


def _is_accepted(listing: ConceptListing, row: int) -> bool:
    return bool(listing.by_person[row]) and listing.status[row] == ReviewStatus.ACCEPTED


def _rank(listing: ConceptListing, row: int) -> tuple[bool, int, int]:
    return not _is_accepted(listing, row), -int(listing.images[row]), row
