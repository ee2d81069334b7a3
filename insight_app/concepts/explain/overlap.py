"""How well labels fit masks: intersection over union by class, and its mean, with intervals.

Pixels without a label in the mask are left out. IoU of a class = pixels that are it in both, over
pixels that are it in either, over all photos together; mIoU = the mean over classes that occur in a
mask (METRICS.md). Intervals are of a bootstrap over photos; a difference is paired, the same photos
drawn for both. N photos, C classes.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from insight_app.concepts.quality import intervals

LEFT_OUT = -1
"""In a mask: a pixel that nobody labelled."""
_DRAWS_AT_ONCE = 50


@dataclass(frozen=True)
class Overlap:
    """A figure with its 95 % interval, None where there is none."""

    value: float
    low: float | None
    high: float | None


def counted_pixels(
    found: NDArray[np.integer], truth: NDArray[np.integer], classes: int
) -> NDArray[np.int64]:
    """Return (C, 3): pixels of each class in both, in `found`, in `truth`, all (h, w).

    LEFT_OUT in truth is left out; a label in `found` that is none of the classes is a miss.
    """
    seen = truth != LEFT_OUT
    found, truth = found[seen], truth[seen]
    known = (found >= 0) & (found < classes)
    return np.stack(
        [
            np.bincount(truth[known & (found == truth)], minlength=classes),
            np.bincount(found[known], minlength=classes),
            np.bincount(truth, minlength=classes),
        ],
        axis=1,
    ).astype(np.int64)


def ious(counts: NDArray[np.integer], weights: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return (draws, C) the IoU of counts (N, C, 3), photos weighed (draws, N); nan: no truth."""
    both, found, truth = (weights @ counts[..., n].astype(np.float64) for n in range(3))
    either = found + truth - both
    each: NDArray[np.float64] = np.divide(
        both, either, out=np.full(both.shape, np.nan), where=truth > 0
    )
    return each


def by_class(counts: NDArray[np.integer]) -> NDArray[np.float64]:
    """Return (C,) the IoU of each class of counts (N, C, 3); nan for one that no mask has."""
    each: NDArray[np.float64] = ious(counts, intervals.ones(len(counts)))[0]
    return each


def mean_iou(counts: NDArray[np.integer]) -> Overlap:
    """Return the mIoU of counts (N, C, 3)."""
    return _estimate(_means(counts, intervals.ones(len(counts))), _drawn(counts))


def difference(ours: NDArray[np.integer], theirs: NDArray[np.integer]) -> Overlap:
    """Return our mIoU minus theirs, of the same photos, counts (N, C, 3) each."""
    one = intervals.ones(len(ours))
    return _estimate(
        _means(ours, one) - _means(theirs, one),
        None if (drawn := _drawn(ours)) is None else drawn - _known(_drawn(theirs)),
    )


def of_photos(counts: NDArray[np.integer]) -> NDArray[np.float64]:
    """Return (N,) the mIoU of each photo by itself, nan where its mask has no class."""
    means: NDArray[np.float64] = _mean(ious(counts, np.eye(len(counts))))
    return means


def _drawn(counts: NDArray[np.integer]) -> NDArray[np.float64] | None:
    """Return (draws,) mIoU of photos drawn with replacement; None of too few photos."""
    if len(counts) < intervals.FEWEST_IMAGES:
        return None
    weights = intervals.weights(len(counts))
    parts = range(0, len(weights), _DRAWS_AT_ONCE)
    return np.concatenate([_means(counts, weights[n : n + _DRAWS_AT_ONCE]) for n in parts])


def _known(drawn: NDArray[np.float64] | None) -> NDArray[np.float64]:
    if drawn is None:
        raise ValueError("figures of different photos")
    return drawn


def _means(counts: NDArray[np.integer], weights: NDArray[np.float64]) -> NDArray[np.float64]:
    return _mean(ious(counts, weights))


def _mean(each: NDArray[np.float64]) -> NDArray[np.float64]:
    known = ~np.isnan(each)
    total = np.where(known, each, 0.0).sum(1)
    number = known.sum(1)
    mean: NDArray[np.float64] = np.divide(
        total, number, out=np.full(len(each), np.nan), where=number > 0
    )
    return mean


def _estimate(value: NDArray[np.float64], drawn: NDArray[np.float64] | None) -> Overlap:
    low, high = intervals.NONE if drawn is None else intervals.between(drawn)
    return Overlap(float(value[0]), low, high)
