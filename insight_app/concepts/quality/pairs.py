"""How alike the photos of a concept are: monosemanticity, and what two concepts share.

Pach et al. (2504.02821): the activation-weighted mean cosine over all pairs of different photos, in
closed form. With a_i the strength of a concept in photo i and e_i its unit embedding,

    MS = (|sum_i a_i e_i|^2 - sum_i a_i^2) / ((sum_i a_i)^2 - sum_i a_i^2)

three running sums a concept, mergeable by addition. Numpy only. N photos, F concepts, w numbers an
embedding.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from insight_app.concepts.codes import Codes

FEWEST_PHOTOS = 3
"""A concept of fewer photos has no value: two are one pair."""


@dataclass(eq=False)
class PairSums:
    """Hold the running sums of F concepts.

    vectors (F, w) of a e; sums (F,) of a; squares (F,) of a^2; photos (F,) with a > 0.
    """

    vectors: NDArray[np.float64]
    sums: NDArray[np.float64]
    squares: NDArray[np.float64]
    photos: NDArray[np.int64]

    @classmethod
    def none(cls, concepts: int, width: int) -> PairSums:
        """Return the sums over no photo."""
        zeros = np.zeros(concepts)
        return cls(np.zeros((concepts, width)), zeros, zeros.copy(), np.zeros(concepts, np.int64))

    @classmethod
    def of(cls, strengths: NDArray[np.floating], embeddings: NDArray[np.floating]) -> PairSums:
        """Return the sums over N photos: strengths (N, F), embeddings (N, w) unit rows."""
        a, e = strengths.astype(np.float64), embeddings.astype(np.float64)
        photos = np.count_nonzero(a > 0, axis=0).astype(np.int64)
        return cls(a.T @ e, a.sum(0), np.square(a).sum(0), photos)

    def add(
        self,
        concepts: NDArray[np.integer],
        strengths: NDArray[np.floating],
        embeddings: NDArray[np.floating],
    ) -> None:
        """Add one photo: its n concepts (n,), each once, and their strengths (n,).

        embeddings: its embedding (w,), or one for each concept (n, w).
        """
        a = strengths.astype(np.float64)
        self.vectors[concepts] += a[:, None] * embeddings
        self.sums[concepts] += a
        self.squares[concepts] += a * a
        self.photos[concepts] += 1

    def merge(self, other: PairSums) -> None:
        """Add the sums over other photos."""
        self.vectors += other.vectors
        self.sums += other.sums
        self.squares += other.squares
        self.photos += other.photos

    @property
    def monosemanticity(self) -> NDArray[np.float64]:
        """(F,) the weighted mean cosine; nan for concepts of too few photos."""
        pairs = self.sums**2 - self.squares
        cosines = np.einsum("fw,fw->f", self.vectors, self.vectors) - self.squares
        is_known = (self.photos >= FEWEST_PHOTOS) & (pairs > 1e-12 * self.sums**2)
        found = np.full(pairs.shape, np.nan)
        np.divide(cosines, pairs, out=found, where=is_known)
        return found


def regions(
    codes: Codes, local: NDArray[np.floating]
) -> tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.float64]]:
    """Return the n concepts of a photo (n,), their strengths (n,) and their regions (n, w).

    codes of T cells, local (T, w): features of each cell, of another layer or encoder. A region is
    the activation-weighted mean of the features of a concept's cells, scaled to length 1; the
    strength is that of the strongest cell (METRICS.md, "Coherence by region").
    """
    concepts, place = np.unique(codes.indices, return_inverse=True)
    values = codes.values.astype(np.float64)
    weighted = np.zeros((concepts.size, local.shape[1]))
    np.add.at(weighted, place, values[:, None] * local[codes.rows])
    strengths = np.zeros(concepts.size)
    np.maximum.at(strengths, place, values)
    return concepts.astype(np.int64), strengths, unit(weighted)


def unit(rows: NDArray[np.floating]) -> NDArray[np.float64]:
    """Return rows (..., w) scaled to length 1, as float64; rows of zeros stay."""
    norms = np.linalg.norm(rows.astype(np.float64), axis=-1, keepdims=True)
    scaled: NDArray[np.float64] = rows / np.where(norms > 0, norms, 1)
    return scaled


def strongest(strengths: NDArray[np.floating], most: int) -> list[NDArray[np.int64]]:
    """Return for each of F concepts its strongest photos, at most so many, the strongest first.

    strengths (N, F); photos without the concept are left out, ties go to the earlier one.
    """
    order = np.argsort(-strengths, axis=0, kind="stable")[:most]
    counts = np.minimum(np.count_nonzero(strengths > 0, axis=0), most)
    return [
        np.asarray(order[:count, concept], np.int64)
        for concept, count in enumerate(counts.tolist())
    ]


def two_clusters(
    embeddings: NDArray[np.floating], rounds: int = 10
) -> tuple[float, tuple[int, int]]:
    """Return (1 - cosine of the two centroids, the row nearest to each) of rows (n, w), n >= 2.

    k-means with two clusters, begun with the row farthest from the mean and the one farthest from
    that: the same each time. 0 where all rows are the same.
    """
    rows = unit(embeddings)
    first = int(np.argmin(rows @ rows.mean(0)))
    second = int(np.argmin(rows @ rows[first]))
    centres = rows[[first, second]]
    for _ in range(rounds):
        nearer = np.square(rows[:, None] - centres).sum(2).argmin(1)
        if len(set(nearer.tolist())) < 2:
            return 0.0, (first, second)
        moved = np.stack([rows[nearer == one].mean(0) for one in (0, 1)])
        if np.array_equal(moved, centres):
            break
        centres = moved
    a, b = unit(centres)
    near = np.square(rows[:, None] - centres).sum(2).argmin(0)
    return float(1 - a @ b), (int(near[0]), int(near[1]))


def nearest_other(rows: NDArray[np.floating]) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Return for each row (F, w) its largest cosine with another, (F,), and which that is (F,).

    nan and -1 for rows of zeros or without another.
    """
    known = np.flatnonzero(np.linalg.norm(rows, axis=1) > 0)
    cosine, partner = np.full(len(rows), np.nan), np.full(len(rows), -1)
    units = unit(rows[known])
    for start in range(0, known.size if known.size > 1 else 0, _ROWS):
        cosines = units[start : start + _ROWS] @ units.T
        here = np.arange(len(cosines))
        cosines[here, start + here] = -np.inf
        best = cosines.argmax(1)
        chosen = known[start : start + _ROWS]
        cosine[chosen], partner[chosen] = cosines[here, best], known[best]
    return cosine, partner


_ROWS = 1024
"""Rows compared with all others at once: bounds memory."""


def matched(one: NDArray[np.floating], other: NDArray[np.floating]) -> NDArray[np.float64]:
    """Return (n,) the cosine of each row of one (n, D) with its partner in other (m, D), n <= m.

    Partners are chosen so that the sum of cosines is largest, each once (Hungarian method).
    """
    from scipy.optimize import linear_sum_assignment

    cosines = (unit(one) @ unit(other).T).astype(np.float32)
    rows, columns = linear_sum_assignment(cosines, maximize=True)
    found = np.full(len(one), np.nan)
    found[rows] = cosines[rows, columns]
    return found
