"""The relatives of a concept as lists: parents, children, and what it fires together with.

Ancestors that it is measured to lie under, and that its parents lead to, are a list of their own.
"""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QVBoxLayout, QWidget

from insight_app.concepts.hsae.summary import RELEASE
from insight_app.figures import column, figure
from insight_app.gui.curation.facts.section import Section
from insight_app.gui.curation.lists.concept_picker import ConceptPicker
from insight_app.gui.curation.lists.concept_row import ConceptRow
from insight_app.gui.curation.present_concept import PresentConcept
from insight_app.gui.curation.relation_words import (
    WHAT_IS_IMPLIED,
    WHAT_IS_R,
    explanation,
    threshold,
)
from insight_app.gui.state.session import Session

if TYPE_CHECKING:
    from insight_app.project.judgements import ConceptId
    from insight_app.project.judgements.hierarchy import Edge

PARENTS, CHILDREN, TOGETHER = "Parents", "Children", "Fires together with"
IMPLIED = "Also under, by its parents"
ROWS = 8
CO_OCCURRING = 8
WHAT_IS_R_OF_THIS = "R = share of this concept's activation on cells where the other is active too"


class Relatives(QWidget):
    """parts: PARENTS, IMPLIED, CHILDREN, TOGETHER; a click selects."""

    def __init__(self, session: Session, parent: QWidget, parts: tuple[str, ...]) -> None:
        super().__init__(parent)
        self.session = session
        self._above = ""
        self._counted: tuple[int, ConceptId] | None = None
        """What "fires together with" was read of, or is being read of."""
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        self.sections: dict[str, Section] = {}
        self.lists: dict[str, ConceptPicker] = {}
        for part in parts:
            self.lists[part] = ConceptPicker(session, self, grows=ROWS)
            self.sections[part] = Section(part, self.lists[part], self)
            column.addWidget(self.sections[part])

    def show_concept(self, concept: PresentConcept) -> None:
        """List the relatives of a concept."""
        catalogue, row = concept.catalogue, concept.row
        self._above = threshold(concept.results)[0]
        if PARENTS in self.lists:
            edges = catalogue.parents(row)
            self._fill(PARENTS, [_relation(concept, edge, edge.parent) for edge in edges])
        if IMPLIED in self.lists:
            edges = [edge for edge in catalogue.implied if edge.child == row]
            self._fill(IMPLIED, [_relation(concept, edge, edge.parent) for edge in edges])
        if CHILDREN in self.lists:
            edges = [edge for edge in catalogue.children(row) if not catalogue.hidden[edge.child]]
            edges.sort(key=lambda edge: -edge.strength)
            self._fill(CHILDREN, [_relation(concept, edge, edge.child) for edge in edges])
        if TOGETHER in self.lists and self._counted != concept.version:
            self._counted = concept.version
            if concept.is_machine:
                self.session.jobs.run(
                    partial(concept.results.co_occurring, row, CO_OCCURRING),
                    done=partial(self._list_co_occurring, concept.version),
                    key=("together", id(self)),
                )
            else:
                self._fill(TOGETHER, [])

    def _list_co_occurring(
        self, version: "tuple[int, ConceptId]", found: list[tuple[int, float]]
    ) -> None:
        if version != self._counted:
            return
        concepts = self.session.state.ids_of(other for other, _share in found)
        self._fill(
            TOGETHER,
            [
                ConceptRow(
                    other, figure(share), measure="R", tip=f"{WHAT_IS_R_OF_THIS}: {figure(share)}"
                )
                for other, (_row, share) in zip(concepts, found, strict=True)
            ],
        )

    def _meaning(self, part: str) -> str:
        """Return what the numbers of a list are."""
        if part == TOGETHER:
            return WHAT_IS_R_OF_THIS
        lines = [WHAT_IS_R, self._above, WHAT_IS_IMPLIED if part == IMPLIED else ""]
        return "\n".join(line for line in lines if line)

    def _fill(self, part: str, rows: Sequence[ConceptRow]) -> None:
        section = self.sections[part]
        section.setVisible(bool(rows))
        section.heading.setText(f"{part} ({len(rows):,})" if len(rows) > ROWS else part)
        section.note.setText("R" if any(row.number for row in rows) else "")
        section.note.setToolTip(self._meaning(part))
        numbers = column([row.number for row in rows])
        aligned = (replace(row, number=text) for row, text in zip(rows, numbers, strict=True))
        self.lists[part].set_rows(list(aligned))


def _relation(concept: PresentConcept, edge: "Edge", other: int) -> ConceptRow:
    """Return the row of a relation to the concept at row `other`."""
    id = concept.state.id_of(other)
    tag = "person" if edge.by_person else "machine"
    if edge.index is None:
        return ConceptRow(id, tag=tag, tip="added by a person")
    if edge.source == "dictionary" and not edge.by_person and concept.results.names_run == RELEASE:
        tag = RELEASE
    tip = explanation(concept.results.edges.measured(edge.index))
    return ConceptRow(id, figure(edge.strength), tag, measure="R", tip=tip)
