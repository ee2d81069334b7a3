"""What a score is made of, as rows to be shown: their numbers sum to the score.

Lays the curated hierarchy and merges over what each concept gives (`concepts.explain.rollup`). Rows
name concepts by their row in the state they were made for. Knows nothing of Qt.
"""

from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from insight_app.concepts.explain.rollup import Row

if TYPE_CHECKING:
    from insight_app.project.judgements.catalogue import Catalogue

SHOWN = 12
"""Rows of the first level beside those that stand together as others."""


class ScorePart(Enum):
    """What a row stands for."""

    CONCEPT = "concept"
    ITSELF = "itself"
    BIAS = "bias"
    OTHERS = "others"
    SILENT = "silent"


@dataclass(frozen=True)
class ScoreRow:
    """total: what it gives, with all below.  own: the concept's own part.  counted: concepts in it.

    row: the concept's row; -1 of what is none.  members: what is merged into it and active.
    also_under: further parents, under which it is not counted.
    """

    part: ScorePart
    total: float
    row: int = -1
    own: float = 0.0
    counted: int = 0
    below: tuple["ScoreRow", ...] = ()
    members: tuple[int, ...] = ()
    also_under: tuple[int, ...] = ()

    def by_itself(self) -> "list[ScoreRow]":
        """Return the row without what is below it; [] where it gives nothing by itself."""
        if not self.below:
            return [self]
        return [one for one in self.below if one.part is ScorePart.ITSELF]

    def concepts(self) -> list[int]:
        """Return the rows of all active concepts in it, each once; merged ones too."""
        found = [] if self.row < 0 else [self.row, *self.members]
        if self.part is ScorePart.ITSELF:
            return found
        return [*found, *(one for row in self.below for one in row.concepts())]


@dataclass(frozen=True)
class ScoreParts:
    """rows: what is shown; their totals sum to `score`. counted: active concepts."""

    rows: tuple[ScoreRow, ...] = ()
    score: float = 0.0
    counted: int = 0
    places: dict[int, ScoreRow] = field(default_factory=dict)
    """The row at which each concept counts, by the concept's row; merged ones at their holder's."""


def score_parts(
    catalogue: "Catalogue",
    concepts: NDArray[np.integer],
    values: NDArray[np.float64],
    bias: float,
    shown: int = SHOWN,
) -> ScoreParts:
    """Return what a score is made of; concepts, values: (n,) active ones and what each gives.

    bias: left out where it is zero, as a probe has none.  Active concepts without any weight stand
    together at the end.
    """
    from insight_app.project.explaining.rolled import rolled  # brings SQL along

    speaks = values != 0
    tops = [_row(one) for one in rolled(catalogue, concepts[speaks], values[speaks])]
    rest = tops[shown:] if len(tops) > shown + 1 else []
    rows = tops[: len(tops) - len(rest)]
    if rest:
        total, counted = sum(one.total for one in rest), sum(one.counted for one in rest)
        rows.append(ScoreRow(ScorePart.OTHERS, total, counted=counted, below=tuple(rest)))
    places: dict[int, ScoreRow] = {}
    for one in rows:
        _find_places(one, places)
    silent = {catalogue.holder(one) for one in concepts[~speaks].tolist()} - places.keys()
    if silent:
        below = tuple(ScoreRow(ScorePart.CONCEPT, 0.0, one, counted=1) for one in sorted(silent))
        rows.append(ScoreRow(ScorePart.SILENT, 0.0, counted=len(below), below=below))
        _find_places(rows[-1], places)
    if bias:
        rows.insert(0, ScoreRow(ScorePart.BIAS, bias))
    return ScoreParts(tuple(rows), float(values.sum()) + bias, int(concepts.size), places)


def _row(row: Row) -> ScoreRow:
    below = [_row(one) for one in row.below]
    if below and row.is_active:
        count = 1 + len(row.members)
        itself = ScoreRow(
            ScorePart.ITSELF, row.own, row.concept, row.own, count, members=row.members
        )
        below.append(itself)
        below.sort(key=lambda one: -abs(one.total))
    return ScoreRow(
        ScorePart.CONCEPT,
        row.total,
        row.concept,
        row.own,
        row.counted,
        tuple(below),
        () if below else row.members,
        row.also_under,
    )


def _find_places(row: ScoreRow, places: dict[int, ScoreRow]) -> None:
    if row.row >= 0 and row.part is ScorePart.CONCEPT:
        places[row.row] = row
        for member in row.members:
            places[member] = row
    for one in row.below:
        if one.part is ScorePart.ITSELF:
            for member in one.members:
                places[member] = row
        _find_places(one, places)
