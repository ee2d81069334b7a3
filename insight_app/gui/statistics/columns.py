"""The columns of the concept table: what each means, and its values for all concepts.

Numpy only; knows nothing of widgets, sorting or filtering.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from insight_app.gui.icons import STATUS_WORDS
from insight_app.project.judgements.catalogue import Catalogue
from insight_app.project.results.records import Sums

Values = NDArray[np.int64] | NDArray[np.float64] | NDArray[np.float32]
"""(n,) the values of a column for all concepts."""


@dataclass(frozen=True)
class Column:
    """A column: its key, its header, and what a number in it is, in words and as a formula."""

    key: str
    title: str
    meaning: str
    is_number: bool = True

    @property
    def header(self) -> str:
        """The title on two lines, where it has several words."""
        return "\n".join(self.title.rsplit(" ", 1))


RIGHT = (
    "Probability that the machine's name is right, in percent; under 25 it is doubtful. None for "
    "a person's name, and where nobody knows: analyze again, or name concepts again."
)
CLARITY = (
    "Mean cosine of the ten strongest images' features in another layer: what they have in common. "
    "None under three images, and where nobody knows: analyze again."
)
COLUMNS = (
    Column("status", "", "What a person said of the name.", False),
    Column("name", "name", "Italic: named by the machine. Upright: by a person.", False),
    Column("images", "images", "Images with at least one cell where the concept is active."),
    Column("cells", "cells", "Cells where the concept is active: #{t : a(t) > 0}."),
    Column("mean", "mean strength", "Mean strength where active: sum a(t) / cells."),
    Column("maximum", "max strength", "Strongest cell: max a(t)."),
    Column("probability", "% right", RIGHT),
    Column("level", "level", "Group of the dictionary, 0 = coarsest."),
    Column("clarity", "clarity", CLARITY),
    Column("parents", "parents", "Concepts directly above it in the hierarchy."),
    Column("children", "children", "Concepts directly below it in the hierarchy."),
    Column("share", "% of images", "100 x images covered / images analyzed in the chosen folders."),
    Column("spread", "% by folder", "Share of the folder where it is most frequent.", False),
)
KEYS = tuple(column.key for column in COLUMNS)


def values(
    catalogue: Catalogue, sums: Sums, of_images: int, shares: NDArray[np.float64]
) -> Mapping[str, Values]:
    """Return key -> (n,) values of each column but the name.

    sums: (n,) counts over `of_images` images; shares: (folders, n) of each folder's images.
    """
    children, parents = catalogue.relation_ends()
    is_unknown = ~catalogue.is_counted
    return {
        "status": catalogue.status.astype(np.int64),
        "probability": catalogue.probability.copy(),
        "images": sums.images,
        "cells": np.where(is_unknown, np.nan, sums.cells),
        "mean": np.where(is_unknown, np.nan, sums.mean),
        "maximum": np.asarray(sums.maximum, np.float64),
        "level": np.asarray(catalogue.level, np.int64),
        "clarity": catalogue.clarity,
        "parents": np.bincount(children, minlength=catalogue.size),
        "children": np.bincount(parents, minlength=catalogue.size),
        "share": sums.images / max(of_images, 1),
        "spread": shares.max(axis=0) if shares.size else np.zeros(catalogue.size),
    }


def plain(column: str, value: float) -> str:
    """Return a value as a spreadsheet or program reads it: full precision, no separators."""
    if column == "status":
        return STATUS_WORDS[int(value)]
    if np.isnan(value):
        return ""
    if column in ("share", "spread", "probability"):
        return f"{100 * float(value):.6g}"
    if column in ("mean", "maximum", "clarity"):
        return f"{float(value):.6g}"
    return str(int(value))
