"""Counts by folder and concept, as a generation keeps them: one row for each pair that occurs.

Stored columns (`generations.FOLDER_SUMS`) ascend by key = folder * F + concept, so that the rows of
a folder stand together and a subset reads its own folders only. Knows nothing of paths.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from insight_app.concepts.statistics.fixed_point import from_units
from insight_app.project.results.records import Sums

Stored = Mapping[str, NDArray[Any]]


def table(
    stored: Stored, row_of: Mapping[int, int], concepts: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return (images, cells), each (rows, F); row_of: the row of each folder that is wanted."""
    shape = (len(row_of), concepts)
    images, cells = np.zeros(shape, np.int64), np.zeros(shape, np.int64)
    folder, concept = np.divmod(stored["key"], concepts)
    row = np.array([row_of.get(int(id), -1) for id in folder], np.int64)
    known = row >= 0
    images[row[known], concept[known]] = stored["images"][known]
    cells[row[known], concept[known]] = stored["cells"][known]
    return images, cells


def sums(stored: Stored, folders: Sequence[int], concepts: int) -> Sums:
    """Add up the counts of some folders."""
    rows = _rows_of(stored["key"], sorted(set(folders)), concepts)
    at = stored["key"][rows] % concepts
    images, cells, mass = (
        _sum_at(at, stored[name][rows], concepts) for name in ("images", "cells", "steps")
    )
    maximum = np.zeros(concepts, np.float16)
    np.maximum.at(maximum, at, stored["maximum"][rows])
    return Sums(images, cells, from_units(mass), maximum)


def _rows_of(key: NDArray[np.int64], folders: Sequence[int], concepts: int) -> NDArray[np.int64]:
    """Find the rows of some folders; reads the neighbourhood of their ends only."""
    ends = [(folder * concepts, (folder + 1) * concepts) for folder in folders]
    runs = np.searchsorted(key, np.array(ends, np.int64).reshape(-1, 2))
    return np.concatenate([np.arange(*run) for run in runs] or [np.zeros(0, np.int64)])


def _sum_at(at: NDArray[np.int64], values: NDArray[Any], size: int) -> NDArray[np.int64]:
    """Add up integers by place, exactly (bincount would go through float64)."""
    found = np.zeros(size, np.int64)
    np.add.at(found, at, values)
    return found
