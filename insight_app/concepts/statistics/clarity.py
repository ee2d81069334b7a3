"""Whether a concept's strongest images have something in common, and its control.

Clarity = mean cosine of all pairs of a concept's STRONGEST strongest images, by features of another
layer than its tokens' (METRICS.md, Monosemanticity with equal weights), from which the mean
direction of all images is taken off: what all photos have in common says nothing of a concept, and
hides what some have (measured on 500 photos: 0.61 of the concepts under the bound with it, 0.34
without). The same of random
directions of token space tells what any direction shows: a concept below their 95 % bound shows
nothing in common. (An image is ranked by its strongest cell, and by that the concepts of an
untrained dictionary are random directions too.) Numpy only.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from insight_app.concepts.random_directions import DIRECTIONS, FEATURES
from insight_app.concepts.statistics.maxima import Maxima

STRONGEST = 10
FEWEST = 3
"""Over fewer images nothing is said of a concept."""
FEWEST_IMAGES = 300
"""With fewer images in all, any direction's ten strongest are a good part of them, and alike."""
_UNITS = 1 << 20
"""Fixed point of the sum of directions: it is the same however images were divided."""
BOUND = 0.95
_EMPTY = np.uint64(0xFFFF_FFFF_FFFF_FFFF)
_ROWS = 1024
"""Concepts whose features are looked at together."""


class StrongestImages:
    """The strongest images of each of F concepts and of the random directions, with their features.

    One image is one sortable number: its strength, inverted, then the image (16 + 32 bits), so that
    the strongest do not depend on how images were divided. ranked (F + DIRECTIONS, STRONGEST)
    uint64, ascending, all ones where there are fewer; images: how many were offered; known (n,)
    uint32: those that are ranked, ascending; features (n, FEATURES) int8: theirs. total (FEATURES,)
    int64: the sum of all images' directions, in _UNITS.
    """

    def __init__(self, concepts: int) -> None:
        self.ranked = np.full((concepts + DIRECTIONS, STRONGEST), _EMPTY, np.uint64)
        self.images = 0
        self.known = np.zeros(0, np.uint32)
        self.features = np.zeros((0, FEATURES), np.int8)
        self.total = np.zeros(FEATURES, np.int64)

    @property
    def concepts(self) -> int:
        return int(self.ranked.shape[0]) - DIRECTIONS

    def add(
        self,
        strongest: Maxima,
        images: NDArray[np.uint32],
        features: NDArray[np.int8],
        controls: NDArray[np.float16],
    ) -> None:
        """Offer n images whose features are known, with the maxima of their codes.

        images (n,); features (n, FEATURES); controls (n, DIRECTIONS).
        """
        offered = type(self)(self.concepts)
        first = np.searchsorted(strongest.concept, np.arange(self.concepts + 1))
        rank = np.arange(strongest.concept.size) - first[strongest.concept]
        keys = _keys(strongest.value, strongest.image)
        is_best = rank < STRONGEST
        offered.ranked[strongest.concept[is_best], rank[is_best]] = keys[is_best]
        along = np.sort(_keys(controls.T, images[None]), axis=1)[:, :STRONGEST]
        offered.ranked[self.concepts :, : along.shape[1]] = along
        offered.images = int(images.size)
        offered.total = np.rint(_unit(features) * _UNITS).astype(np.int64).sum(axis=0)
        order = np.argsort(images)
        offered.known, offered.features = images[order].astype(np.uint32), features[order]
        self.merge(offered)

    def merge(self, other: "StrongestImages") -> None:
        """Offer what was strongest among other images over the same concepts."""
        if other.ranked.shape != self.ranked.shape:
            raise ValueError("strongest images of different dictionaries cannot be merged")
        both = np.concatenate([self.ranked, other.ranked], axis=1)
        both.sort(axis=1)
        self.ranked = both[:, :STRONGEST].copy()
        self.images += other.images
        self.total = self.total + other.total
        known = np.concatenate([self.known, other.known])
        features = np.concatenate([self.features, other.features])
        order = np.argsort(known, kind="stable")
        order = order[np.isin(known[order], _images(self.ranked[self.ranked != _EMPTY]))]
        self.known, self.features = known[order], features[order]

    def clarity(self) -> tuple[NDArray[np.float32], float]:
        """Return (F,) the clarity of each concept, NaN over too few images, and its control.

        The control is the value that BOUND of the random directions do not exceed; NaN with too few
        images in all.
        """
        parts = [
            self._mean_cosine(self.ranked[start : start + _ROWS])
            for start in range(0, len(self.ranked), _ROWS)
        ]
        found = np.concatenate(parts)
        of_concepts, of_directions = found[: self.concepts], found[self.concepts :]
        bound = float("nan")
        if self.images >= FEWEST_IMAGES:
            bound = float(np.quantile(of_directions, BOUND))
        return of_concepts.astype(np.float32), bound

    def _mean_cosine(self, ranked: NDArray[np.uint64]) -> NDArray[np.float64]:
        """Return (n,) the mean cosine of all pairs of each row's images, NaN of fewer than FEWEST.

        With unit features e_i, less the mean of all and unit again, it is (|sum e_i|^2 -
        sum |e_i|^2) / (m (m - 1)), m images.
        """
        unit = _unit(_unit(self.features) - self.total / (_UNITS * max(self.images, 1)))
        is_there = ranked != _EMPTY
        of_each = np.zeros((*ranked.shape, FEATURES))
        of_each[is_there] = unit[np.searchsorted(self.known, _images(ranked[is_there]))]
        m = is_there.sum(axis=1)
        pairs = np.square(of_each.sum(axis=1)).sum(axis=1) - np.square(of_each).sum(axis=(1, 2))
        found = np.full(len(ranked), np.nan)
        np.divide(pairs, m * (m - 1), out=found, where=m >= FEWEST)
        return found

    def to_arrays(self) -> dict[str, NDArray[Any]]:
        """Return ranked, known, features, total and count (1,) for a file, not copied."""
        return {
            "ranked": self.ranked,
            "known": self.known,
            "features": self.features,
            "total": self.total,
            "count": np.array([self.images], np.int64),
        }

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[Any]]) -> "StrongestImages":
        """Take over what `to_arrays` returned."""
        found = cls(len(arrays["ranked"]) - DIRECTIONS)
        shape = arrays["known"].size, FEATURES
        if arrays["ranked"].shape != found.ranked.shape or arrays["features"].shape != shape:
            raise ValueError("stored strongest images have wrong shapes")
        found.ranked, found.known, found.features, found.total = (
            arrays[name] for name in ("ranked", "known", "features", "total")
        )
        found.images = int(arrays["count"][0])
        return found


def _unit(features: NDArray[np.int8] | NDArray[np.float64]) -> NDArray[np.float64]:
    wide = features.astype(np.float64)
    length = np.linalg.norm(wide, axis=1, keepdims=True)
    unit: NDArray[np.float64] = np.divide(wide, length, out=wide, where=length > 0)
    return unit


def _keys(value: NDArray[np.float16], image: NDArray[np.uint32]) -> NDArray[np.uint64]:
    """Return numbers that ascend as strengths fall, of any sign, ties by image."""
    bits = np.ascontiguousarray(value).view(np.uint16)
    is_negative = bits >> 15 == 1
    weakness = np.where(is_negative, bits, 0x7FFF - bits).astype(np.uint64)
    return weakness << np.uint64(32) | image.astype(np.uint64)


def _images(keys: NDArray[np.uint64]) -> NDArray[np.uint32]:
    return (keys & np.uint64(0xFFFF_FFFF)).astype(np.uint32)
