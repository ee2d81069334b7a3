"""A linear classifier over the concepts of whole photos, and its scores.

What a probe, typed classes (zero-shot) and a released probe have in common. The score of class c is

    (sum_k of_maxima[c, k] * maxima[k] + of_means[c, k] * means[k] + bias[c]) / length

with maxima and means of a photo's concepts over its cells (`image_values`). The weights of a probe
hold its pooling already, so that its length is 1 and switching a concept off takes exactly its
contribution away. Numpy only: a window scores photos itself. Knows no file and no project.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, cast, get_args

import numpy as np
from numpy.typing import NDArray

from insight_app.concepts.explain.image_values import ImageValues
from insight_app.concepts.explain.sparse import SparseRows

Kind = Literal["probe", "zero-shot", "released"]


@dataclass(frozen=True, eq=False)
class Reconstruction:
    """What a code stands for in the encoder's space: b_dec + means W_dec, of a whole photo.

    directions: W_dec (F, D) float32; offset: b_dec (D,) float32.
    """

    directions: NDArray[np.float32]
    offset: NDArray[np.float32]

    def of(self, means: SparseRows) -> NDArray[np.float64]:
        """Return (N, D) float64, the mean over a photo's cells of what its codes decode to."""
        return means.times(self.directions) + self.offset.astype(np.float64)

    def lengths(self, means: SparseRows) -> NDArray[np.float64]:
        """Return (N,) float64, the length of each photo's reconstruction.

        Infinite where it is zero: it points nowhere, and all its scores are zero.
        """
        lengths = np.linalg.norm(self.of(means), axis=1)
        return np.where(lengths > 0, lengths, np.inf)


@dataclass(frozen=True, eq=False)
class Classifier:
    """A linear classifier of C classes over F concepts.

    of_maxima, of_means: (C, F) float32 weights of the maxima and the means, None where it has none
    of these. bias: (C,) float64, None for none. reconstruction: where scores are cosines, that of
    which they are divided by the length (METHOD.md 5: contributions of means and bias then sum to
    the cosine); None where they are divided by nothing.
    """

    kind: Kind
    classes: tuple[str, ...]
    of_maxima: NDArray[np.float32] | None
    of_means: NDArray[np.float32] | None
    bias: NDArray[np.float64] | None = None
    reconstruction: Reconstruction | None = None

    def __post_init__(self) -> None:
        shapes = {block.shape for block in (self.of_maxima, self.of_means) if block is not None}
        if len(shapes) != 1 or len(shape := shapes.pop()) != 2 or shape[0] != len(self.classes):
            raise ValueError("the weights of a classifier do not fit its classes")
        if self.bias is not None and self.bias.shape != (len(self.classes),):
            raise ValueError("a classifier has another number of biases than of classes")
        space = self.reconstruction
        if space is not None and space.directions.shape[0] != shape[1]:
            raise ValueError("a classifier is of other concepts than its directions")

    @property
    def concepts(self) -> int:
        """F, how many concepts it is over."""
        block = self.of_means if self.of_maxima is None else self.of_maxima
        assert block is not None
        return int(block.shape[1])

    def used(self) -> NDArray[np.int64]:
        """Return (n,) the concepts that have a weight for any class, ascending."""
        blocks = [block for block in (self.of_maxima, self.of_means) if block is not None]
        return np.flatnonzero(sum((block != 0).any(axis=0).astype(int) for block in blocks))

    def lengths(self, values: ImageValues) -> NDArray[np.float64]:
        """Return (N,) what the scores of each photo are divided by."""
        if self.reconstruction is None:
            return np.ones(values.photos)
        return self.reconstruction.lengths(values.means)

    def scores(self, values: ImageValues) -> NDArray[np.float64]:
        """Return (N, C) float64 the scores of photos."""
        total = np.zeros((values.photos, len(self.classes)))
        for weights, pooled in ((self.of_maxima, values.maxima), (self.of_means, values.means)):
            if weights is not None:
                total += pooled.times(weights.T)
        if self.bias is not None:
            total += self.bias
        return total / self.lengths(values)[:, None]

    def decisions(self, values: ImageValues) -> NDArray[np.int64]:
        """Return (N,) the index of the class with the highest score; of equal ones the first."""
        found: NDArray[np.int64] = self.scores(values).argmax(axis=1)
        return found

    def to_arrays(self) -> dict[str, NDArray[Any]]:
        """Return its arrays by name, to be kept with `described`."""
        space = self.reconstruction
        found: dict[str, NDArray[Any] | None] = {
            "of_maxima": self.of_maxima,
            "of_means": self.of_means,
            "bias": self.bias,
            "directions": space.directions if space else None,
            "offset": space.offset if space else None,
        }
        return {name: array for name, array in found.items() if array is not None}

    @classmethod
    def from_arrays(
        cls, kind: str, classes: Sequence[str], arrays: Mapping[str, NDArray[Any]]
    ) -> "Classifier":
        """Return the classifier whose arrays these are; ValueError where they are not."""
        if kind not in get_args(Kind):
            raise ValueError(f"there is no classifier of the kind {kind[:40]!r}")
        for name, array in arrays.items():
            if array.dtype.kind != "f" or not np.isfinite(array).all():
                raise ValueError(f"{name[:40]!r} of a classifier is not of numbers")
        directions, offset = arrays.get("directions"), arrays.get("offset")
        reconstruction = None
        if directions is not None and offset is not None:
            if directions.ndim != 2 or offset.shape != directions.shape[1:]:
                raise ValueError("a classifier's directions have the wrong shape")
            reconstruction = Reconstruction(
                directions.astype(np.float32, copy=False), offset.astype(np.float32, copy=False)
            )
        blocks = (arrays.get("of_maxima"), arrays.get("of_means"))
        of_maxima, of_means = (
            None if block is None else block.astype(np.float32, copy=False) for block in blocks
        )
        bias = arrays.get("bias")
        return cls(
            cast(Kind, kind),
            tuple(classes),
            of_maxima,
            of_means,
            None if bias is None else bias.astype(np.float64, copy=False),
            reconstruction,
        )


def mean_of(classifiers: Sequence[Classifier]) -> Classifier:
    """Return the classifier whose scores are the mean of those of several, of the same classes."""
    first = classifiers[0]
    if len(classifiers) == 1:
        return first
    if any(one.reconstruction is not None for one in classifiers):
        raise ValueError("classifiers that divide by a length have no mean")

    def mean(name: str) -> NDArray[Any] | None:
        blocks = [getattr(one, name) for one in classifiers]
        known = [block for block in blocks if block is not None]
        if not known:
            return None
        dtype = known[0].dtype
        total = np.zeros(known[0].shape)
        for block in known:
            total += block
        return (total / len(classifiers)).astype(dtype)

    return Classifier(first.kind, first.classes, mean("of_maxima"), mean("of_means"), mean("bias"))
