"""Several selected concepts: how many, what was said of them, and what each key does to all.

Judging is the session's; which panel shows this instead of one concept is the panel's matter.
"""

from collections import Counter
from collections.abc import Sequence
from itertools import combinations
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QVBoxLayout, QWidget

from insight_app.figures import counted
from insight_app.gui import theme
from insight_app.gui.curation.lists.concept_picker import ConceptPicker
from insight_app.gui.curation.lists.concept_row import ConceptRow
from insight_app.gui.curation.one_of_several import OneOfSeveral
from insight_app.gui.curation.structure.keys import MOST_APART, structure_keys
from insight_app.gui.icons import STATUS_WORDS
from insight_app.gui.state.project_state import ProjectState
from insight_app.gui.state.session import Session
from insight_app.gui.widgets import KeyButton, PlainLabel, dim_label, thin_line

if TYPE_CHECKING:
    from insight_app.project.judgements import ConceptId

MOST_LISTED = 200
VERBS = {"accept": 1, "unsure": 2, "reject": 3}
"""What is said of a name -> its place in STATUS_WORDS."""
TOGETHER = ("merge", "group", "keep_apart")
"""What is done to them together."""


class SeveralCard(QWidget):
    """Stands in the place of one concept's card while several are selected."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        structure_keys(session)  # registers the actions
        self.session = session
        self.setProperty("base", True)
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 12, 0, 8)
        column.setSpacing(8)
        head = QGridLayout()
        head.setContentsMargins(12, 0, 12, 4)
        head.setVerticalSpacing(8)
        head.setColumnStretch(1, 1)
        self.title = PlainLabel("", self)
        self.said = dim_label("", self)
        self.said.setWordWrap(True)
        for widget in (self.title, self.said):
            widget.setContentsMargins(12, 0, 12, 0)
            column.addWidget(widget)
        self.effects = {}
        for line, verb in enumerate((*VERBS, "hide"), 2):
            button = KeyButton(
                session.actions, f"concept.{verb}", primary=verb == "accept", parent=self
            )
            self.effects[verb] = dim_label("", self)
            self.effects[verb].setWordWrap(True)
            head.addWidget(button, line, 0, Qt.AlignmentFlag.AlignLeft)
            head.addWidget(self.effects[verb], line, 1)
        for line, id in enumerate(TOGETHER, len(VERBS) + 3):
            self.effects[id] = dim_label("", self)
            self.effects[id].setWordWrap(True)
            button = KeyButton(session.actions, f"concept.{id}", parent=self)
            head.addWidget(button, line, 0, Qt.AlignmentFlag.AlignLeft)
            head.addWidget(self.effects[id], line, 1)
        self.one = OneOfSeveral(session, self)
        column.addWidget(self.one)
        column.addWidget(thin_line(self))
        column.addLayout(head)
        self.hint = dim_label("", self)
        self.hint.setWordWrap(True)
        self.hint.setContentsMargins(12, 0, 12, 4)
        column.addWidget(self.hint)
        column.addWidget(thin_line(self))
        self.list = ConceptPicker(session, self, grows=MOST_LISTED, has_colours=True)
        self.list.setAccessibleName("Selected concepts")
        column.addWidget(self.list)
        column.addStretch(1)
        session.staging.changed.connect(self._follow_stage)
        theme.follow(self._measure)

    def _measure(self) -> None:
        font = theme.bold(self.font())
        font.setPointSizeF(font.pointSizeF() * 1.35)
        self.title.setFont(font)

    def show_selected(self) -> None:
        """Show what is selected now."""
        state, selection = self.session.state, self.session.selection
        concepts, relations = state.ids_of(selection.rows), len(self.session.relations.current)
        self.title.setText(f"{len(concepts):,} selected")
        self.said.setText(tally(state, concepts))
        self._show_one()
        stage = self.session.staging.stage
        for verb, label in self.effects.items():
            if verb == "merge" and stage is not None:
                label.setText("as it is laid out")
                continue
            say = together if verb in TOGETHER else effect
            is_of_relations = verb in VERBS and verb != "hide" and relations
            what = f"changes {counted(relations, 'relation')}"
            label.setText(what if is_of_relations else say(state, concepts, verb))
        coloured, listed = len(selection.coloured), concepts[:MOST_LISTED]
        hints = ["One undo takes it back for all of them. A click below shows one alone."]
        if coloured < len(concepts):
            hints.append(f"{coloured} are drawn in colours of their own, the others are not.")
        if len(listed) < len(concepts):
            hints.append(f"The first {len(listed)} are listed.")
        self.hint.setText(" ".join(hints))
        self.list.set_rows([ConceptRow(concept) for concept in listed])

    def _follow_stage(self) -> None:
        if self.isVisible():
            self.show_selected()
        else:
            self._show_one()

    def _show_one(self) -> None:
        """Show one of those that are selected, of what is laid out the one that stays first."""
        session, stage = self.session, self.session.staging.stage
        if stage is None:
            self.one.show_of(session.state.ids_of(session.selection.rows), None)
        else:
            self.one.show_of(stage.ticked, stage.reference)


def together(state: ProjectState, concepts: "Sequence[ConceptId]", verb: str) -> str:
    """Return what a verb would make of concepts together, in words."""
    first = state.row_of(concepts[0]) if concepts else None
    if state.catalogue is None or first is None:
        return ""
    if verb == "merge":
        return f"into {state.name_told_apart(first)}, after a preview"
    if verb == "group":
        return "under a new concept of your own"
    count = len(concepts)
    rows = state.rows_of(concepts)
    if count <= MOST_APART:
        apart = sum(state.catalogue.is_apart(*pair) for pair in combinations(rows, 2))
        pairs = count * (count - 1) // 2
        left = f"{counted(pairs - apart, 'pair')} not to be merged"
        return f"{left}, {apart:,} are apart already" if apart else left
    return f"for at most {MOST_APART} concepts at once"


def effect(state: ProjectState, concepts: "Sequence[ConceptId]", verb: str) -> str:
    """Return what a verb would change of concepts, in words."""
    catalogue, rows = state.catalogue, list(state.rows_of(concepts))
    if catalogue is None:
        return ""
    if verb == "hide":
        done, word = int(catalogue.hidden[rows].sum()), "hidden"
        if done == len(rows):
            return "brings all of them back into the lists"
    else:
        done, word = int((catalogue.status[rows] == VERBS[verb]).sum()), STATUS_WORDS[VERBS[verb]]
    changed = f"changes {counted(len(rows) - done, 'concept')}"
    return f"{changed}, {done:,} {'is' if done == 1 else 'are'} {word} already" if done else changed


def tally(state: ProjectState, concepts: "Sequence[ConceptId]") -> str:
    """Return what was said of concepts until now, in words: "3 not reviewed, 1 accepted"."""
    catalogue, rows = state.catalogue, state.rows_of(concepts)
    if catalogue is None:
        return ""
    counts = Counter(int(catalogue.status[row]) for row in rows if not catalogue.hidden[row])
    parts = [
        f"{counts[status]:,} {word}" for status, word in enumerate(STATUS_WORDS) if counts[status]
    ]
    if hidden := sum(bool(catalogue.hidden[row]) for row in rows):
        parts.append(f"{hidden:,} hidden")
    return ", ".join(parts)
