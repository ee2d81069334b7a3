"""What speaks for a relation and against it: the cells where both fire, and where only one does.

Of any two concepts, proposed by the machine or not. The codes of the photos in which the child
fires are read; where these are very many a sample, and what is estimated says so.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from insight_app.concepts.progress import CancelToken
from insight_app.figures import counted
from insight_app.project.composites import shares
from insight_app.project.results.edge_table import DATA, FEWEST_IMAGES, Measured
from insight_app.project.results.records import Example
from insight_app.project.similarity import pairs
from insight_app.project.similarity.basis import LikenessBasis
from insight_app.project.similarity.listing import ConceptListing
from insight_app.project.similarity.pairs import PairCount


@dataclass(frozen=True)
class CellsWhere:
    """Say in how many cells something is so, with examples, one a photo, the strongest first.

    cells: estimated where low and high, its 95 % interval, are not the same.  images: with such a
    cell, None where not all were read.  examples: with the strength of what fires there, of the
    weaker one where both do.
    """

    cells: int
    low: int
    high: int
    images: int | None
    examples: tuple[Example, ...]

    @property
    def is_exact(self) -> bool:
        """Whether the cells were counted, not estimated."""
        return self.low == self.high


@dataclass(frozen=True)
class EdgeEvidence:
    """State what is known of child -> parent in the project's photos.

    strength: share of the child's activation that falls on cells where the parent is active.
    reverse_strength: the other way round, None where the parent's activation is not known.
    interval: of the strength, 95 % over images; None with the reason in why_no_interval.  silent:
    share of the child's cells where the parent is not active.  covered: of the parent's cells in
    photos with the child, the share where the child fires too.  Both are None where the child or
    the parent never fires.  how_counted: in words.
    """

    both: CellsWhere
    only_child: CellsWhere
    only_parent: CellsWhere
    strength: float
    reverse_strength: float | None
    interval: tuple[float, float] | None
    why_no_interval: str
    silent: float | None
    covered: float | None
    how_counted: str

    @property
    def asymmetry(self) -> float | None:
        """By how much more the child's activation lies on the parent than the reverse."""
        return None if self.reverse_strength is None else self.strength - self.reverse_strength


def evidence(
    basis: LikenessBasis,
    listing: ConceptListing,
    child: int,
    parent: int,
    limit: int = 12,
    cancel: CancelToken | None = None,
) -> EdgeEvidence:
    """Return what speaks for `child` being below `parent`, with at most `limit` examples each."""
    token = cancel or CancelToken()
    of_child = listing.reader(basis.results, basis.counted, child)
    of_parent = listing.reader(basis.results, basis.counted, parent)
    pair = pairs.count(of_child, of_parent, limit, token)
    measured = _measured(basis, listing, child, parent)
    back = None
    if not listing.is_counted[parent]:
        back = pairs.count(of_parent, of_child, 0, token)
    both, cells, parent_cells = _cells(listing, child, parent, pair, back)
    share = pair.share(pair.both, pair.first)
    if measured is not None and not pair.is_whole:
        both = (measured.cells,) * 3
    strength, reverse = _strengths(basis, listing, child, parent, pair, back)
    why, interval = _interval(pair, measured)
    return EdgeEvidence(
        _where(both, pair.both > 0, 0, pair, pair.examples_both),
        _where(_rest(cells, both), pair.first > pair.both, 0, pair, pair.examples_first),
        _where(
            _rest(parent_cells, both),
            pair.second > pair.both,
            pair.only_second,
            pair,
            pair.examples_second,
        ),
        strength,
        reverse,
        interval,
        why,
        1 - (both[0] / cells if measured and cells else share) if pair.of else None,
        pair.share(pair.both, pair.second) if pair.second.any() else None,
        _in_words(pair),
    )


def _cells(
    listing: ConceptListing, child: int, parent: int, pair: PairCount, back: PairCount | None
) -> tuple[tuple[int, int, int], int, int]:
    """Return (both with its interval, the child's, the parent's) cells over all photos."""
    together = int(pair.both.sum())
    of_parent = int(listing.cells[parent]) if back is None else _scaled(back)
    of_parent = max(of_parent, int(pair.second.sum()))
    if pair.is_whole:
        return (together, together, together), int(pair.first.sum()), of_parent
    of_child = int(listing.cells[child]) if listing.is_counted[child] else _scaled(pair)
    share, least, most = pair.share(pair.both, pair.first), *pair.bounds(pair.both, pair.first)
    low = max(round(least * of_child), together)
    return (round(share * of_child), low, round(most * of_child)), of_child, of_parent


def _scaled(pair: PairCount) -> int:
    """Return the first's cells over all photos, from those that were read."""
    read = max(pair.photos.size, 1)
    return round(int(pair.first.sum()) * pair.of / read)


def _rest(cells: int, both: tuple[int, int, int]) -> tuple[int, int, int]:
    return cells - both[0], cells - both[2], cells - both[1]


def _where(
    cells: tuple[int, int, int],
    is_so: NDArray[np.bool_],
    elsewhere: int | None,
    pair: PairCount,
    examples: tuple[Example, ...],
) -> CellsWhere:
    number, low, high = (max(one, 0) for one in cells)
    is_known = pair.is_whole and elsewhere is not None
    images = int(is_so.sum()) + (elsewhere or 0) if is_known else None
    return CellsWhere(number, low, high, images, examples)


def _strengths(
    basis: LikenessBasis,
    listing: ConceptListing,
    child: int,
    parent: int,
    pair: PairCount,
    back: PairCount | None,
) -> tuple[float, float | None]:
    """Return the strength and the reverse strength, None if the latter is not known."""
    if not {child, parent} & listing.compositions.keys():
        both = basis.results.co_occurrence([child, parent])
        return float(both[0, 1]), float(both[1, 0])
    readers = [listing.reader(basis.results, basis.counted, row) for row in (child, parent)]
    known = shares.share(*readers), shares.share(*reversed(readers))
    if not np.isnan(known).any():
        return known
    strength = pair.share(pair.shared, pair.own)
    if back is not None:
        return strength, back.share(back.shared, back.own)
    read = max(pair.photos.size, 1)
    total = float(listing.total[parent])
    return strength, min(float(pair.back.sum()) * pair.of / read / total, 1) if total > 0 else None


def _measured(
    basis: LikenessBasis, listing: ConceptListing, child: int, parent: int
) -> Measured | None:
    """Return what an analysis measured of these two over all photos, None if it did not."""
    if {child, parent} & listing.compositions.keys():
        return None
    edges = basis.results.edges
    at = np.flatnonzero((edges.child == child) & (edges.parent == parent) & (edges.source == DATA))
    return edges.measured(int(at[0])) if at.size else None


def _interval(pair: PairCount, measured: Measured | None) -> tuple[str, tuple[float, float] | None]:
    """Return (why there is no interval of the strength, the interval)."""
    if measured is not None and measured.interval is not None:
        return "", measured.interval
    if not pair.of:
        return "the child fires in none of these photos", None
    if pair.of < FEWEST_IMAGES:
        return f"the child is in fewer than {FEWEST_IMAGES} images", None
    return "", pair.bounds(pair.shared, pair.own)


def _in_words(pair: PairCount) -> str:
    if not pair.of:
        return "The child fires in none of these photos."
    if pair.is_whole:
        return f"Counted in all {counted(pair.of, 'photo')} where the child fires."
    return (
        f"Counted in {pair.photos.size:,} of {counted(pair.of, 'photo')} where the child fires;"
        " numbers of cells are estimated from these."
    )
