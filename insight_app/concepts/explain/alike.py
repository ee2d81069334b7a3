"""Photos that are most alike in what mattered: the same concepts give the same to a class.

Two photos are compared by what their concepts give along one direction among the classes (a class's
score, or one's lead over another), a and b: 2 a·b / (|a|² + |b|²). It is 1 for the same concepts
giving as much, and small where one has a trace of what the other has plenty of, which a cosine
would call the same. What the likeness is made of, concept by concept, sums to it. Numpy only.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from insight_app.concepts.explain.classifier import Classifier
from insight_app.concepts.explain.contributions import PhotoValues, explain
from insight_app.concepts.explain.image_values import ImageValues


@dataclass(frozen=True, eq=False)
class AlikePhoto:
    """A photo alike: its row, how alike, and the concepts that make most of it, with their parts.

    concepts: (n,) int64; parts: (n,) float64, largest first.
    """

    row: int
    likeness: float
    concepts: NDArray[np.int64]
    parts: NDArray[np.float64]


def most_alike(
    classifier: Classifier,
    photo: PhotoValues,
    direction: NDArray[np.float64],
    values: ImageValues,
    number: int = 12,
    but: int | None = None,
    told: int = 5,
) -> list[AlikePhoto]:
    """Return the photos (of N) most alike to one along a direction (C,), the most alike first.

    but: the row of the photo itself. told: how many concepts are named of each. Photos that share
    nothing with it are left out.
    """
    found = explain(classifier, photo)
    own = found.of(direction) * found.length
    square = float(np.square(own).sum())
    if not square:
        return []
    of_maxima, of_means = _weights(classifier, direction)
    columns = values.columns_first
    shared = np.zeros(values.photos)
    for concept, given in zip(found.concepts.tolist(), own.tolist(), strict=True):
        rows, maxima = columns.maxima.row(concept)
        means = columns.means.row(concept)[1]
        shared[rows] += given * (of_maxima[concept] * maxima + of_means[concept] * means)
    halves = (_squares(values, of_maxima, of_means) + square) / 2
    likeness = shared / halves
    if but is not None:
        likeness[but] = 0.0
    best = np.argsort(-likeness, kind="stable")[:number]
    alike = []
    for row in best[likeness[best] > 0].tolist():
        concepts, maxima = values.maxima.row(row)
        theirs = of_maxima[concepts] * maxima + of_means[concepts] * values.means.row(row)[1]
        both, here, there = np.intersect1d(found.concepts, concepts, return_indices=True)
        parts = own[here] * theirs[there] / halves[row]
        most = np.argsort(-parts, kind="stable")[:told]
        alike.append(
            AlikePhoto(row, float(likeness[row]), both[most].astype(np.int64), parts[most])
        )
    return alike


def _weights(
    classifier: Classifier, direction: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return (F,) the weights of maxima and of means along a direction (C,)."""
    nothing = np.zeros(classifier.concepts)
    blocks = (classifier.of_maxima, classifier.of_means)
    of_maxima, of_means = (nothing if one is None else direction @ one for one in blocks)
    return of_maxima, of_means


def _squares(
    values: ImageValues, of_maxima: NDArray[np.float64], of_means: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return (N,) the squared lengths of all photos' contributions, undivided."""
    indices = values.maxima.indices
    given = of_maxima[indices] * values.maxima.values + of_means[indices] * values.means.values
    squares = np.square(given).astype(np.float64)
    found = np.bincount(values.maxima.row_of, squares, minlength=values.photos)
    return found.astype(np.float64)
