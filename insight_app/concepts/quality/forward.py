"""Forward simulation: does a name alone tell where its concept fires? (METRICS.md, "Names").

The name's embedding is compared with every token of photos; the correlation, over cells, of that
cosine with the concept's activation is the score. Five running sums for each photo and concept, so
that photos can be left out of single concepts and drawn anew. Numpy only. N photos, F concepts,
T tokens, D token dimension.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from insight_app.concepts.codes import Codes
from insight_app.concepts.quality.pairs import unit


@dataclass(frozen=True, eq=False)
class Predictions:
    """Hold sums over the cells of each photo, (N, F) each, and the number of cells (N,).

    They are of the activation a and its square, of the prediction p and its square, and of their
    product.
    """

    cells: NDArray[np.float64]
    a: NDArray[np.float64]
    aa: NDArray[np.float64]
    ap: NDArray[np.float64]
    p: NDArray[np.float64]
    pp: NDArray[np.float64]

    def correlations(self, weights: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return (F,) the correlation over all cells, photos weighted by weights (N, F) or (N, 1).

        nan for a concept that is the same, or predicted the same, in all of these cells.
        """
        w = np.broadcast_to(weights, self.a.shape)
        n = (w * self.cells[:, None]).sum(0)
        a, aa, ap, p, pp = ((w * one).sum(0) for one in (self.a, self.aa, self.ap, self.p, self.pp))
        top = n * ap - a * p
        spread = (n * aa - a * a) * (n * pp - p * p)
        is_known = (n * aa - a * a > 1e-9 * n * aa) & (n * pp - p * p > 1e-9 * n * pp)
        found = np.full(top.shape, np.nan)
        np.divide(top, np.sqrt(np.maximum(spread, 0)), out=found, where=is_known & (spread > 0))
        return found


def predictions(
    tokens: list[NDArray[np.float32]], codes: list[Codes], names: NDArray[np.floating]
) -> Predictions:
    """Return the sums over photos: tokens (T_i, D), codes of T_i cells; names (F, D).

    names: the embedding of each concept's name; zeros for a concept without one.
    """
    columns: list[list[NDArray[np.floating]]] = [[] for _ in range(5)]
    directions = unit(names).astype(np.float32).T
    for x, one in zip(tokens, codes, strict=True):
        p = unit(x).astype(np.float32) @ directions
        rows, concepts = one.rows, one.indices.astype(np.int64)
        values, count = one.values.astype(np.float64), one.concepts
        products = values * p[rows, concepts]
        for column, weights in zip(columns, (values, values * values, products), strict=False):
            column.append(np.bincount(concepts, weights, count).astype(np.float64))
        columns[3].append(p.sum(0, dtype=np.float64))
        columns[4].append(np.square(p, dtype=np.float64).sum(0))
    cells = np.array([one.cells for one in codes], np.float64)
    return Predictions(cells, *(np.stack(column) for column in columns))
