"""The concept card: what the selected concept is, where it stands, and how it was judged."""

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QVBoxLayout, QWidget

from insight_app.gui.curation.concept_keys import ConceptVerbs, keys_of
from insight_app.gui.curation.cutouts import CutoutGrid
from insight_app.gui.curation.facts.aliases import AliasRow
from insight_app.gui.curation.facts.candidates import CandidateList
from insight_app.gui.curation.facts.history import ConceptHistory
from insight_app.gui.curation.facts.relations import (
    CHILDREN,
    IMPLIED,
    PARENTS,
    RELATED,
    TOGETHER,
    Relatives,
)
from insight_app.gui.curation.facts.section import Section
from insight_app.gui.curation.facts.strength import Strength
from insight_app.gui.curation.facts.title import ConceptTitle
from insight_app.gui.curation.facts.written_field import (
    WrittenField,
    definition_field,
    note_field,
)
from insight_app.gui.curation.judge_buttons import JudgeButtons
from insight_app.gui.curation.own_name_keys import OwnNameRow
from insight_app.gui.curation.present_concept import PresentConcept, selected
from insight_app.gui.curation.several import SeveralCard
from insight_app.gui.curation.strongest_places import StrongestPlaces
from insight_app.gui.curation.structure.made_of import MadeOf
from insight_app.gui.hint_line import HintLine
from insight_app.gui.panel import Panel
from insight_app.gui.settings import HINT_KEYS, HINT_NAME
from insight_app.gui.state.lists import OfferedRelations
from insight_app.gui.state.present_relation import find_relation
from insight_app.gui.state.session import Session
from insight_app.gui.widgets import EmptyState, PlainLabel, base_widget, scrolled

if TYPE_CHECKING:
    pass

EXAMPLES = 6
CHOOSE = "Choose a concept to see its strongest places, names, relations and history."
WAITING = (
    "A concept's strongest places, names, relations and history appear here as soon as the first "
    "photos are analyzed."
)
SHOWS_EXAMPLES = frozenset({"exemplars", "review", "alike", "split"})
"""Panels that show the same examples: beside one of them the card leaves them out."""


class CardPanel(Panel):
    """One concept, all about it."""

    title = "Concept"
    object_name = "card"

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(session, parent)
        self.empty = EmptyState(WAITING, self)
        inside = base_widget(self)
        column = QVBoxLayout(inside)
        column.setContentsMargins(0, 8, 0, 8)
        column.setSpacing(8)
        self.head = ConceptTitle(session, inside)
        self.buttons = JudgeButtons(session, inside, ("accept", "unsure", "reject"))
        self.relation = PlainLabel("", inside)
        self.relation.setWordWrap(True)
        self.cutouts = CutoutGrid(session, inside, can_mark=True)
        self.cutouts.setAccessibleName("Strongest places")
        self._places = StrongestPlaces(self.cutouts, EXAMPLES)
        self.name_hint = HintLine(session, HINT_NAME, inside)
        self.keys_hint = HintLine(session, HINT_KEYS, inside)
        for widget in (
            self.head,
            self.name_hint,
            self.relation,
            self.buttons,
            self.keys_hint,
            self.cutouts,
        ):
            row = QVBoxLayout()
            row.setContentsMargins(12, 0, 12, 0)
            row.addWidget(widget)
            column.addLayout(row)
        self.candidates = CandidateList(session, inside)
        self.relatives = Relatives(session, inside, (PARENTS, IMPLIED, CHILDREN, RELATED, TOGETHER))
        self.made_of = MadeOf(session, inside)
        self.strength = Strength(session, inside)
        self.own_names = OwnNameRow(session, inside)
        self.aliases = AliasRow(session, inside)
        self.definition = definition_field(session, inside)
        self.note = note_field(session, inside)
        self.history = ConceptHistory(session, inside)
        for part in (
            self.candidates.section,
            self.own_names.section,
            self.aliases.section,
            # Below what a click names with: where this comes and goes, nothing moves there.
            self.made_of,
            Section("Definition", self.definition, inside),
            self.relatives,
            self.strength,
            Section("Note", self.note, inside),
            self.history.section,
        ):
            column.addWidget(part)
        column.addStretch(1)
        self.area = scrolled(inside, self)
        self.body.addWidget(self.empty, 1)
        self.body.addWidget(self.area, 1)
        self.several = SeveralCard(session, self)
        self.several_area = scrolled(self.several, self)
        self.body.addWidget(self.several_area, 1)
        session.seen_panels.changed.connect(self._follow_panels)
        session.lists.offer_relations(
            OfferedRelations(
                self.object_name,
                self.isVisible,
                self.has_keyboard,
                self.relatives.has_relation,
                self.relatives.relation_beside,
            )
        )
        keys_of(session).register(
            ConceptVerbs(
                self,
                rename=self.head.rename,
                note=partial(self.edit, self.note),
                alias=self.add_alias,
                define=partial(self.edit, self.definition),
            )
        )

    def edit(self, field: WrittenField) -> None:
        """Put the keyboard into the note or the definition."""
        self.area.ensureWidgetVisible(field)
        field.take_keyboard()

    def add_alias(self) -> None:
        """Put the keyboard into a field for another name."""
        self.aliases.add()
        self.area.ensureWidgetVisible(self.aliases)

    def refresh(self) -> None:
        concept = selected(self.session)
        are_several = len(self.session.selection.rows) > 1
        self.area.setVisible(concept is not None and not are_several)
        self.several_area.setVisible(are_several)
        self.empty.setVisible(concept is None)
        self.empty.set_text(CHOOSE if self.session.state.catalogue is not None else WAITING)
        if are_several:
            for editor in (self.aliases, self.definition, self.note):
                editor.write()
            self.several.show_selected()
            return
        if concept is None:
            return
        self.head.show_concept(concept)
        relation = find_relation(self.session.state, self.session.selection.relation)
        is_beside_edge = relation is not None and "exemplars" in self.session.seen_panels.names
        self.buttons.setVisible(not is_beside_edge)
        self.relation.setVisible(relation is not None and not is_beside_edge)
        self.relation.setText("" if relation is None else f"Selected: {relation.sentence()}")
        can_judge = not self.session.state.read_only
        self.name_hint.set_relevant(can_judge and not concept.by_person)
        self.keys_hint.set_relevant(can_judge and not is_beside_edge)
        if concept.id != self.note.concept:
            self.area.verticalScrollBar().setValue(0)
        for part in (
            self.made_of,
            self.candidates,
            self.aliases,
            self.definition,
            self.relatives,
            self.strength,
            self.note,
            self.history,
        ):
            part.show_concept(concept)
        self._load_examples(concept)

    def _follow_panels(self) -> None:
        if self.cutouts.isHidden() != self._are_beside:
            self.invalidate()

    @property
    def _are_beside(self) -> bool:
        return bool(self.session.seen_panels.names & SHOWS_EXAMPLES)

    def _load_examples(self, concept: PresentConcept) -> None:
        self.cutouts.setVisible(not self._are_beside)
        if not self._are_beside:
            self._places.show_concept(concept)
