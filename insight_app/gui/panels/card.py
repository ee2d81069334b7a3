"""The concept card: what the selected concept is, where it stands, and how it was judged."""

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QVBoxLayout, QWidget

from insight_app.gui.curation.concept_keys import ConceptVerbs, keys_of
from insight_app.gui.curation.cutouts import CutoutGrid
from insight_app.gui.curation.facts.candidates import CandidateList
from insight_app.gui.curation.facts.history import ConceptHistory
from insight_app.gui.curation.facts.note_field import NoteField
from insight_app.gui.curation.facts.relations import CHILDREN, PARENTS, TOGETHER, Relatives
from insight_app.gui.curation.facts.section import Section
from insight_app.gui.curation.facts.strength import Strength
from insight_app.gui.curation.facts.title import ConceptTitle
from insight_app.gui.curation.judge_buttons import JudgeButtons
from insight_app.gui.curation.present_concept import PresentConcept, selected
from insight_app.gui.panel import Panel
from insight_app.gui.state.session import Session
from insight_app.gui.widgets import EmptyState, base_widget, scrolled

if TYPE_CHECKING:
    from insight_app.project.judgements import ConceptId
    from insight_app.project.results.records import Example

EXAMPLES = 6


class CardPanel(Panel):
    """One concept, all about it."""

    title = "Concept"
    object_name = "card"

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(session, parent)
        self._examples_of: tuple[int, ConceptId] | None = None
        self.empty = EmptyState(
            "Choose a concept to see its strongest places, names, relations and history.", self
        )
        inside = base_widget(self)
        column = QVBoxLayout(inside)
        column.setContentsMargins(0, 8, 0, 8)
        column.setSpacing(8)
        self.head = ConceptTitle(session, inside)
        self.buttons = JudgeButtons(session, inside, ("accept", "unsure", "reject"))
        self.cutouts = CutoutGrid(session, inside, columns=3)
        self.cutouts.setAccessibleName("Strongest places")
        for widget in (self.head, self.buttons, self.cutouts):
            row = QVBoxLayout()
            row.setContentsMargins(12, 0, 12, 0)
            row.addWidget(widget)
            column.addLayout(row)
        self.candidates = CandidateList(session, inside)
        self.names = Section("Candidate names", self.candidates, inside)
        self.relatives = Relatives(session, inside, (PARENTS, CHILDREN, TOGETHER))
        self.strength = Strength(inside)
        self.note = NoteField(session, inside)
        self.history = ConceptHistory(session, inside)
        for part in (
            self.names,
            self.relatives,
            self.strength,
            Section("Note", self.note, inside),
            Section("History", self.history, inside),
        ):
            column.addWidget(part)
        column.addStretch(1)
        self.area = scrolled(inside, self)
        self.body.addWidget(self.empty, 1)
        self.body.addWidget(self.area, 1)
        keys_of(session).register(ConceptVerbs(self, rename=self.head.rename, note=self.edit_note))

    def edit_note(self) -> None:
        """Put the keyboard into the note."""
        self.area.ensureWidgetVisible(self.note)
        self.note.take_keyboard()

    def refresh(self) -> None:
        concept = selected(self.session)
        self.area.setVisible(concept is not None)
        self.empty.setVisible(concept is None)
        if concept is None:
            return
        self.head.show_concept(concept)
        if concept.id != self.note.concept:
            self.area.verticalScrollBar().setValue(0)
        self.names.note.setText(self.candidates.show_concept(concept))
        self.names.setVisible(not self.candidates.is_empty)
        for part in (self.relatives, self.strength, self.note, self.history):
            part.show_concept(concept)
        self._load_examples(concept)

    def _load_examples(self, concept: PresentConcept) -> None:
        if concept.version == self._examples_of:
            return
        self._examples_of = concept.version
        if not concept.is_counted:
            self.cutouts.show_examples([])
            return
        self.session.jobs.run(
            partial(concept.results.examples, concept.row, "strongest", EXAMPLES),
            done=partial(self._show_examples, concept.version),
            key="card examples",
        )

    def _show_examples(self, version: "tuple[int, ConceptId]", found: "Sequence[Example]") -> None:
        if version == self._examples_of:
            self.cutouts.show_examples(found)
