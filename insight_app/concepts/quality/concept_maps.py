"""Where concepts are in one image, where labels are, and maps that know less: shuffled, rolled.

A map is a concept's strength in every cell of the grid that the model saw. Owns the support of a
map (METRICS.md, "Grounding"). Numpy alone.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from insight_app.concepts.codes import Codes

MASS = 0.9
"""Share of a map's mass that its support holds."""
ROUNDING = 1e-6
"""Maps are of single precision: so much of a sum may be missing without meaning anything."""


@dataclass(frozen=True, eq=False)
class LabelledMaps:
    """One image: the m concepts active in it and the n labels that have a cell in it.

    concepts (m,) int64; values (m, cells) float32, not negative; labels (n,) int64 rows of a list
    of labels; masks (n, cells) bool, where parts were dilated they may overlap; a cell in no mask
    is background. rows x cols cells.
    """

    concepts: NDArray[np.int64]
    values: NDArray[np.float32]
    labels: NDArray[np.int64]
    masks: NDArray[np.bool_]
    rows: int
    cols: int


def maps_of(codes: Codes) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """Return the concepts active in an image, (m,) ascending, and their maps (m, cells)."""
    concepts, row_of = np.unique(codes.indices, return_inverse=True)
    values = np.zeros((concepts.size, codes.cells), np.float32)
    values[row_of, codes.rows] = codes.values
    return concepts.astype(np.int64), values


def supports(values: NDArray[np.float32]) -> NDArray[np.bool_]:
    """Return (m, cells) the support of each map (m, cells).

    That is its cells in falling order until 90 % of its mass is in; cells as strong as the last one
    are in too. A map of zeros has none.
    """
    falling = -np.sort(-values.astype(np.float64), axis=1)
    mass = falling.cumsum(1)
    total = mass[:, -1:]
    last = (mass < MASS * total * (1 - ROUNDING)).sum(1)
    least = np.take_along_axis(falling, np.minimum(last, values.shape[1] - 1)[:, None], 1)
    kept: NDArray[np.bool_] = (values >= least) & (values > 0)
    return kept


def ious(supported: NDArray[np.bool_], masks: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Return (m, n) intersection over union of supports (m, cells) and masks (n, cells)."""
    first, second = supported.astype(np.float64), masks.astype(np.float64)
    both = first @ second.T
    either = first.sum(1)[:, None] + second.sum(1)[None] - both
    shared: NDArray[np.float64] = np.divide(both, either, out=np.zeros_like(both), where=either > 0)
    return shared


# ---- maps that know less


def shuffled(images: Sequence[LabelledMaps], seed: int = 0) -> list[LabelledMaps]:
    """Return the images with the cells of each map in random order: random maps of equal mass."""
    rng = np.random.default_rng(seed)
    return [replace(one, values=rng.permuted(one.values, axis=1)) for one in images]


def rolled(images: Sequence[LabelledMaps], seed: int = 0) -> list[LabelledMaps]:
    """Return the images with each map moved by a step of its own, around the edges.

    Its shape stays, its place is lost.
    """
    rng = np.random.default_rng(seed)
    return [replace(one, values=_rolled(one, rng)) for one in images]


def _rolled(one: LabelledMaps, rng: np.random.Generator) -> NDArray[np.float32]:
    rows, cols = one.rows, one.cols
    step = rng.integers(1, max(rows * cols, 2), len(one.values))
    down, across = np.divmod(step, cols)
    row = (np.arange(rows)[None, :, None] - down[:, None, None]) % rows
    col = (np.arange(cols)[None, None] - across[:, None, None]) % cols
    grid = one.values.reshape(-1, rows, cols)
    moved: NDArray[np.float32] = grid[np.arange(len(grid))[:, None, None], row, col]
    return moved.reshape(one.values.shape)


def of_another_image(images: Sequence[LabelledMaps], seed: int = 0) -> list[LabelledMaps]:
    """Return the images, each with all the maps of another one; all have the same grid."""
    order = np.random.default_rng(seed).permutation(len(images))
    found = list(images)
    for here, there in zip(order, np.roll(order, 1), strict=True):
        other = images[there]
        found[here] = replace(images[here], concepts=other.concepts, values=other.values)
    return found
