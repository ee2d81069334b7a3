"""Compact sets: the fewest concepts that a classification does well enough with.

Greedy, as orthogonal matching pursuit (Pati et al. 1993): of the concepts that are not in yet,
those that promise to lower the loss most are taken in, and the probe is fitted again to what is
in. What one promises is the square of the gradient of its weights over all classes, by the mean
square of the feature, as large features would be preferred otherwise; its maximum and its mean add
up. Knows nothing of projects.
"""

from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import NDArray

from insight_app.concepts.explain.probe import LearningProblem
from insight_app.concepts.explain.sparse import SparseRows

SINGLY = 8
"""So many concepts are taken in one by one; later, a quarter of those that are in at once."""
ITERATIONS = 60
L2 = 1e-4


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
        fitted = part.fit(0.0, L2, weights[columns].T, check, ITERATIONS)
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
