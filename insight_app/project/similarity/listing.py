"""What a catalogue says at one moment, as plain values that any thread may read.

A catalogue belongs to one thread; comparing concepts takes longer than that thread may wait.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from insight_app.concepts.composition import Composition
from insight_app.project.composites.reader import ConceptReader
from insight_app.project.composites.store import CountedStore
from insight_app.project.judgements.catalogue import Catalogue
from insight_app.project.judgements.structure.edges import ReviewStatus
from insight_app.project.results.snapshot import Results


@dataclass(frozen=True, eq=False)
class ConceptListing:
    """Hold all concepts by row, as a catalogue had them; all arrays (size,).

    names, by_person, status, images, cells, total, is_counted, activation: as in the catalogue.
    is_offered: whether a concept is one to propose something for: listed, not folded, active.
    compositions: of the rows that are not one concept of the dictionary; None: of nothing.  apart:
    pairs (a, b) of rows, a < b, that a person keeps apart.  related: (child, parent) of relations
    in force.
    """

    names: tuple[str, ...]
    by_person: NDArray[np.bool_]
    status: NDArray[np.uint8]
    images: NDArray[np.int64]
    cells: NDArray[np.int64]
    total: NDArray[np.float64]
    is_counted: NDArray[np.bool_]
    activation: NDArray[np.float64]
    is_offered: NDArray[np.bool_]
    compositions: Mapping[int, Composition | None]
    apart: frozenset[tuple[int, int]]
    related: frozenset[tuple[int, int]]

    @property
    def size(self) -> int:
        """How many rows there are."""
        return len(self.names)

    def is_apart(self, a: int, b: int) -> bool:
        """Return whether a person keeps two concepts apart."""
        return (min(a, b), max(a, b)) in self.apart

    def are_related(self, a: int, b: int) -> bool:
        """Return whether one of two concepts is below the other."""
        return (a, b) in self.related or (b, a) in self.related

    def overlap(self, a: int, b: int) -> bool:
        """Return whether two rows are made of some of the same: a group and what is in it."""
        return not set(self.concepts(a)).isdisjoint(self.concepts(b))

    def concepts(self, row: int) -> tuple[int, ...]:
        """Return the dictionary's concepts that a row is made of, () if there are none."""
        if row in self.compositions:
            composition = self.compositions[row]
            return () if composition is None else composition.concepts
        return (row,)

    def reader(self, results: Results, counted: CountedStore, row: int) -> ConceptReader:
        """Return what reads a row of these results, whatever it is made of."""
        if row in self.compositions:
            composed = self.compositions[row] or Composition(())
            return ConceptReader(results, -1, composed, counted)
        return ConceptReader(results, row)

    def name(self, row: int) -> str:
        """Return what a row is called; a name that nobody gave is told by its number."""
        return self.names[row] or f"concept {row}"

    def is_named(self, row: int) -> bool:
        """Return whether a row has a name in force that nobody rejected."""
        return bool(self.names[row]) and self.status[row] != ReviewStatus.REJECTED


def listing(catalogue: Catalogue) -> ConceptListing:
    """Copy what a catalogue says now; on the thread that the catalogue belongs to."""
    children, parents = catalogue.relation_ends()
    extra = (row for row in range(catalogue.size) if not catalogue.is_machines(row))
    composites = catalogue.composites()
    return ConceptListing(
        names=tuple(catalogue.names),
        by_person=catalogue.by_person.copy(),
        status=catalogue.status.copy(),
        images=catalogue.images.copy(),
        cells=catalogue.cells.copy(),
        total=catalogue.total.copy(),
        is_counted=catalogue.is_counted.copy(),
        activation=catalogue.activation,
        is_offered=(
            catalogue.is_active
            & catalogue.is_listed
            & ~catalogue.folded
            & (catalogue.images_at_least > 0)
        ),
        compositions=dict.fromkeys(extra) | {row: catalogue.composition(row) for row in composites},
        apart=catalogue.pairs_apart,
        related=frozenset(zip(children.tolist(), parents.tolist(), strict=True)),
    )
