"""How few concepts stand for a whole photo: the surrogate error (SURF, arXiv 2504.10833).

Of a photo only n concepts are kept, those that give most to all classes together (the sum of
|contribution|), and the scores worked out anew: the mean absolute error over *all* class scores,
between the full photo and the one with n concepts, by n; beside it n concepts at random (a mean of
DRAWS), which must be worse. Relative: the error with no concept is 1. Numpy only.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from insight_app.concepts.explain.classifier import Classifier
from insight_app.concepts.explain.contributions import PhotoValues, explain
from insight_app.concepts.quality.intervals import Interval, bootstrap

DRAWS = 20
NUMBERS = (0, 1, 2, 5, 10, 20, 50, 100)


@dataclass(frozen=True, eq=False)
class SurrogateErrors:
    """Errors of photos when n concepts are kept: (m,) each, in units of the score.

    numbers: n of each. kept: the ones that give most; random: as many at random; intervals: of
    `kept`, over photos. concepts: how many a photo has, in the mean.
    """

    photos: int
    concepts: float
    numbers: tuple[int, ...]
    kept: tuple[float, ...]
    intervals: tuple[Interval, ...]
    random: tuple[float, ...]


def of_photo(
    classifier: Classifier, values: PhotoValues, numbers: Sequence[int] = NUMBERS, seed: int = 0
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the errors of one photo with n concepts kept, (m,): those that give most, random."""
    found = explain(classifier, values)
    order = np.argsort(-np.abs(found.contributions).sum(axis=1), kind="stable")
    rng = np.random.default_rng(seed)
    whole = found.scores
    own = _errors(classifier, values, whole, order, numbers)
    drawn = [
        _errors(classifier, values, whole, rng.permutation(order.size), numbers)
        for _ in range(DRAWS)
    ]
    return own, np.mean(drawn, axis=0)


def _errors(
    classifier: Classifier,
    values: PhotoValues,
    whole: NDArray[np.float64],
    order: NDArray[np.int64],
    numbers: Sequence[int],
) -> NDArray[np.float64]:
    """Return (m,) the mean absolute error of all scores with the first n of an order kept."""
    errors = []
    for number in numbers:
        kept = np.sort(order[:number])
        part = PhotoValues(values.concepts[kept], values.maxima[kept], values.means[kept])
        errors.append(np.abs(explain(classifier, part).scores - whole).mean())
    return np.array(errors, np.float64)


def over_photos(
    photos: Sequence[tuple[Classifier, PhotoValues]], numbers: Sequence[int] = NUMBERS
) -> SurrogateErrors:
    """Return the mean errors of photos, each with the classifier that judges it."""
    found = [of_photo(*photo, numbers, seed) for seed, photo in enumerate(photos)]
    own = np.stack([one for one, _ in found])
    drawn = np.stack([one for _, one in found])
    intervals = tuple(_interval(column) for column in own.T)
    return SurrogateErrors(
        len(photos),
        float(np.mean([values.concepts.size for _, values in photos])),
        tuple(numbers),
        tuple(own.mean(axis=0).tolist()),
        intervals,
        tuple(drawn.mean(axis=0).tolist()),
    )


def _interval(errors: NDArray[np.float64]) -> Interval:
    """Return the interval of the mean error of photos (N,)."""
    return bootstrap(lambda weights: weights @ errors / errors.size, errors.size)
