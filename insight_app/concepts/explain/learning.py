"""Learning a probe with the penalty that validation photos choose.

A part of the photos to learn from is held back (`evaluation.validation`); the L1 path is walked on
the others, the value under which most of the validation photos are right is taken (of equal ones
that of the smallest loss there), and the probe is fitted to all photos with it. Knows nothing of
projects.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from insight_app.concepts.explain import evaluation
from insight_app.concepts.explain.probe import (
    PATH,
    Fitted,
    LearningProblem,
    fit_dense,
    l1_path,
)
from insight_app.concepts.explain.sparse import SparseRows

DECAY = 1e-5
"""The L2 weight beside the L1 path of concepts: a weight decay, as of AdamW."""
DECAYS = tuple(10.0**-power for power in range(2, 8))
"""The L2 weights that are tried for raw features, which have no zeros to gain."""

Told = Callable[[int, int], None]
"""told(done, total): fits done of a path; may raise to stop."""


@dataclass(frozen=True)
class Tried:
    """One pair of penalties: the share of validation photos that were right, and how large it was.

    loss: mean -log of the chance given to their class; used: concepts (features) with a weight.
    """

    l1: float
    l2: float
    accuracy: float
    loss: float
    used: int
    is_settled: bool


@dataclass(frozen=True, eq=False)
class Learned:
    """A probe fitted to all its photos, and the penalties that were tried before."""

    fitted: Fitted
    tried: tuple[Tried, ...]


def learn_concepts(
    features: SparseRows,
    labels: NDArray[np.integer],
    classes: int,
    told: Told = lambda done, total: None,
    seed: int = 0,
    known: Sequence[Tried] = (),
) -> Learned:
    """Learn a probe on pooled concepts (N, 2 F) with the L1 path.

    known: a path that was tried already on other photos of the same set; it is taken instead.
    """
    tried = tuple(known)
    start = None
    if not tried:
        held_back = evaluation.validation(labels, seed)
        problem = LearningProblem(
            features.take(np.flatnonzero(~held_back)), labels[~held_back], classes
        )
        judge = features.take(np.flatnonzero(held_back))
        found: list[Tried] = []
        l1s = l1_path(problem.most_l1())
        for fitted in problem.path(l1s, DECAY, lambda: told(len(found), PATH + 1)):
            scores = judge.times(fitted.weights.T)
            found.append(_tried(fitted, scores, labels[held_back], _concepts_used(fitted)))
            if best_of(found) is found[-1]:
                start = fitted.weights
        tried = tuple(found)
    best = best_of(tried)
    problem = LearningProblem(features, labels, classes)
    fitted = problem.fit(best.l1, best.l2, start, check=lambda: told(PATH, PATH + 1))
    told(PATH + 1, PATH + 1)
    return Learned(fitted, tried)


def learn_features(
    features: NDArray[np.float32],
    labels: NDArray[np.integer],
    classes: int,
    told: Told = lambda done, total: None,
    seed: int = 0,
    known: Sequence[Tried] = (),
) -> Learned:
    """Learn a probe on dense features (N, D) with the L2 weight that validation photos choose."""
    tried = tuple(known)
    total = len(DECAYS) + 1
    start = None
    if not tried:
        held_back = evaluation.validation(labels, seed)
        kept = features[~held_back]
        found: list[Tried] = []
        for l2 in DECAYS:
            fitted = fit_dense(
                kept, labels[~held_back], classes, l2, start, lambda: told(len(found), total)
            )
            start = fitted.weights
            scores = features[held_back] @ start.T
            found.append(_tried(fitted, scores, labels[held_back], fitted.used))
        tried = tuple(found)
    best = best_of(tried)
    fitted = fit_dense(features, labels, classes, best.l2, start, lambda: told(len(DECAYS), total))
    told(total, total)
    return Learned(fitted, tried)


def best_of(tried: Sequence[Tried]) -> Tried:
    """Return under what most validation photos were right; of equals that of the smallest loss."""
    return max(tried, key=lambda one: (one.accuracy, -one.loss))


def _tried(
    fitted: Fitted, scores: NDArray[np.floating], labels: NDArray[np.integer], used: int
) -> Tried:
    """Return how validation photos with scores (V, C) and labels (V,) were judged."""
    if not labels.size:
        return Tried(fitted.l1, fitted.l2, 0.0, 0.0, used, fitted.is_settled)
    share = float((scores.argmax(axis=1) == labels).mean())
    most = scores.max(axis=1)
    log_sums = np.log(np.exp(scores - most[:, None]).sum(axis=1)) + most
    loss = float((log_sums - scores[np.arange(labels.size), labels]).mean())
    return Tried(fitted.l1, fitted.l2, share, loss, used, fitted.is_settled)


def _concepts_used(fitted: Fitted) -> int:
    """Return how many concepts have a weight, as maximum or as mean."""
    half = fitted.weights.shape[1] // 2
    used: NDArray[np.bool_] = (fitted.weights != 0).any(axis=0)
    return int(np.count_nonzero(used[:half] | used[half:]))
