"""Concepts whose removal changes the accuracy of one subset of photos much more than of the rest.

A cue that goes with a class without being of it (snow behind the wolves) shows when it is switched
off: photos of one subset are decided otherwise, those of the rest are not, or get better. Subsets
are classes, or the photos of a class in one folder, one season, whatever a person divides them by;
these are compared with the rest of their class, since every class hangs on its own concepts.

A cue goes with its subset: k is active in a larger share of S than of the rest. (What else a photo
hangs on where the cue is missing is no cue.) For concept k and subset S, each photo's change is 1
where switching k off makes it right, -1 where it makes it wrong, 0 else. The difference is the mean
change in S less that in the rest. Its 95 % interval is built from Wilson intervals of the shares of
photos made right and made wrong (MOVER: Newcombe 1998, Zou and Donner 2008), so that a subset of
three photos proves little. p: how likely so many or so few of the photos made wrong (or right) fall
into S by chance, hypergeometric, both sides. Of all pairs whose concept changes any decision, p is
corrected by Benjamini and Hochberg. The order is by the end of the interval that is nearest to no
difference. Numpy only.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from insight_app.concepts.explain.interventions import ScoredPhotos, in_photos
from insight_app.concepts.quality.intervals import wilson

Number = TypeVar("Number", np.int64, np.float64)
FEWEST = 3
"""Photos that a subset has at least."""


@dataclass(frozen=True)
class Cue:
    """One concept, and the subset whose accuracy depends most otherwise on it than the rest's.

    photos: how many the subset has; made_wrong, made_right: of these.  change, change_elsewhere: of
    the accuracy, as a share; difference: between the two, low, high: its interval.  p: by chance;
    corrected: for all pairs looked at.  lead, lead_elsewhere: the mean change of the right class's
    lead over the best other one, in units of the score.  active: photos of the subset where the
    concept is active.
    """

    concept: int
    subset: int
    photos: int
    active: int
    made_wrong: int
    made_right: int
    change: float
    change_elsewhere: float
    difference: float
    low: float
    high: float
    p: float
    corrected: float
    lead: float
    lead_elsewhere: float


@dataclass(frozen=True, eq=False)
class Removals:
    """What switching off each of K concepts does to photos of S subsets, counted, (K, S) each.

    concepts: (K,) int64.  wrong, right, active: int64, photos made so, and with the concept; lead:
    float64, the sum of changes of leads. photos: (S,) int64 with a label. group: (S,) int64, the
    rest of a subset is all others of its group.
    """

    concepts: NDArray[np.int64]
    photos: NDArray[np.int64]
    group: NDArray[np.int64]
    wrong: NDArray[np.int64]
    right: NDArray[np.int64]
    active: NDArray[np.int64]
    lead: NDArray[np.float64]


def remove_each(
    photos: ScoredPhotos,
    labels: NDArray[np.integer],
    subsets: NDArray[np.integer],
    group: NDArray[np.int64] | None = None,
    told: Callable[[int, int], None] = lambda done, total: None,
) -> Removals:
    """Return what removing each concept with a weight does; labels, subsets: (N,), -1 for none.

    group: (S,) see `Removals`; None: all are one.  told: called with how many concepts are done,
    of how many.
    """
    counted = (labels >= 0) & (subsets >= 0)
    number = int(subsets.max(initial=-1)) + 1 if group is None else group.size
    used = np.unique(np.concatenate([one.used() for one in photos.classifiers]))
    sizes = np.diff(photos.values.columns_first.maxima.indptr)
    concepts = used[sizes[used] > 0]
    shape = concepts.size, number
    wrong, right, active = (np.zeros(shape, np.int64) for _ in range(3))
    lead = np.zeros(shape)
    was_right = photos.decisions == labels
    known = np.flatnonzero(counted)
    before = np.zeros(labels.size)
    before[known] = _leads(photos.scores[known].astype(np.float64), labels[known])
    for place, concept in enumerate(concepts.tolist()):
        told(place, concepts.size)
        found = in_photos(photos, {concept: 0.0}, known)
        rows = found.rows
        is_right = found.scores.argmax(axis=1) == labels[rows] if rows.size else rows == rows
        where, was = subsets[rows], was_right[rows]
        wrong[place] = np.bincount(where[was & ~is_right], minlength=number)
        right[place] = np.bincount(where[~was & is_right], minlength=number)
        active[place] = np.bincount(where, minlength=number)
        if rows.size:
            moved = _leads(found.scores, labels[rows]) - before[rows]
            lead[place] = np.bincount(where, moved, number)
    inside = np.bincount(subsets[known], minlength=number).astype(np.int64)
    group = np.zeros(number, np.int64) if group is None else group
    return Removals(concepts.astype(np.int64), inside, group, wrong, right, active, lead)


def _leads(scores: NDArray[np.float64], labels: NDArray[np.integer]) -> NDArray[np.float64]:
    """Return (m,) the lead of the right class over the best other one."""
    rows = np.arange(labels.size)
    own = scores[rows, labels]
    others = scores.copy()
    others[rows, labels] = -np.inf
    best = others.max(axis=1, initial=-np.inf)
    found: NDArray[np.float64] = own - best
    return found


def rank(removals: Removals, number: int = 50) -> list[Cue]:
    """Return the concepts whose removal tells subsets apart, the surest difference first.

    Each concept stands once, with the subset that it tells apart most surely.
    """
    inside = removals.photos
    outside = _rest(inside[None], removals.group)[0]
    is_enough = (inside >= FEWEST) & (outside >= FEWEST)
    if not removals.concepts.size or not is_enough.any():
        return []
    wrong, right = removals.wrong, removals.right
    wrong_out, right_out = _rest(wrong, removals.group), _rest(right, removals.group)
    here, here_low, here_high = _mean_change(wrong, right, inside)
    there, there_low, there_high = _mean_change(wrong_out, right_out, outside)
    difference = here - there
    low = difference - np.hypot(here - here_low, there_high - there)
    high = difference + np.hypot(here_high - here, there - there_low)
    p = _chances(removals)
    active_out = _rest(removals.active, removals.group)
    goes_with = removals.active * np.maximum(outside, 1) > active_out * np.maximum(inside, 1)
    tested = (wrong + right + wrong_out + right_out > 0) & is_enough[None] & goes_with
    corrected = np.ones_like(p)
    corrected[tested] = benjamini_hochberg(p[tested])
    lead = removals.lead / np.maximum(inside, 1)
    lead_out = _rest(removals.lead, removals.group) / np.maximum(outside, 1)
    sure = np.where(low > 0, low, np.where(high < 0, -high, 0.0))
    sure = np.where(is_enough[None] & goes_with, sure, -1.0)
    apart = np.abs(lead - lead_out)
    # Of equally sure ones the larger difference of accuracy, then of leads.
    subset = np.lexsort((apart, np.abs(difference), sure), axis=1)[:, -1]
    rows = np.arange(subset.size)
    keys = (apart[rows, subset], np.abs(difference)[rows, subset], sure[rows, subset])
    order = np.lexsort(keys)[::-1]
    order = order[keys[2][order] >= 0][:number]
    return [
        Cue(
            concept=int(removals.concepts[k]),
            subset=int(s),
            photos=int(inside[s]),
            active=int(removals.active[k, s]),
            made_wrong=int(wrong[k, s]),
            made_right=int(right[k, s]),
            change=float(here[k, s]),
            change_elsewhere=float(there[k, s]),
            difference=float(difference[k, s]),
            low=float(low[k, s]),
            high=float(high[k, s]),
            p=float(p[k, s]),
            corrected=float(corrected[k, s]),
            lead=float(lead[k, s]),
            lead_elsewhere=float(lead_out[k, s]),
        )
        for k, s in zip(order.tolist(), subset[order].tolist(), strict=True)
    ]


def _mean_change(
    wrong: NDArray[np.int64], right: NDArray[np.int64], photos: NDArray[np.int64]
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Return (mean change, low, high), (K, S) each, of photos (S,) made wrong and right (K, S)."""
    trials = np.maximum(photos, 1)
    lost, lost_low, lost_high = _wilson(wrong, trials)
    won, won_low, won_high = _wilson(right, trials)
    mean = won - lost
    low = mean - np.hypot(won - won_low, lost_high - lost)
    high = mean + np.hypot(won_high - won, lost - lost_low)
    return mean, np.maximum(low, -1.0), np.minimum(high, 1.0)


