"""Which class each cell of a photo belongs to, by words alone, and which concepts made it so.

A look (`windows`) has a token x, and its concepts stand for xhat = b_dec + sum over k of f_k d_k.
With t_c the unit vector of class c (METHOD.md 5):

    cos(xhat, t_c) = sum over k of  f_k <d_k, t_c> / |xhat|  +  <b_dec, t_c> / |xhat|

exactly, so the mean over looks of a cell, and over the cells of a region, is a sum over concepts
plus a bias. Labels go by probabilities, softmax(100 cos) over classes, averaged over the looks of a
cell. Background: a cell whose best class is less probable than a bar; or an encoder's own rule,
for which the background is the last class. Numpy only: the window computes regions itself.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from insight_app.concepts.codes import Codes
from insight_app.concepts.explain.windows import averaged
from insight_app.concepts.geometry import Geometry

TEMPERATURE = 100.0
BACKGROUND = -1
"""The label of a cell that belongs to no class."""
SURE = 0.99
"""A look whose best class is at least this probable is never made background by the own rule."""
FOREGROUND = 0.5
"""More than this, and the own rule leaves a look alone."""


@dataclass(frozen=True, eq=False)
class CosineParts:
    """What the cosines of E looks are made of: concepts' strengths and what a strength counts.

    codes: (E looks) as coded, in half precision; cell (E,) int64; lengths (E,) float64: |xhat|;
    weights (F, C) float32: <d_k, t_c>; bias (C,) float32: <b_dec, t_c>.
    """

    codes: Codes
    cell: NDArray[np.int64]
    lengths: NDArray[np.float64]
    weights: NDArray[np.float32]
    bias: NDArray[np.float32]

    def shares(self, cells: NDArray[np.bool_]) -> NDArray[np.float64]:
        """Return (E,) how much each look counts in the mean over some cells (cells,); sum 1."""
        looks = np.bincount(self.cell, minlength=cells.size)
        of_look = cells[self.cell] / looks[self.cell]
        return of_look / max(int(cells.sum()), 1)


@dataclass(frozen=True, eq=False)
class RegionParts:
    """What the mean cosines of a region are made of: contributions (n, C) + bias (C,) = scores.

    concepts (n,) int64, ascending: those active in it; all else float64.
    """

    concepts: NDArray[np.int64]
    contributions: NDArray[np.float64]
    bias: NDArray[np.float64]

    @property
    def scores(self) -> NDArray[np.float64]:
        """(C,) the mean cosine of the region's looks with each class."""
        found: NDArray[np.float64] = self.contributions.sum(0) + self.bias
        return found


@dataclass(frozen=True, eq=False)
class CellScores:
    """By cell and class, averaged over looks: cosines, probabilities (cells, C) float32."""

    cosines: NDArray[np.float32]
    probabilities: NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class SegmentedPhoto:
    """A photo by classes, through raw tokens and through concepts.

    names: the C classes; with the encoder's own background rule the last is the background.
    """

    names: tuple[str, ...]
    has_own_background: bool
    geometry: Geometry
    made_of: CosineParts
    raw: CellScores
    concepts: CellScores

    def to_arrays(self) -> dict[str, Any]:
        """Return everything as arrays by name, for a file."""
        g, parts = self.geometry, self.made_of
        return {
            "names": np.array(self.names),
            "own_background": np.array(self.has_own_background),
            "size": np.array((g.width, g.height)),
            "crop": np.array(g.crop),
            "grid": np.array((g.rows, g.cols)),
            "indptr": parts.codes.indptr,
            "indices": parts.codes.indices,
            "values": parts.codes.values,
            "cell": parts.cell,
            "lengths": parts.lengths,
            "weights": parts.weights,
            "bias": parts.bias,
            "raw_cosines": self.raw.cosines,
            "raw_probabilities": self.raw.probabilities,
            "cosines": self.concepts.cosines,
            "probabilities": self.concepts.probabilities,
        }


def from_arrays(arrays: Mapping[str, NDArray[Any]]) -> SegmentedPhoto:
    """Return what `SegmentedPhoto.to_arrays` was made of."""
    x, y, w, h = arrays["crop"].tolist()
    width, height = arrays["size"].tolist()
    rows, cols = arrays["grid"].tolist()
    weights = arrays["weights"]
    codes = Codes(arrays["indptr"], arrays["indices"], arrays["values"], len(weights))
    return SegmentedPhoto(
        tuple(arrays["names"].tolist()),
        bool(arrays["own_background"]),
        Geometry(width, height, (x, y, w, h), rows, cols),
        CosineParts(codes, arrays["cell"], arrays["lengths"], weights, arrays["bias"]),
        CellScores(arrays["raw_cosines"], arrays["raw_probabilities"]),
        CellScores(arrays["cosines"], arrays["probabilities"]),
    )


