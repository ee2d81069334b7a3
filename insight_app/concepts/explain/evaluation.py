"""How right a classifier is on photos that it has not seen: folds, shares, pairs, confusions.

Every figure is of held-back photos. Numpy only; knows no classifier.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from insight_app.concepts.quality.intervals import DRAWS, FEWEST_IMAGES, between, wilson

FOLDS = 5
VALIDATION = 5
"""One in so many photos of a class chooses the penalty, one at least where there are two."""
NEVER = -1
"""The fold of a photo that is only learned from: the one photo of its class."""


@dataclass(frozen=True)
class Share:
    """How many of some photos were right, with the 95 % interval of the share by Wilson."""

    right: int
    photos: int

    @property
    def value(self) -> float:
        """The share, nan of no photos."""
        return self.right / self.photos if self.photos else float("nan")

    @property
    def interval(self) -> tuple[float, float] | None:
        """The interval, None of no photos."""
        low, high = wilson(self.right, self.photos)
        return None if low is None or high is None else (low, high)


@dataclass(frozen=True)
class Gap:
    """What one classifier is right in more often than another, in points, of the same photos.

    low, high: 95 % interval, of a bootstrap over photos; None of fewer than ten.
    """

    points: float
    low: float | None
    high: float | None
    photos: int


@dataclass(frozen=True, eq=False)
class Compact:
    """The fewest concepts that keep enough of the accuracy, most telling first.

    concepts: (n,) int64. sizes: (m,) how many concepts, right: (m,) photos that are right with so
    many, of `photos` held back. is_enough: whether any size keeps so much.
    """

    concepts: NDArray[np.int64]
    sizes: NDArray[np.int64]
    right: NDArray[np.int64]
    photos: int
    is_enough: bool


def folds(labels: NDArray[np.integer], number: int = FOLDS, seed: int = 0) -> NDArray[np.int8]:
    """Return (N,) int8 the fold that holds back each photo, NEVER for the only one of its class.

    The photos of a class are spread over the folds as evenly as can be, and so are all photos.
    """
    found = np.full(labels.size, NEVER, np.int8)
    order = np.random.default_rng(seed).permutation(labels.size)
    by_class = order[np.argsort(labels[order], kind="stable")]
    counts = np.bincount(labels)
    held_back = by_class[counts[labels[by_class]] > 1]
    found[held_back] = np.arange(held_back.size) % number
    return found


def validation(labels: NDArray[np.integer], seed: int = 0) -> NDArray[np.bool_]:
    """Return (N,) which photos choose the penalty; the others are learned from meanwhile."""
    found = np.zeros(labels.size, bool)
    order = np.random.default_rng((seed, 1)).permutation(labels.size)
    by_class = order[np.argsort(labels[order], kind="stable")]
    counts = np.bincount(labels)
    first = np.repeat(np.cumsum(counts) - counts, counts)
    place = np.arange(labels.size) - first
    chosen = np.where(counts > 1, np.maximum(1, counts // VALIDATION), 0)
    found[by_class] = place < chosen[labels[by_class]]
    return found


def confusion(
    labels: NDArray[np.integer], decisions: NDArray[np.integer], classes: int
) -> NDArray[np.int64]:
    """Return (C, C) int64: how many photos of a class (row) were taken for each (column)."""
    pairs = labels.astype(np.int64) * classes + decisions
    counts = np.bincount(pairs, minlength=classes * classes)
    return counts.reshape(classes, classes).astype(np.int64)


def gap(ours: NDArray[np.bool_], theirs: NDArray[np.bool_], seed: int = 0) -> Gap:
    """Return by how many points ours (N,) is right more often than theirs on the same photos.

    The bootstrap draws how many of N photos only one of the two is right in, which is all that
    the mean of drawn photos depends on.
    """
    photos = int(ours.size)
    if not photos:
        return Gap(float("nan"), None, None, 0)
    more = int(np.count_nonzero(ours & ~theirs))
    less = int(np.count_nonzero(theirs & ~ours))
    points = 100 * (more - less) / photos
    if photos < FEWEST_IMAGES:
        return Gap(points, None, None, photos)
    shares = np.array([more, less, photos - more - less]) / photos
    drawn = np.random.default_rng(seed).multinomial(photos, shares, DRAWS)
    low, high = between(100 * (drawn[:, 0] - drawn[:, 1]) / photos)
    return Gap(points, low, high, photos)
