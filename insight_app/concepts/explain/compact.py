"""Compact sets: the fewest concepts that a classification does well enough with.

Greedy, as orthogonal matching pursuit (Pati et al. 1993): of the concepts that are not in yet,
those that promise to lower the loss most are taken in, and the probe is fitted again to what is
in. What one promises is the square of the gradient of its weights over all classes, by the mean
square of the feature, as large features would be preferred otherwise; its maximum and its mean add
up. Knows nothing of projects.
"""

from collections.abc import Callable, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from insight_app.concepts.explain.evaluation import Compact
from insight_app.concepts.explain.image_values import ImageValues, Pooling
from insight_app.concepts.explain.probe import LearningProblem
from insight_app.concepts.explain.sparse import SparseRows

SINGLY = 8
"""So many concepts are taken in one by one; later, a quarter of those that are in at once."""
ITERATIONS = 40
L2 = 1e-5


def compact_set(
    values: ImageValues,
    labels: NDArray[np.integer],
    classes: int,
    held_back: Sequence[NDArray[np.bool_]],
    enough: float,
    told: Callable[[int], None] = lambda size: None,
) -> Compact:
    """Return the fewest concepts with which `enough` of the held-back photos are right.

    held_back: for each split, (N,) which photos judge the sets that the others grow; the sets of
    all splits grow together, and it ends at the first size at which their judges together have
    enough right. The set that is told is grown over all photos to that size; where there is one
    split, it is that split's. told: called now and then with the size; may raise to stop.
    """
    size = 0
    growing = [
        _grown(values.take(np.flatnonzero(~judges)), labels[~judges], classes, lambda: told(size))
        for judges in held_back
    ]
    judging = [values.take(np.flatnonzero(judges)) for judges in held_back]
    sizes, rights = [], []
    chosen, is_enough = np.zeros(0, np.int64), False
    for steps in zip(*growing, strict=False):
        right = 0
        for (concepts, maxima, means), judge, judges in zip(steps, judging, held_back, strict=True):
            scores = judge.maxima.times(maxima.T) + judge.means.times(means.T)
            right += int(np.count_nonzero(scores.argmax(axis=1) == labels[judges]))
            chosen, size = concepts, concepts.size
        sizes.append(size)
        rights.append(right)
        if is_enough := right >= enough:
            break
    if len(held_back) > 1:
        for concepts, _maxima, _means in _grown(values, labels, classes, lambda: told(size)):
            chosen = concepts
            if chosen.size >= size:
                break
    return Compact(
        chosen,
        np.array(sizes, np.int64),
        np.array(rights, np.int64),
        int(sum(judges.sum() for judges in held_back)),
        is_enough,
    )


def _grown(
    values: ImageValues, labels: NDArray[np.integer], classes: int, check: Callable[[], None]
) -> Iterator[tuple[NDArray[np.int64], NDArray[np.float32], NDArray[np.float32]]]:
    """Yield growing sets (n,), and the weights (C, F) of maxima and of means on them alone."""
    pooling, half = Pooling.of(values), values.concepts
    for chosen, weights in pursuit(pooling.features(values), labels, classes, check):
        yield (
            chosen,
            weights[:, :half] * np.float32(pooling.of_maxima),
            weights[:, half:] * np.float32(pooling.of_means),
        )


def pursuit(
    features: SparseRows,
    labels: NDArray[np.integer],
    classes: int,
    check: Callable[[], None] = lambda: None,
) -> Iterator[tuple[NDArray[np.int64], NDArray[np.float32]]]:
    """Yield growing sets of concepts (n,), and the weights (C, 2 F) of the probe on them alone.

    features: pooled (N, 2 F), of photos to learn from. It ends when no concept is left that makes
    the loss fall.
    """
    whole = LearningProblem(features, labels, classes)
    half = features.columns // 2
    squares = np.bincount(features.indices, np.square(features.values), features.columns)
    squares[squares <= 0] = 1.0
    chosen = np.zeros(0, np.int64)
    weights = np.zeros((features.columns, classes), np.float32)
    while chosen.size < half:
        check()
        promise = np.square(whole.slope(weights if chosen.size else None)).sum(axis=1) / squares
        promise = promise[:half] + promise[half:]
        promise[chosen] = 0
        more = 1 if chosen.size < SINGLY else min(chosen.size // 4, half - chosen.size)
        best = np.argsort(-promise, kind="stable")[:more]
        best = best[promise[best] > 0]
        if not best.size:
            return
        chosen = np.concatenate([chosen, best])
        columns = np.concatenate([chosen, chosen + half])
        part = LearningProblem(columns_of(features, columns), labels, classes)
        fitted = part.fit(0.0, L2, None, check, ITERATIONS)
        weights[columns] = fitted.weights.T
        yield chosen, np.ascontiguousarray(weights.T)


def columns_of(rows: SparseRows, columns: NDArray[np.integer]) -> SparseRows:
    """Return some columns (n,) of a matrix, numbered in the order given."""
    place = np.full(rows.columns, -1, np.int32)
    place[columns] = np.arange(columns.size, dtype=np.int32)
    indices = place[rows.indices]
    keep = indices >= 0
    before = np.concatenate(([0], np.cumsum(keep)))
    # Within a row the order is that of the old numbers; scipy does not mind.
    return SparseRows(before[rows.indptr], indices[keep], rows.values[keep], int(columns.size))
