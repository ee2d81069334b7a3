"""Captions of a project's photos, from their concepts as they were judged.

What a photo stands for is rolled up along the hierarchy, every concept counted once; in each branch
the most special concept that carries most of it is told, beside what it stands under. What was
rejected or hidden, or has no name, is told of nowhere, and its share is said.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from insight_app.concepts.codes import Codes
from insight_app.concepts.explain.captioning import sentence
from insight_app.concepts.explain.captioning.makeup import Makeup, makeup, place
from insight_app.concepts.explain.captioning.sentence import Phrase, Thing
from insight_app.concepts.explain.rollup import Row
from insight_app.project.explaining.rolled import rolled
from insight_app.project.judgements.catalogue import Catalogue
from insight_app.project.judgements.structure.edges import ReviewStatus

MOST_OF_IT = 0.5
"""Of a branch's share: the special concept that carries so much is told, not the general one."""


@dataclass(frozen=True)
class Caption:
    """A caption with its phrases, and of what share of the photo nothing could be told.

    untold: of concepts without a name, rejected or hidden.
    """

    text: str
    phrases: tuple[Phrase, ...]
    untold: float


def caption(
    catalogue: Catalogue,
    codes: Codes,
    grid: tuple[int, int],
    directions: NDArray[np.floating],
    offset: NDArray[np.floating],
    factors: Mapping[int, float] | None = None,
) -> Caption:
    """Return the caption of a photo from its codes, with some concepts scaled or off.

    grid: rows, columns of cells; directions (F, D), offset (D,), factors: see `makeup`.
    """
    made = makeup(codes, directions, offset, factors)
    writer = _Writer(catalogue, codes, grid, made)
    told = (writer.things(row) for row in rolled(catalogue, made.concepts, made.shares))
    things = writer.joined(thing for some in told for thing in some)
    phrases = sentence.written(things)
    return Caption(sentence.sentence(phrases), phrases, writer.untold)


class _Writer:
    """What is told of the rows of one photo."""

    def __init__(
        self, catalogue: Catalogue, codes: Codes, grid: tuple[int, int], made: Makeup
    ) -> None:
        self._catalogue, self._codes, self._grid = catalogue, codes, grid
        self._active = set(made.concepts.tolist())
        self.untold = 0.0

    def things(self, row: Row, above: int | None = None) -> list[Thing]:
        """Return what is told of a branch: its special part, or itself, or what lies below it."""
        special = next((one for one in row.below if one.total >= MOST_OF_IT * row.total > 0), None)
        if special is not None:
            others = [one for one in row.below if one is not special]
            if self._can_be_told(row.concept):
                above = row.concept
            else:
                self.untold += row.own
            found = self.things(special, above)
            return found + [thing for one in others for thing in self.things(one, above)]
        if self._can_be_told(row.concept):
            return [self._thing(row, above)]
        self.untold += row.own
        return [thing for one in row.below for thing in self.things(one, above)]

    def joined(self, things: Iterable[Thing]) -> list[Thing]:
        """Return the things with those of one name made one, as nobody can tell them apart."""
        by_name: dict[str, list[Thing]] = {}
        for one in things:
            by_name.setdefault(one.name.casefold(), []).append(one)
        return [self._one_of(same) for same in by_name.values()]

    def _one_of(self, same: list[Thing]) -> Thing:
        concepts = tuple(sorted({concept for one in same for concept in one.concepts}))
        most = max(same, key=lambda one: one.share)
        share, where = sum(one.share for one in same), self._place(concepts)
        return replace(most, share=share, place=where, concepts=concepts)

    def _place(self, concepts: tuple[int, ...]) -> str:
        return place(self._codes, np.array(concepts, np.int64), self._grid)

    def _can_be_told(self, concept: int) -> bool:
        catalogue = self._catalogue
        is_rejected = int(catalogue.status[concept]) == ReviewStatus.REJECTED
        return bool(catalogue.names[concept]) and not catalogue.hidden[concept] and not is_rejected

    def _thing(self, row: Row, above: int | None) -> Thing:
        concepts = tuple(sorted(self._counted(row)))
        name, relation = self._catalogue.names[row.concept], ""
        if above is not None:
            edges = self._catalogue.parents(row.concept)
            relation = next((edge.kind for edge in edges if edge.parent == above), "")
        return Thing(
            name,
            row.total,
            self._place(concepts),
            concepts,
            "" if above is None else self._catalogue.names[above],
            relation,
        )

    def _counted(self, row: Row) -> set[int]:
        own = {row.concept, *row.members} & self._active
        return own.union(*(self._counted(one) for one in row.below))
