"""Beside the review: candidate names with their keys, what fires together, strength, the note."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QScrollArea, QVBoxLayout, QWidget

from insight_app.gui.curation.candidate_list import CandidateList
from insight_app.gui.curation.concept_facts import NoteField, Relations, Section, Strength
from insight_app.gui.curation.concept_keys import Server, keys_of
from insight_app.gui.panel import Panel
from insight_app.gui.state.session import Session
from insight_app.gui.widgets import EmptyState


class EvidencePanel(Panel):
    """What helps to find the right name."""

    title = "Evidence"
    object_name = "evidence"

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(session, parent)
        self.empty = EmptyState("Names and numbers of the concept under review appear here.", self)
        inside = QWidget(self)
        inside.setProperty("base", True)
        inside.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        column = QVBoxLayout(inside)
        column.setContentsMargins(0, 0, 0, 8)
        column.setSpacing(8)
        self.candidates = CandidateList(session, inside)
        self.names = Section("Candidate names", self.candidates, inside)
        self.relations = Relations(session, inside, ("Fires together with",))
        self.strength = Strength(session, inside)
        self.note = NoteField(session, inside)
        for part in (self.names, self.relations, self.strength, Section("Note", self.note, inside)):
            column.addWidget(part)
        column.addStretch(1)
        self.area = QScrollArea(self)
        self.area.setWidgetResizable(True)
        self.area.setFrameShape(QFrame.Shape.NoFrame)
        self.area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.area.setWidget(inside)
        self.body.addWidget(self.area, 1)
        self.body.addWidget(self.empty, 1)
        keys_of(session).register(Server(self, note=self.note.setFocus))

    def refresh(self) -> None:
        session, row = self.session, self.session.selection.row
        shown = (
            row is not None
            and session.state.catalogue is not None
            and row < session.state.catalogue.size
        )
        self.area.setVisible(shown)
        self.empty.setVisible(not shown)
        if not shown:
            return
        assert row is not None
        if session.state.id_of(row) != self.note.concept:
            self.area.verticalScrollBar().setValue(0)
        self.candidates.show_concept(row)
        self.names.setVisible(bool(self.candidates.model_.candidates))
        self.names.note.setText(self.candidates.source())
        if self.reasons & {"project", "results"}:
            self.relations.row = self.strength.row = None
        for part in (self.relations, self.strength, self.note):
            part.show_concept(row)
