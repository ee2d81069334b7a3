"""The columns of the table of relations: what each means, and its values for all relations.

Numpy only; knows nothing of widgets, sorting or filtering.
"""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from insight_app.gui.curation.relation_words import of_whom
from insight_app.gui.icons import STATUS_WORDS
from insight_app.gui.state.present_relation import KINDS
from insight_app.gui.statistics.columns import Column
from insight_app.project.judgements.hierarchy import Edge
from insight_app.project.results.edge_table import EdgeTable

CHILD, PARENT = "child", "parent"
COLUMNS = (
    Column(CHILD, "child", "The narrower concept.", False),
    Column(PARENT, "parent", "The broader concept.", False),
    Column("strength", "R", "Share of the child's activation on cells where the parent is active."),
    Column("back", "R back", "Share of the parent's activation where the child is active."),
    Column("asymmetry", "asymmetry", "R - R back: 0 = neither is the broader one."),
    Column(
        "low",
        "95 % interval",
        "Of R over the images with the child: percentiles of a bootstrap of 1,000 draws.",
    ),
    Column(
        "silent",
        "% silent",
        "100 x the child's active cells where the parent is not active / the child's active cells.",
    ),
    Column(
        "absorption",
        "% absorbed",
        "100 x the child's active cells where the parent is silent by less than 10 % of its "
        "threshold / the child's active cells. High: the child swallows its parent.",
    ),
    Column("cells", "cells", "Cells where both are active."),
    Column("images", "images", "Images with a cell where both are active."),
    Column("source", "from", "these photos, the dictionary (not counted here), or a person", False),
    Column(
        "implied", "implied", "Other relations lead to the same parent: not in the tree.", False
    ),
    Column("kind", "kind", "What a person said that it is: is a, part of, related.", False),
    Column("status", "judged", "What a person said of the relation.", False),
)
KEYS = tuple(column.key for column in COLUMNS)
SHARES = ("silent", "absorption")
"""Columns that are shown in percent."""
SOURCES = {"data": "these photos", "dictionary": "dictionary", "person": "person"}

Values = Mapping[str, NDArray[np.float64]]
"""Key -> (n,) of every column of numbers, NaN where a relation has none."""


def values(edges: Sequence[Edge], table: EdgeTable) -> Values:
    """Return the numbers of n relations; high, the end of the interval, beside the columns."""
    index = np.array([-1 if edge.index is None else edge.index for edge in edges], np.int64)
    known = index >= 0

    def column(whole: NDArray[np.generic]) -> NDArray[np.float64]:
        found = np.full(index.size, np.nan)
        found[known] = whole.astype(np.float64)[index[known]]
        return found

    def end(whole: NDArray[np.float32]) -> NDArray[np.float64]:
        found = column(whole)
        found[found < 0] = np.nan
        return found

    found = {
        "strength": column(table.strength),
        "back": column(table.reverse_strength),
        "asymmetry": column(table.asymmetry),
        "low": end(table.low),
        "high": end(table.high),
        "silent": column(table.silent),
        "absorption": column(table.absorption),
        "cells": column(table.cells),
        "images": column(table.images),
        "implied": column(table.implied),
    }
    for at, edge in enumerate(edges):
        if edge.is_counted:
            of_merged = _of_merged(edge)
            for key in found.keys() - {"implied"}:
                found[key][at] = of_merged.get(key, np.nan)
    return found


def _of_merged(edge: Edge) -> dict[str, float]:
    """Return what is known of a relation of merged concepts; the rest was measured of a member."""
    return {
        "strength": edge.strength,
        "back": edge.reverse_strength,
        "asymmetry": edge.strength - edge.reverse_strength,
        "cells": np.nan if edge.cells is None else edge.cells,
        "images": np.nan if edge.images is None else edge.images,
    }


def word(edge: Edge, key: str, is_implied: bool) -> str:
    """Return what stands in a column of words."""
    if key == "source":
        return (
            f"{SOURCES[edge.source]}, {of_whom(edge)}"
            if edge.is_of_member
            else SOURCES[edge.source]
        )
    if key == "implied":
        return "implied" if is_implied else ""
    if key == "kind":
        return KINDS.get(edge.kind, "")
    return STATUS_WORDS[edge.status] if edge.status else ""
