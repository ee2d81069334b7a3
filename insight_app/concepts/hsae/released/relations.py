"""The co-occurrence of a release: a dense matrix on the disk, read in blocks, kept sparse.

Owns how much of it is kept: the STRONGEST others of each concept and the reverse of these entries,
however dense it is. Knows nothing of what relations are made of it.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from insight_app.concepts.checkpoints import reading as checkpoints
from insight_app.concepts.hsae.released.refusals import refusal_of_optional
from insight_app.concepts.statistics import CoOccurrence
from insight_app.concepts.statistics.fixed_point import UNITS_PER_ONE

MASS, CELLS = "D.pth", "C.pth"
STRONGEST = 64
ROWS = 512
"""Read at once: 16 MB of a matrix of the published size."""
MOST = 2.0**38
"""The largest sum that is kept exactly enough; ten million photos come to 2**31 cells."""


def read(folder: Path, concepts: int) -> CoOccurrence | None:
    """Read D of METHOD.md section 3, and C if it is there too; None where there is no D.

    Concepts with D[i, i] = 0 only ever fire below tau: they have no relations.
    """
    if not (folder / MASS).exists() and not (folder / MASS).is_symlink():
        return None
    d = _square(folder / MASS, concepts)
    diagonal = d.diagonal()
    is_alive = diagonal > 0
    near = [torch.nonzero(is_alive)[:, 0] * (concepts + 1)]
    for start in range(0, concepts, ROWS):
        block = d[start : start + ROWS].to(torch.float32, copy=True)
        _must_be_sums(block, folder / MASS)
        block.diagonal(start).zero_()
        block[:, ~is_alive] = 0
        best = block.topk(min(STRONGEST, concepts), dim=1)
        is_kept = (best.values > 0) & is_alive[start : start + ROWS, None]
        rows = torch.arange(start, start + len(block))[:, None].expand_as(best.indices)[is_kept]
        columns = best.indices[is_kept]
        near += [rows * concepts + columns, columns * concepts + rows]
    keys = np.sort(torch.cat(near).numpy())  # np.unique is ten times slower
    i, j = np.divmod(keys[np.diff(keys, prepend=-1) > 0], concepts)
    units = np.rint(_taken(d, i, j) * UNITS_PER_ONE).astype(np.int64)
    kept = units > 0
    i, j, units = i[kept], j[kept], units[kept]
    cells = np.zeros_like(units)
    if (folder / CELLS).exists():
        counted = _taken(_square(folder / CELLS, concepts), i, j)
        _must_be_sums(torch.from_numpy(counted), folder / CELLS)
        cells = counted.astype(np.int64)
    arrays = {"indptr": np.searchsorted(i, np.arange(concepts + 1)), "indices": j}
    return CoOccurrence.from_arrays(arrays | {"steps": units, "cells": cells})


def _square(path: Path, concepts: int) -> Tensor:
    matrix = checkpoints.array(path)
    if matrix.shape != (concepts, concepts):
        shape = " x ".join(f"{n:,}" for n in matrix.shape)
        raise refusal_of_optional(path, f"it is {shape}, not {concepts:,} x {concepts:,}")
    return matrix


def _must_be_sums(values: Tensor, path: Path) -> None:
    if values.numel():
        least, most = (float(v) for v in values.aminmax())  # of NaN both are NaN
        if not (least >= 0 and most <= MOST):
            raise refusal_of_optional(
                path, "it has entries that are no sums of activations (NaN, < 0)"
            )


def _taken(
    matrix: Tensor,
    i: np.ndarray[tuple[int], np.dtype[np.int64]],
    j: np.ndarray[tuple[int], np.dtype[np.int64]],
) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """Return the entries (n,) of a matrix at rows i and columns j, as float64."""
    return matrix[torch.from_numpy(i), torch.from_numpy(j)].to(torch.float64).numpy()
