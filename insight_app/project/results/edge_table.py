"""The machine's relations as a generation keeps them, with how sure each of them is.

Owns what is said of one relation in figures, and why a figure is not there. Knows nothing of files,
of how the numbers were counted and of what persons say.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

DATA, DICTIONARY = 0, 1
"""Where an edge comes from: this set's own co-occurrence, or the shipped dictionary's."""
UNKNOWN = -1
"""Stands for a share or a count that is not known."""
FEWEST_IMAGES = 10
"""Of a child: over fewer there is no interval."""
_KINDS: Mapping[str, str] = {
    "child": "i4",
    "parent": "i4",
    "strength": "f4",
    "reverse_strength": "f4",
    "cells": "i8",
    "images": "i8",
    "source": "u1",
    "child_cells": "i8",
    "child_images": "i8",
    "implied": "b1",
    "low": "f4",
    "high": "f4",
    "near": "i8",
    "near_low": "f4",
    "near_high": "f4",
}
_SINCE_3: Mapping[str, float] = {
    "child_cells": 0,
    "child_images": 0,
    "implied": False,
    "low": UNKNOWN,
    "high": UNKNOWN,
    "near": UNKNOWN,
    "near_low": UNKNOWN,
    "near_high": UNKNOWN,
}
"""Columns that results of before schema version 3 lack, and what stands for them."""


@dataclass(frozen=True)
class Measured:
    """Say of a relation what the machine measured; None where that is not known.

    strength: R[child, parent].  reverse_strength: R[parent, child].  silent: share of the child's
    active cells where the parent is not active.  interval: of the strength, 95 %, over images.
    absorption: share of the child's active cells where the parent is silent by less than 10 % of
    its threshold; absorption_interval: over images.  cells, images: where both are active;
    child_cells, child_images: where the child is, 0 = not known.
    """

    strength: float
    reverse_strength: float
    silent: float | None
    interval: tuple[float, float] | None
    absorption: float | None
    absorption_interval: tuple[float, float] | None
    cells: int
    images: int
    child_cells: int
    child_images: int
    source: str
    implied: bool

    @property
    def asymmetry(self) -> float:
        """By how much more the child's activation lies on the parent than the reverse."""
        return self.strength - self.reverse_strength

    @property
    def why_no_interval(self) -> str:
        """Why there is no interval over images, in words; '' where there is one."""
        if self.interval is not None:
            return ""
        if self.source == "dictionary":
            return "the dictionary's photos are not here"
        if 0 < self.child_images < FEWEST_IMAGES:
            return f"the child is in fewer than {FEWEST_IMAGES} images"
        return "not counted yet: analyze again"

    @property
    def why_no_absorption(self) -> str:
        """Why the absorption gap is not known, in words; '' where it is."""
        if self.absorption is not None:
            return ""
        if self.source == "dictionary":
            return "the dictionary brings no near misses along"
        return "near misses were not counted: analyze again"


@dataclass(frozen=True, eq=False)
class EdgeTable:
    """Hold the relations child -> parent of machine concepts, acyclic; all arrays (n,).

    strength R[child, parent], reverse_strength R[parent, child] float32; cells, images int64: where
    both are active; source uint8: DATA or DICTIONARY; child_cells, child_images int64: where the
    child is, 0 = not known; implied bool: whether others lead to this parent too; low, high
    float32: interval of the strength over images; near int64: cells where the child is active and
    the parent nearly; near_low, near_high float32: interval of their share. UNKNOWN = not known.
    """

    child: NDArray[np.int32]
    parent: NDArray[np.int32]
    strength: NDArray[np.float32]
    reverse_strength: NDArray[np.float32]
    cells: NDArray[np.int64]
    images: NDArray[np.int64]
    source: NDArray[np.uint8]
    child_cells: NDArray[np.int64]
    child_images: NDArray[np.int64]
    implied: NDArray[np.bool_]
    low: NDArray[np.float32]
    high: NDArray[np.float32]
    near: NDArray[np.int64]
    near_low: NDArray[np.float32]
    near_high: NDArray[np.float32]

    @property
    def size(self) -> int:
        return int(self.child.size)

    @property
    def asymmetry(self) -> NDArray[np.float32]:
        """(n,) R[child, parent] - R[parent, child]."""
        return self.strength - self.reverse_strength

    @property
    def silent(self) -> NDArray[np.float64]:
        """(n,) share of the child's cells where the parent is not active; NaN = not known."""
        return 1 - _share(self.cells, self.child_cells)

    @property
    def absorption(self) -> NDArray[np.float64]:
        """(n,) share of the child's cells where the parent nearly is; NaN = not known."""
        share = _share(self.near, self.child_cells)
        share[self.near < 0] = np.nan
        return share

    def index_of(self, child: int, parent: int) -> int | None:
        """Return the place of an edge, None if the machine has none between the two."""
        found = np.flatnonzero((self.child == child) & (self.parent == parent))
        return int(found[0]) if found.size else None

    def measured(self, index: int) -> Measured:
        """Return what is known of one edge."""
        child_cells, near = int(self.child_cells[index]), int(self.near[index])
        cells = int(self.cells[index])
        return Measured(
            float(self.strength[index]),
            float(self.reverse_strength[index]),
            1 - cells / child_cells if child_cells else None,
            _interval(self.low[index], self.high[index]),
            near / child_cells if child_cells and near >= 0 else None,
            _interval(self.near_low[index], self.near_high[index]),
            cells,
            int(self.images[index]),
            child_cells,
            int(self.child_images[index]),
            "data" if self.source[index] == DATA else "dictionary",
            bool(self.implied[index]),
        )

    def to_arrays(self) -> dict[str, NDArray[Any]]:
        """Return the columns by their names on disk: "back" is the reverse strength there."""
        arrays = dict(vars(self))
        return arrays | {"back": arrays.pop("reverse_strength")}

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[Any]]) -> "EdgeTable":
        """Return the edges whose columns on disk are `arrays`, of any version."""
        found = dict(arrays)
        found["reverse_strength"] = found.pop("back")
        size = found["child"].shape
        for name, value in _SINCE_3.items():
            found.setdefault(name, np.full(size, value, np.dtype(f"<{_KINDS[name]}")))
        return cls(**found)

    def check(self, concepts: int) -> None:
        """Raise ValueError where an array cannot be right."""
        for name, kind in _KINDS.items():
            array = getattr(self, name)
            if array.dtype != np.dtype(f"<{kind}") or array.shape != (self.size,):
                raise ValueError(f"{name} is no list of {self.size:,} numbers of its kind")
            if not np.isfinite(array).all():
                raise ValueError(f"{name} holds what is no number")
        for ends in (self.child, self.parent):
            if ends.size and not (ends.min() >= 0 and ends.max() < concepts):
                raise ValueError("a relation is of a concept that there is not")


def _share(part: NDArray[np.int64], whole: NDArray[np.int64]) -> NDArray[np.float64]:
    share = np.full(part.shape, np.nan)
    np.divide(part, whole, out=share, where=whole > 0)
    return share


def _interval(low: np.float32, high: np.float32) -> tuple[float, float] | None:
    return None if low < 0 or high < 0 else (float(low), float(high))
