"""The relatives of a concept as lists: parents, children, and what it fires together with.

A click on a parent or child selects the relation, a double click goes there. Ancestors that the
concept is measured to lie under, and that its parents lead to, are a list of their own.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, TypeVar

import numpy as np
from PySide6.QtWidgets import QListView, QVBoxLayout, QWidget

from insight_app.concepts.hsae.summary import RELEASE
from insight_app.figures import column, figure
from insight_app.gui.curation.facts.section import Section
from insight_app.gui.curation.lists.concept_picker import ConceptPicker
from insight_app.gui.curation.lists.concept_row import ConceptRow
from insight_app.gui.curation.lists.relation_list import RelationList
from insight_app.gui.curation.lists.relation_row import Ends, RelationRow
from insight_app.gui.curation.present_concept import PresentConcept, Version
from insight_app.gui.curation.relation_words import (
    WHAT_IS_IMPLIED,
    WHAT_IS_R,
    of_whom,
    threshold,
    told,
)
from insight_app.gui.state.session import Session
from insight_app.project.judgements.structure.edges import ReviewStatus

if TYPE_CHECKING:
    from insight_app.project.judgements import Relation
    from insight_app.project.judgements.catalogue import Catalogue
    from insight_app.project.judgements.hierarchy import Edge

PARENTS, CHILDREN, TOGETHER = "Parents", "Children", "Fires together with"
RELATED = "Related"
IMPLIED = "Also under, by its parents"
ROWS = 8
CO_OCCURRING = 8
WHAT_IS_R_OF_THIS = "R = share of this concept's activation on cells where the other is active too"


class Relatives(QWidget):
    """parts: PARENTS, IMPLIED, CHILDREN, RELATED, TOGETHER; a click in the last selects."""

    def __init__(self, session: Session, parent: QWidget, parts: tuple[str, ...]) -> None:
        super().__init__(parent)
        self.session = session
        self._above = ""
        self._counted: Version | None = None
        """What "fires together with" was read of, or is being read of."""
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        self.sections: dict[str, Section] = {}
        self.lists: dict[str, RelationList] = {}
        self.together: ConceptPicker | None = None
        for part in parts:
            inside: QListView
            if part == TOGETHER:
                inside = self.together = ConceptPicker(session, self, grows=ROWS)
            else:
                inside = self.lists[part] = RelationList(session, self, grows=ROWS, keeps=True)
            self.sections[part] = Section(part, inside, self)
            column.addWidget(self.sections[part])

    def show_concept(self, concept: PresentConcept) -> None:
        """List the relatives of a concept."""
        catalogue, row = concept.catalogue, concept.row
        self._above = threshold(concept.results)[0]
        found = {
            PARENTS: [*catalogue.parents(row), *catalogue.withdrawn(row)],
            IMPLIED: catalogue.implied_above(row),
            CHILDREN: _children(catalogue, row),
            RELATED: catalogue.related(row),
        }
        for part, shown in self.lists.items():
            edges = found[part]
            rows = [
                _relation(concept, edge, Ends.CHILD if edge.parent == row else Ends.PARENT)
                for edge in edges
            ]
            in_force = sum(edge.status != ReviewStatus.REJECTED for edge in edges)
            self._head(part, [one.number for one in rows], in_force)
            shown.set_rows(_aligned(rows))
        if self.together is not None and self._counted != concept.version:
            self._counted = concept.version
            if concept.is_counted:
                self.session.jobs.run(
                    _fires_together(concept),
                    done=partial(self._list_co_occurring, concept.version),
                    key=("together", id(self)),
                )
            else:
                self._show_together([])

    def _list_co_occurring(self, version: "Version", found: list[tuple[int, float]]) -> None:
        if version != self._counted:
            return
        concepts = self.session.state.ids_of(other for other, _share in found)
        self._show_together(
            [
                ConceptRow(
                    other, figure(share), measure="R", tip=f"{WHAT_IS_R_OF_THIS}: {figure(share)}"
                )
                for other, (_row, share) in zip(concepts, found, strict=True)
            ]
        )

    def _show_together(self, rows: list[ConceptRow]) -> None:
        assert self.together is not None
        self._head(TOGETHER, [row.number for row in rows], len(rows))
        self.together.set_rows(_aligned(rows))

    def _meaning(self, part: str) -> str:
        """Return what the numbers of a list are."""
        if part == TOGETHER:
            return WHAT_IS_R_OF_THIS
        lines = [WHAT_IS_R, self._above, WHAT_IS_IMPLIED if part == IMPLIED else ""]
        return "\n".join(line for line in lines if line)

    def _head(self, part: str, numbers: Sequence[str], count: int) -> None:
        """Show how many a list has and what its numbers are; hide it where it has none.

        count: without those that a person rejected, which stand at its end.
        """
        section = self.sections[part]
        section.setVisible(bool(numbers))
        section.heading.setText(f"{part} ({count:,})" if len(numbers) > ROWS else part)
        section.note.setText("R" if any(numbers) else "")
        section.note.setToolTip(self._meaning(part))

    def has_relation(self, relation: "Relation") -> bool:
        """Return whether a relation is in one of the lists."""
        return any(shown.has(relation) for shown in self.lists.values())

    def relation_beside(
        self, relation: "Relation | None", by: int, leaving: "Collection[Relation]"
    ) -> "Relation | None":
        """Return the relation before (-1) or after (1) one in its list; None at an end."""
        lists = (one for one in self.lists.values() if relation is None or one.has(relation))
        found = next(lists, None)
        return None if found is None else found.neighbour(relation, by, leaving)


_Row = TypeVar("_Row", ConceptRow, RelationRow)


def _aligned(rows: Sequence[_Row]) -> list[_Row]:
    """Return rows with their numbers below each other."""
    numbers = column([row.number for row in rows])
    return [replace(row, number=text) for row, text in zip(rows, numbers, strict=True)]


def _children(catalogue: "Catalogue", row: int) -> "list[Edge]":
    """Return the relations to shown children, the strongest first, those rejected last."""
    edges = [edge for edge in catalogue.children(row) if not catalogue.hidden[edge.child]]
    rejected = sorted(catalogue.withdrawn_children(row), key=lambda edge: -edge.strength)
    return [*sorted(edges, key=lambda edge: -edge.strength), *rejected]


def _relation(concept: PresentConcept, edge: "Edge", ends: Ends) -> RelationRow:
    """Return the row of a relation; ends: which of them is another concept."""
    relation = (concept.state.id_of(edge.child), concept.state.id_of(edge.parent))
    tag = "person" if edge.by_person else "machine"
    tip = told(concept.results, edge)
    if edge.index is None:
        return RelationRow(relation, tag=tag, tip=tip, ends=ends)
    if edge.source == "dictionary" and not edge.by_person and concept.results.names_run == RELEASE:
        tag = RELEASE
    if edge.is_of_member:
        tag = of_whom(edge)
    return RelationRow(relation, figure(edge.strength), tag, measure="R", tip=tip, ends=ends)


def _fires_together(concept: PresentConcept) -> Callable[[], list[tuple[int, float]]]:
    """Return what reads the rows that a concept fires together with; made for the pool."""
    from insight_app.project.composites import shares

    catalogue, state = concept.catalogue, concept.state
    merged = frozenset(np.flatnonzero(catalogue.is_merged).tolist())
    machine = (row for row in catalogue.composites() if row < concept.results.F)
    holders = {row: state.reader(row) for row in machine if row != concept.row}
    return partial(shares.together, concept.reader, merged, holders, CO_OCCURRING)
