"""What scores become when concepts are switched off or scaled: in one photo, in many, everywhere.

A factor says by how much a concept's strength is multiplied in every cell: 0 switches it off, 1
leaves it, 2 doubles it. Maxima and means are multiplied alike, so a score changes by exactly
(factor - 1) times the contribution; where scores are divided by the length of the reconstruction
(`contributions`), the length is computed anew. Of many photos only those are touched where a
changed concept is active. Numpy only; knows no files.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from insight_app.concepts.explain.classifier import Classifier, Reconstruction
from insight_app.concepts.explain.contributions import PhotoValues
from insight_app.concepts.explain.image_values import ImageValues
from insight_app.concepts.explain.sparse import SparseRows

Factors = Mapping[int, float]
"""By how much each concept that is changed is multiplied, 0 to MOST."""
MOST = 2.0
_AT_ONCE = 1 << 21
"""Numbers that are held for the photos changed at once: 16 MB."""


def in_photo(values: PhotoValues, factors: Factors) -> PhotoValues:
    """Return the values of a photo with concepts scaled; what is switched off is gone."""
    scale = np.array([factors.get(one, 1.0) for one in values.concepts.tolist()], np.float64)
    stays = scale != 0
    maxima, means = values.maxima * scale, values.means * scale
    return PhotoValues(values.concepts[stays], maxima[stays], means[stays])


@dataclass(frozen=True, eq=False)
class ScoredPhotos:
    """N photos with their scores: what interventions in many start from.

    classifiers: one for each fold, all of the same classes; fold: (N,) by which of them each photo
    is judged, the one that did not see it.  scores: (N, C) as these give them.  lengths: (N,) what
    they are divided by, None for nothing.
    """

    values: ImageValues
    classifiers: Sequence[Classifier]
    fold: NDArray[np.integer]
    scores: NDArray[np.floating]
    lengths: NDArray[np.float64] | None = None

    @cached_property
    def decisions(self) -> NDArray[np.int64]:
        """(N,) the class with the highest score, of equal ones the first."""
        found: NDArray[np.int64] = self.scores.argmax(axis=1)
        return found

    def with_any(self, concepts: Sequence[int]) -> NDArray[np.int64]:
        """Return (m,) the photos where any of these concepts is active, ascending."""
        columns = self.values.columns_first.maxima
        found = [columns.row(concept)[0] for concept in concepts]
        return np.unique(np.concatenate(found)).astype(np.int64) if found else np.zeros(0, np.int64)


def score(
    values: ImageValues, classifiers: Sequence[Classifier], fold: NDArray[np.integer]
) -> ScoredPhotos:
    """Return photos with their scores; fold: (N,) the classifier of each."""
    scores = np.zeros((values.photos, len(classifiers[0].classes)))
    lengths = np.ones(values.photos)
    for number, classifier in enumerate(classifiers):
        rows = np.flatnonzero(fold == number)
        taken = values.take(rows)
        scores[rows] = classifier.scores(taken)
        lengths[rows] = classifier.lengths(taken)
    is_divided = any(one.reconstruction is not None for one in classifiers)
    return ScoredPhotos(values, classifiers, fold, scores, lengths if is_divided else None)


@dataclass(frozen=True, eq=False)
class Rescored:
    """What an intervention did: the photos it touched, (m,), and their scores after it, (m, C)."""

    rows: NDArray[np.int64]
    scores: NDArray[np.float64]

    def decisions(self, before: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return (N,) the decisions of all photos after it; before: (N,) those before it."""
        after = before.copy()
        if self.rows.size:
            after[self.rows] = self.scores.argmax(axis=1)
        return after


def in_photos(
    photos: ScoredPhotos, factors: Factors, rows: NDArray[np.integer] | None = None
) -> Rescored:
    """Return what scaling concepts does to photos; rows: only to these, (n,), each once."""
    concepts = sorted(concept for concept, factor in factors.items() if factor != 1)
    touched = photos.with_any(concepts)
    if rows is not None:
        touched = np.intersect1d(touched, rows)
    scale = np.array([factors[concept] - 1 for concept in concepts])
    after = np.zeros((touched.size, photos.scores.shape[1]))
    at_once = max(1, _AT_ONCE // max(1, len(concepts) + after.shape[1]))
    for start in range(0, touched.size, at_once):
        part = touched[start : start + at_once]
        maxima = _columns(photos.values.columns_first.maxima, concepts, part) * scale
        means = _columns(photos.values.columns_first.means, concepts, part) * scale
        after[start : start + at_once] = _after(photos, concepts, part, maxima, means)
    return Rescored(touched, after)


def _after(
    photos: ScoredPhotos,
    concepts: Sequence[int],
    rows: NDArray[np.int64],
    maxima: NDArray[np.float64],
    means: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Return (m, C) the scores of rows (m,) where k concepts changed by maxima, means (m, k)."""
    after = photos.scores[rows].astype(np.float64)
    fold = photos.fold[rows]
    for number in np.unique(fold).tolist():
        classifier, here = photos.classifiers[number], fold == number
        change = np.zeros((int(here.sum()), after.shape[1]))
        if classifier.of_maxima is not None:
            change += maxima[here] @ classifier.of_maxima[:, concepts].T.astype(np.float64)
        if classifier.of_means is not None:
            change += means[here] @ classifier.of_means[:, concepts].T.astype(np.float64)
        if classifier.reconstruction is None or photos.lengths is None:
            after[here] += change
            continue
        length = photos.lengths[rows[here]]
        taken = photos.values.take(rows[here])
        longer = _lengths(classifier.reconstruction, taken, length, concepts, means[here])
        after[here] = (after[here] * length[:, None] + change) / longer[:, None]
    return after


def _lengths(
    reconstruction: Reconstruction,
    values: ImageValues,
    lengths: NDArray[np.float64],
    concepts: Sequence[int],
    means: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Return (m,) the lengths of reconstructions to which k concepts were added by means (m, k).

    |x + d W|^2 = |x|^2 + 2 d (W x) + d (W W') d', W the (k, D) directions of these concepts: no
    reconstruction is computed again.
    """
    directions = reconstruction.directions[list(concepts)].astype(np.float64)
    along = values.means.times(reconstruction.directions.astype(np.float64) @ directions.T)
    along += directions @ reconstruction.offset
    squares = np.square(lengths) + 2 * (means * along).sum(axis=1)
    squares += ((means @ (directions @ directions.T)) * means).sum(axis=1)
    found = np.sqrt(np.maximum(squares, 0.0))
    return np.where(found > 0, found, 1.0)


def _columns(
    by_concept: SparseRows, concepts: Sequence[int], rows: NDArray[np.int64]
) -> NDArray[np.float64]:
    """Return (m, k) the values of k concepts in photos (m,), ascending."""
    found = np.zeros((rows.size, len(concepts)))
    for column, concept in enumerate(concepts):
        photos, values = by_concept.row(concept)
        low, high = np.searchsorted(photos, rows[[0, -1]] + np.array([0, 1]))
        place = np.searchsorted(rows, photos[low:high])
        is_here = rows[np.minimum(place, rows.size - 1)] == photos[low:high]
        found[place[is_here], column] = values[low:high][is_here]
    return found
