"""What an encoder's classifier says of whole photos, and how usual they are to its network.

Plain columns over the photos that exemplars lie in. Knows no rule.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from insight_app.concepts.naming.candidates import Terms

MEASURES = 3
"""Numbers that tell how usual a photo is, as `PhotoClasses.measures` explains."""


@dataclass(frozen=True, eq=False)
class PhotoClasses:
    """M photos, by image.

    image (M,) int64, ascending; classes (M, n) int64, their strongest classes; logits (M, n)
    float32, of the mean cell, the mean of all classes taken off. measures (M, 3) float64: the
    logarithms of the kurtosis of all its logits (high: few classes stand out from many), of the
    length of its feature over that feature's mean (high: few channels speak), and of the length.
    """

    image: NDArray[np.int64]
    classes: NDArray[np.int64]
    logits: NDArray[np.float32]
    measures: NDArray[np.float64]

    def rows_of(self, images: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return the row of each image (n,); KeyError for one that is not there."""
        rows = np.searchsorted(self.image, images)
        if (rows == self.image.size).any() or (self.image[rows] != images).any():
            raise KeyError("an exemplar lies in a photo that nothing is known of")
        return rows


class KeptOfPhoto(NamedTuple):
    """What is kept of a photo beside its codes: classes (n,), logits (n,), measures (4,).

    As `photo_measures` has them; empty where unknown.
    """

    classes: NDArray[np.uint16]
    logits: NDArray[np.float16]
    measures: NDArray[np.float16]


def photo_classes(photos: Mapping[int, KeptOfPhoto]) -> PhotoClasses | None:
    """Return what is known of photos by image; None if it is not known of one of them."""
    images = sorted(photos)
    kept = [photos[image] for image in images]
    classes = {one.classes.size for one in kept}
    if len(classes) != 1 or classes == {0} or any(not one.measures.size for one in kept):
        return None
    return PhotoClasses(
        np.array(images, np.int64),
        np.stack([one.classes for one in kept]).astype(np.int64),
        np.stack([one.logits for one in kept]).astype(np.float32),
        measures(np.stack([one.measures for one in kept]).astype(np.float64)),
    )


def measures(kept: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return (M, 3) as `PhotoClasses` has them, of what `photo_measures` has of them (M, 4)."""
    kurtosis, length, mean = np.maximum(kept[:, 1:], 1e-3).T
    found: NDArray[np.float64] = np.log(np.stack([kurtosis, length / mean, length], axis=1))
    return found


def columns_of(synsets: Sequence[str], vocabulary: Terms) -> NDArray[np.int64]:
    """Return (C,) the vocabulary's term of each class's synset, -1 where it has none."""
    column: dict[str, int] = {}
    for n, synset in enumerate(vocabulary.synsets):
        if synset:
            column.setdefault(synset, n)
    return np.array([column.get(synset, -1) for synset in synsets], np.int64)
