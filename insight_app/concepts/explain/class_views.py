"""What a classifier looks for: concepts for a class, classes for a concept, class against class.

A probe may weigh a concept's maximum and its mean, two weights that cannot be compared. So a weight
is told at usual strength: what the concept gives to a class's score in the mean over the photos
where it is active. Beside it the mean contribution over the photos of the class, active or not, and
how many of them it is active in. Numpy only.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from insight_app.concepts.explain.classifier import Classifier
from insight_app.concepts.explain.image_values import ImageValues


@dataclass(frozen=True, eq=False)
class ClassViews:
    """What F concepts give to C classes over N photos.

    weights: (C, F) at usual strength, nan for concepts active nowhere. contributions: (C, F) the
    mean over the photos of a class, nan for a class without photos. active: (C, F) int64 in how
    many of them; photos: (C,) int64.
    """

    weights: NDArray[np.float64]
    contributions: NDArray[np.float64]
    active: NDArray[np.int64]
    photos: NDArray[np.int64]

    def for_class(self, wanted: int, against: int | None = None) -> NDArray[np.int64]:
        """Return (n,) the concepts with a weight, the most for a class first, against it last.

        against: of the class's lead over another one.
        """
        return _by_size(self.lead(wanted, against))

    def lead(self, wanted: int, against: int | None = None) -> NDArray[np.float64]:
        """Return (F,) the weights of a class, or those less another one's."""
        found: NDArray[np.float64] = self.weights[wanted]
        return found if against is None else found - self.weights[against]

    def classes_for(self, concept: int) -> NDArray[np.int64]:
        """Return (n,) the classes with a weight for a concept, the most for it first."""
        return _by_size(self.weights[:, concept])


def of_photos(
    classifier: Classifier, values: ImageValues, labels: NDArray[np.integer]
) -> ClassViews:
    """Return what a classifier looks for, told on photos with labels (N,), -1 for none."""
    classes, concepts = len(classifier.classes), classifier.concepts
    row_of, indices = values.maxima.row_of, values.maxima.indices.astype(np.int64)
    active_in = np.bincount(indices, minlength=concepts)
    label_of = labels[row_of].astype(np.int64)
    known = label_of >= 0
    pair = (label_of * concepts + indices)[known]
    length = classifier.lengths(values)[row_of]
    weights = np.zeros((classes, concepts))
    given = np.zeros((classes, concepts))
    counted = np.bincount(labels[labels >= 0].astype(np.int64), minlength=classes)
    for block, pooled in (
        (classifier.of_maxima, values.maxima),
        (classifier.of_means, values.means),
    ):
        if block is None:
            continue
        one = pooled.values / length
        with np.errstate(invalid="ignore"):
            usual = np.bincount(indices, one, concepts) / active_in
            within = np.bincount(pair, one[known], classes * concepts)
            weights += block * usual
            given += block * within.reshape(classes, concepts) / counted[:, None]
    active = np.bincount(pair, minlength=classes * concepts).reshape(classes, concepts)
    return ClassViews(weights, given, active.astype(np.int64), counted.astype(np.int64))


def _by_size(weights: NDArray[np.float64]) -> NDArray[np.int64]:
    known = np.flatnonzero(np.isfinite(weights) & (weights != 0))
    return known[np.argsort(-weights[known], kind="stable")].astype(np.int64)
