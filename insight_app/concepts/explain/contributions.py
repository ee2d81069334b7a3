"""What each concept gives to a photo's scores, exactly, and where in the photo it gives it.

A score is a sum over concepts (METHOD.md 5):

    s_c = (sum over k of  M[c, k] max_k + A[c, k] mean_k  + bias_c) / length

max_k is the strongest cell of concept k, mean_k the sum over the cells divided by their number;
M, A and bias are the classifier's. The length is 1, or that of the reconstruction,
|b_dec + mean W_dec|, where a score is a cosine. So contributions and bias sum to the score.

A contribution lies where the concept does: the mean's part at each cell by its strength, the
maximum's part at the strongest cell, in equal parts where several are equally strong. Signs stay.
"A and not B" is one score less the other, concept by concept. Numpy only; knows no files.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from insight_app.concepts.codes import Codes
from insight_app.concepts.explain.classifier import Classifier, Reconstruction
from insight_app.concepts.explain.image_values import ImageValues, of_image


@dataclass(frozen=True, eq=False)
class PhotoValues:
    """The concepts active in one photo, ascending: (n,) int64; maxima, means (n,) float64.

    The numbers are those kept for all photos (`image_values`), as wide as sums need them.
    """

    concepts: NDArray[np.int64]
    maxima: NDArray[np.float64]
    means: NDArray[np.float64]

    def without(self, concepts: NDArray[np.integer]) -> "PhotoValues":
        """Return the values with these concepts, (m,), gone."""
        stays = ~np.isin(self.concepts, concepts)
        return PhotoValues(self.concepts[stays], self.maxima[stays], self.means[stays])


@dataclass(frozen=True, eq=False)
class Explanation:
    """What the scores of one photo are made of: contributions (n, C) + bias (C,) = scores (C,).

    concepts (n,) int64, ascending; all else float64. length: what all of it is divided by already.
    """

    concepts: NDArray[np.int64]
    contributions: NDArray[np.float64]
    bias: NDArray[np.float64]
    length: float

    @property
    def scores(self) -> NDArray[np.float64]:
        """(C,) the scores."""
        found: NDArray[np.float64] = self.contributions.sum(axis=0) + self.bias
        return found

    def of(self, direction: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return (n,) what each concept gives along a direction (C,) among the classes."""
        found: NDArray[np.float64] = self.contributions @ direction
        return found


def toward(classes: int, wanted: int, against: int | None = None) -> NDArray[np.float64]:
    """Return (C,) the direction of a class's score, or of its lead over another class."""
    direction = np.zeros(classes)
    direction[wanted] = 1.0
    if against is not None:
        direction[against] -= 1.0
    return direction


def photo_values(codes: Codes) -> PhotoValues:
    """Return the maxima and means of a photo whose cells are the rows of `codes`, as stored."""
    found = of_image(codes)
    return PhotoValues(
        found.concepts.astype(np.int64),
        found.maxima.astype(np.float64),
        found.means.astype(np.float64),
    )


def of_row(values: ImageValues, row: int) -> PhotoValues:
    """Return the maxima and means of one of many photos."""
    concepts, maxima = values.maxima.row(row)
    means = values.means.row(row)[1]
    return PhotoValues(
        concepts.astype(np.int64), maxima.astype(np.float64), means.astype(np.float64)
    )


def length_of(reconstruction: Reconstruction, values: PhotoValues) -> float:
    """Return |b_dec + mean W_dec| of a photo, 1 where that is 0."""
    rows = reconstruction.directions[values.concepts].astype(np.float64)
    return float(np.linalg.norm(reconstruction.offset + values.means @ rows)) or 1.0


def explain(classifier: Classifier, values: PhotoValues) -> Explanation:
    """Return what each concept of a photo gives to the score of every class."""
    found = np.zeros((values.concepts.size, len(classifier.classes)))
    if classifier.of_maxima is not None:
        found += values.maxima[:, None] * classifier.of_maxima[:, values.concepts].T
    if classifier.of_means is not None:
        found += values.means[:, None] * classifier.of_means[:, values.concepts].T
    bias = np.zeros(found.shape[1])
    if classifier.bias is not None:
        bias += classifier.bias
    length = 1.0
    if classifier.reconstruction is not None:
        length = length_of(classifier.reconstruction, values)
    return Explanation(values.concepts, found / length, bias / length, length)


def cell_map(
    classifier: Classifier,
    codes: Codes,
    concepts: NDArray[np.integer],
    direction: NDArray[np.float64],
    length: float = 1.0,
) -> NDArray[np.float64]:
    """Return (T,) what concepts together give at each cell; it sums to their contributions.

    concepts: (m,), each once.  direction: (C,), see `toward`.  length: the explanation's.
    """
    chosen = np.isin(codes.indices, concepts)
    rows, which = codes.rows[chosen], codes.indices[chosen].astype(np.int64)
    values = codes.values[chosen].astype(np.float64)
    given = np.zeros(which.size)
    known, place = np.unique(which, return_inverse=True)
    if classifier.of_means is not None and known.size:
        weight = direction @ classifier.of_means[:, known]
        sums = np.bincount(place, values, known.size)
        # As a share of the mean as it is kept, so that the map sums to the contribution.
        means = (sums / codes.cells).astype(np.float32).astype(np.float64)
        given += (weight * means / sums)[place] * values
    if classifier.of_maxima is not None and known.size:
        weight = direction @ classifier.of_maxima[:, known]
        maxima = np.zeros(known.size)
        np.maximum.at(maxima, place, values)
        is_strongest = values == maxima[place]
        share = 1.0 / np.bincount(place, is_strongest, known.size)
        given += np.where(is_strongest, weight[place] * values * share[place], 0.0)
    return np.bincount(rows, given / length, codes.cells).astype(np.float64)
