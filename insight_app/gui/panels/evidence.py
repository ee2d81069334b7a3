"""Beside the review: candidate names with their keys, what fires together, strength, the note."""

from PySide6.QtWidgets import QVBoxLayout, QWidget

from insight_app.gui.curation.concept_keys import ConceptVerbs, keys_of
from insight_app.gui.curation.facts.candidates import CandidateList
from insight_app.gui.curation.facts.relations import TOGETHER, Relatives
from insight_app.gui.curation.facts.section import Section
from insight_app.gui.curation.facts.strength import Strength
from insight_app.gui.curation.facts.written_field import note_field
from insight_app.gui.curation.own_name_keys import OwnNameRow
from insight_app.gui.curation.present_concept import selected
from insight_app.gui.panel import Panel
from insight_app.gui.state.session import Session
from insight_app.gui.widgets import EmptyState, base_widget, scrolled


class EvidencePanel(Panel):
    """What helps to find the right name."""

    title = "Evidence"
    object_name = "evidence"

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(session, parent)
        self.empty = EmptyState("Names and numbers of the concept under review appear here.", self)
        inside = base_widget(self)
        column = QVBoxLayout(inside)
        column.setContentsMargins(0, 0, 0, 8)
        column.setSpacing(8)
        self.candidates = CandidateList(session, inside)
        self.relatives = Relatives(session, inside, (TOGETHER,))
        self.strength = Strength(session, inside)
        self.note = note_field(session, inside)
        for part in (
            self.candidates.section,
            OwnNameRow(session, inside).section,
            self.relatives,
            self.strength,
            Section("Note", self.note, inside),
        ):
            column.addWidget(part)
        column.addStretch(1)
        self.area = scrolled(inside, self)
        self.body.addWidget(self.area, 1)
        self.body.addWidget(self.empty, 1)
        keys_of(session).register(ConceptVerbs(self, note=self.edit_note))

    def edit_note(self) -> None:
        """Put the keyboard into the note, where it can be seen."""
        self.area.ensureWidgetVisible(self.note)
        self.note.take_keyboard()

    def refresh(self) -> None:
        concept = selected(self.session)
        self.area.setVisible(concept is not None)
        self.empty.setVisible(concept is None)
        if concept is None:
            return
        if concept.id != self.note.concept:
            self.area.verticalScrollBar().setValue(0)
        for part in (self.candidates, self.relatives, self.strength, self.note):
            part.show_concept(concept)