def _wilson(
    successes: NDArray[np.int64], trials: NDArray[np.int64]
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Return (share, low, high), (K, S) each, of successes (K, S) in trials (S,)."""
    pairs = np.stack(np.broadcast_arrays(successes, trials), axis=-1).reshape(-1, 2)
    several, place = np.unique(pairs, axis=0, return_inverse=True)
    bounds = np.array([wilson(*pair) for pair in several.tolist()], np.float64)
    low, high = bounds[place.reshape(-1)].T
    shape = successes.shape
    return successes / trials, low.reshape(shape), high.reshape(shape)


def _rest(sums: NDArray[Number], group: NDArray[np.int64]) -> NDArray[Number]:
    """Return (K, S) the sums over all other subsets of each one's group, of sums (K, S)."""
    found = np.empty_like(sums)
    for number in np.unique(group):
        own = group == number
        found[:, own] = sums[:, own].sum(axis=1, keepdims=True) - sums[:, own]
    return found


def _chances(removals: Removals) -> NDArray[np.float64]:
    """Return (K, S) how likely the photos made wrong, or right, fall so by chance, both sides."""
    found = np.ones(removals.wrong.shape)
    total = int(removals.photos.sum())
    logs = np.concatenate(([0.0], np.cumsum(np.log(np.arange(1, total + 1)))))
    for number in np.unique(removals.group):
        own = np.flatnonzero(removals.group == number)
        marked = removals.photos[own]
        of_group = logs[: int(marked.sum()) + 1]
        for counts in (removals.wrong[:, own], removals.right[:, own]):
            drawn = counts.sum(axis=1)
            for place in np.flatnonzero(drawn).tolist():
                one = _hypergeometric(counts[place], marked, int(drawn[place]), of_group)
                found[place, own] = np.minimum(found[place, own], np.minimum(1.0, 2 * one))
    return found


def _hypergeometric(
    hits: NDArray[np.int64], marked: NDArray[np.int64], drawn: int, logs: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return (S,) the two-sided chance of hits among so many drawn, where (S,) are marked.

    logs: (N + 1,) of the factorials; N things in all.
    """
    total = logs.size - 1
    number = np.arange(drawn + 1)[:, None]
    is_possible = (number <= marked) & (drawn - number <= total - marked)
    marked_left = np.where(is_possible, marked - number, 0)
    other_left = np.where(is_possible, total - marked - drawn + number, 0)
    log = (
        logs[marked]
        - logs[number]
        - logs[marked_left]
        + logs[total - marked]
        - logs[drawn - number]
        - logs[other_left]
        - (logs[total] - logs[drawn] - logs[total - drawn])
    )
    chance = np.where(is_possible, np.exp(np.minimum(log, 0.0)), 0.0)
    at_most = (chance * (number <= hits)).sum(axis=0)
    at_least = (chance * (number >= hits)).sum(axis=0)
    found: NDArray[np.float64] = np.minimum(1.0, 2 * np.minimum(at_most, at_least))
    return found


def benjamini_hochberg(p: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return (m,) chances corrected for being m together: the false discovery rate at each."""
    order = np.argsort(p, kind="stable")
    scaled = p[order] * p.size / np.arange(1, p.size + 1)
    smallest = np.minimum.accumulate(scaled[::-1])[::-1]
    found = np.empty(p.size)
    found[order] = np.minimum(smallest, 1.0)
    return found
