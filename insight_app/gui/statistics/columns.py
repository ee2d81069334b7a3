"""The columns of the concept table: what each means, and its values for all concepts.

Numpy only; knows nothing of widgets, sorting or filtering.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from insight_app.gui.icons import STATUS_WORDS


@dataclass(frozen=True)
class Column:
    """A column: its key, its header, and what a number in it is, in words and as a formula."""

    key: str
    title: str
    meaning: str
    is_number: bool = True


COLUMNS = (
    Column("status", "", "What a person said of the name.", False),
    Column("name", "name", "Italic: named by the machine. Upright: by a person.", False),
    Column("images", "images", "Images with at least one cell where the concept is active."),
    Column("cells", "cells", "Cells where the concept is active: #{t : a(t) > 0}."),
    Column("mean", "mean", "Mean strength where active: sum a(t) / cells."),
    Column("maximum", "max", "Strongest cell: max a(t)."),
    Column("level", "level", "Group of the dictionary, 0 = coarsest."),
    Column("parents", "parents", "Concepts directly above it in the hierarchy."),
    Column("children", "children", "Concepts directly below it in the hierarchy."),
    Column("share", "of images", "Images covered / images analyzed in the chosen folders."),
    Column("spread", "by folder", "Share of the folder where it is most frequent.", False),
)
KEYS = tuple(column.key for column in COLUMNS)


@dataclass(frozen=True)
class Numbers:
    """Counts of every concept over the chosen images; arrays of length n."""

    images: NDArray[np.int64]
    cells: NDArray[np.int64]
    total: NDArray[np.float64]
    maximum: NDArray[np.float64]
    of_images: int

    @property
    def mean(self) -> NDArray[np.float64]:
        return np.divide(
            self.total, self.cells, out=np.zeros(self.total.size), where=self.cells > 0
        )


def values(catalogue: Any, numbers: Numbers, shares: NDArray[np.float64]) -> dict[str, Any]:
    """key -> (n,) values of each column; `shares` is (folders, n) image shares by folder."""
    n = catalogue.size
    return {
        "status": np.asarray(catalogue.status, np.int64),
        "name": catalogue.names,
        "images": numbers.images,
        "cells": numbers.cells,
        "mean": numbers.mean,
        "maximum": numbers.maximum,
        "level": np.asarray(catalogue.level, np.int64),
        "parents": np.fromiter((len(catalogue.parents(row)) for row in range(n)), np.int64, n),
        "children": np.fromiter((len(catalogue.children(row)) for row in range(n)), np.int64, n),
        "share": numbers.images / max(numbers.of_images, 1),
        "spread": shares.max(axis=0) if shares.size else np.zeros(n),
    }


def plain(column: str, value: Any) -> str:
    """A value as a spreadsheet or program reads it: full precision, no separators."""
    if column == "status":
        return STATUS_WORDS[int(value)]
    if column == "name":
        return str(value)
    if column in ("mean", "maximum", "share", "spread"):
        return f"{float(value):.6g}"
    return str(int(value))
