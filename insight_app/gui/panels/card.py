"""The concept card: what the selected concept is, where it stands, and what was said of it."""

from functools import partial
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QScrollArea, QVBoxLayout, QWidget

from insight_app.gui.curation.candidate_list import CandidateList
from insight_app.gui.curation.concept_facts import History, NoteField, Relations, Section, Strength
from insight_app.gui.curation.concept_keys import Server, keys_of
from insight_app.gui.curation.concept_title import ConceptTitle
from insight_app.gui.curation.cutouts import CutoutGrid
from insight_app.gui.curation.judge_buttons import JudgeButtons
from insight_app.gui.panel import Panel
from insight_app.gui.state.session import Session
from insight_app.gui.widgets import EmptyState

EXAMPLES = 6


class CardPanel(Panel):
    """One concept, all about it."""

    title = "Concept"
    object_name = "card"

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(session, parent)
        self._examples_of: Any = None
        self.empty = EmptyState(
            "Choose a concept to see its strongest places, names, relations and history.", self
        )
        self.inside = QWidget(self)
        self.inside.setProperty("base", True)
        self.inside.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        column = QVBoxLayout(self.inside)
        column.setContentsMargins(0, 8, 0, 8)
        column.setSpacing(8)
        self.head = ConceptTitle(session, self.inside)
        self.buttons = JudgeButtons(session, self.inside, ("accept", "unsure", "reject"))
        self.cutouts = CutoutGrid(session, self.inside, columns=3)
        self.cutouts.setAccessibleName("Strongest places")
        for widget in (self.head, self.buttons, self.cutouts):
            row = QVBoxLayout()
            row.setContentsMargins(12, 0, 12, 0)
            row.addWidget(widget)
            column.addLayout(row)
        self.candidates = CandidateList(session, self.inside)
        self.names = Section("Candidate names", self.candidates, self.inside)
        self.relations = Relations(
            session, self.inside, ("Parents", "Children", "Fires together with")
        )
        self.strength = Strength(session, self.inside)
        self.note = NoteField(session, self.inside)
        self.history = History(session, self.inside)
        for part in (
            self.names,
            self.relations,
            self.strength,
            Section("Note", self.note, self.inside),
            Section("History", self.history, self.inside),
        ):
            column.addWidget(part)
        column.addStretch(1)
        self.area = QScrollArea(self)
        self.area.setWidgetResizable(True)
        self.area.setFrameShape(QFrame.Shape.NoFrame)
        self.area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.area.setWidget(self.inside)
        self.body.addWidget(self.empty, 1)
        self.body.addWidget(self.area, 1)
        keys_of(session).register(Server(self, rename=self.head.rename, note=self.edit_note))

    def edit_note(self) -> None:
        """Put the keyboard into the note."""
        self.area.ensureWidgetVisible(self.note)
        self.note.setFocus()

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
        self.head.show_concept(row)
        if session.state.id_of(row) != self.note.concept:
            self.area.verticalScrollBar().setValue(0)
        self.candidates.show_concept(row)
        self.names.setVisible(bool(self.candidates.model_.candidates))
        self.names.note.setText(self.candidates.source())
        if self.reasons & {"project", "results"}:
            self.relations.row = self.strength.row = None
        for part in (self.relations, self.strength, self.note, self.history):
            part.show_concept(row)
        self._load_examples(row)

    def _load_examples(self, row: int) -> None:
        results = self.session.state.results
        wanted = (results, row)
        if wanted == self._examples_of:
            return
        self._examples_of = wanted
        if row >= results.F or self.session.state.awaits_photos:
            self.cutouts.show_examples([])
            return
        self.session.jobs.run(
            partial(results.examples, row, "strongest", EXAMPLES),
            done=lambda found: self._show_examples(wanted, found), key="card examples",
        )  # fmt: skip

    def _show_examples(self, wanted: Any, found: Any) -> None:
        if wanted == self._examples_of:
            self.cutouts.show_examples(found)