def segment(
    tokens: NDArray[np.float32],
    decoded: NDArray[np.float32],
    codes: Codes,
    cell: NDArray[np.int64],
    geometry: Geometry,
    names: tuple[str, ...],
    classes: NDArray[np.float32],
    decoder: NDArray[np.float32],
    offset: NDArray[np.float32],
    foreground: NDArray[np.float32] | None = None,
) -> SegmentedPhoto:
    """Segment a photo from its E looks.

    tokens, decoded (E, D): raw, and what `codes` (E looks) stand for; cell (E,); classes (C, D)
    unit rows; decoder (F, D), offset (D,): the dictionary's; foreground (E,): for an encoder's own
    background rule, the last class being the background.
    """
    made_of = CosineParts(
        codes,
        cell,
        np.linalg.norm(decoded.astype(np.float64), axis=1),
        decoder @ classes.T,
        classes @ offset,
    )
    cells = geometry.cells
    return SegmentedPhoto(
        names,
        foreground is not None,
        geometry,
        made_of,
        _scores(cosines(tokens, classes), cell, cells, foreground),
        _scores(cosines(decoded, classes), cell, cells, foreground),
    )


def cosines(tokens: NDArray[np.float32], classes: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return (E, C) cosines of tokens (E, D) with classes (C, D) of unit rows; 0 for no token."""
    lengths = np.linalg.norm(tokens, axis=1, keepdims=True)
    found: NDArray[np.float32] = tokens @ classes.T / np.maximum(lengths, 1e-12)
    return found


def probabilities(found: NDArray[np.floating]) -> NDArray[np.floating]:
    """Return softmax(100 cosine) over the last axis, (..., C)."""
    raised = np.exp(TEMPERATURE * (found - found.max(-1, keepdims=True)))
    each: NDArray[np.floating] = raised / raised.sum(-1, keepdims=True)
    return each


def _scores(
    found: NDArray[np.float32],
    cell: NDArray[np.int64],
    cells: int,
    foreground: NDArray[np.float32] | None,
) -> CellScores:
    each = probabilities(found)
    if foreground is not None:
        unsure = (each.max(-1) < SURE) & (foreground <= FOREGROUND)
        each[unsure, -1] = 1.0
    return CellScores(
        averaged(found, cell, cells).astype(np.float32),
        averaged(each, cell, cells).astype(np.float32),
    )


def labels(
    best: NDArray[np.integer],
    probability: NDArray[np.floating],
    below: float | None,
    own_background: int | None = None,
) -> NDArray[np.int64]:
    """Return labels: the best class, or BACKGROUND where it is less probable than `below`.

    best, probability: (cells,) or (h, w), the most probable class and its probability;
    own_background: the class that is the background by the encoder's own rule, where `below` does
    not count.
    """
    found = best.astype(np.int64)
    if own_background is not None:
        found[best == own_background] = BACKGROUND
    elif below is not None:
        found[probability < below] = BACKGROUND
    return found


def cell_labels(
    photo: SegmentedPhoto, scores: CellScores, below: float | None = None
) -> NDArray[np.int64]:
    """Return (cells,) the label of each cell by `photo.raw` or `photo.concepts`."""
    own = len(photo.names) - 1 if photo.has_own_background else None
    each = scores.probabilities
    return labels(each.argmax(1), each.max(1), below, own)


def region_at(found: NDArray[np.int64], cell: int, rows: int, cols: int) -> NDArray[np.bool_]:
    """Return (cells,) the cells connected with `cell` by sides that have its label."""
    same = (found == found[cell]).reshape(rows, cols)
    region = np.zeros_like(same)
    region.flat[cell] = True
    while True:
        grown = region.copy()
        grown[1:] |= region[:-1]
        grown[:-1] |= region[1:]
        grown[:, 1:] |= region[:, :-1]
        grown[:, :-1] |= region[:, 1:]
        grown &= same
        if (grown == region).all():
            whole: NDArray[np.bool_] = region.ravel()
            return whole
        region = grown


def region_parts(made_of: CosineParts, cells: NDArray[np.bool_]) -> RegionParts:
    """Return what the mean cosines over some cells (cells,) are made of, concept by concept."""
    each = made_of.shares(cells) / np.maximum(made_of.lengths, 1e-12)
    codes = made_of.codes
    strengths = codes.values.astype(np.float64) * each[codes.rows]
    mass: NDArray[np.float64] = np.bincount(codes.indices, strengths, codes.concepts).astype(float)
    concepts = np.flatnonzero(mass)
    return RegionParts(
        concepts.astype(np.int64),
        mass[concepts, None] * made_of.weights[concepts].astype(np.float64),
        each.sum() * made_of.bias.astype(np.float64),
    )


def concept_map(made_of: CosineParts, concept: int, wanted: int, cells: int) -> NDArray[np.float64]:
    """Return (cells,) what a concept gives to the cosine of each cell with a class; signed.

    Its mean over a region is the concept's contribution there.
    """
    looks = made_of.codes.map_of(concept) / np.maximum(made_of.lengths, 1e-12)
    on_cells = averaged(looks[:, None], made_of.cell, cells)[:, 0]
    found: NDArray[np.float64] = on_cells * float(made_of.weights[concept, wanted])
    return found
