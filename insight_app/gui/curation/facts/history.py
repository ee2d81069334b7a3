"""Who judged a concept, how, and when; each act of one's own can be taken back alone."""

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QVBoxLayout, QWidget

from insight_app.concepts.hsae.summary import RELEASE
from insight_app.concepts.naming.doubt import is_doubtful
from insight_app.gui.curation.facts.section import Section
from insight_app.gui.curation.history.lines import (
    HistoryLine,
    arranged,
    lines_of,
    without_repeats,
    words_of,
)
from insight_app.gui.curation.history.view import HistoryView
from insight_app.gui.curation.present_concept import PresentConcept
from insight_app.gui.state.session import Session
from insight_app.gui.state.shown_name import ShownName, shown_name
from insight_app.gui.widgets import PlainLabel, dim_label

if TYPE_CHECKING:
    from insight_app.project.judgements import ConceptId, Judgement
    from insight_app.project.judgements.projection import Standing
    from insight_app.project.project import Project

LINES, PAGE = 12, 300
"""Seen at once, a longer history scrolls; and listed at first, earlier ones when asked for."""
BY_DATE, BY_PERSON = "by date", "by person"


class ConceptHistory(QWidget):
    """All that was ever said with a concept in it, the newest first, and how the machine named it.

    section: its heading, with links that arrange it and open the project's whole history.
    """

    def __init__(self, session: Session, parent: QWidget) -> None:
        super().__init__(parent)
        self.session = session
        self._concept: ConceptId | None = None
        self._entries: list[Judgement] = []
        self._standing: dict[str, Standing] = {}
        self._others: dict[str, int] = {}
        """Act -> how many more entries it has than one."""
        self._most = PAGE
        self._lines: list[HistoryLine] = []
        self._by_person = False
        self.list = HistoryView(self, grows=LINES)
        self.list.take_back.connect(self._take_back)
        self.refusal = PlainLabel("", self)
        self.refusal.setWordWrap(True)
        self.refusal.setContentsMargins(12, 4, 12, 4)
        self.refusal.hide()
        session.queue.refused.connect(self._refused)
        self.machine = dim_label("", self)
        self.machine.setWordWrap(True)
        self.machine.setContentsMargins(12, 2, 12, 8)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.refusal)
        column.addWidget(self.list)
        column.addWidget(self.machine)
        self.section = Section("History", self, parent)
        self.arrange = self.section.add_link(
            BY_DATE, "Under the days, or under the persons who said it", self._turn
        )
        self.earlier = self.section.add_link(
            "Earlier…", "Judgements before those that are listed", self._show_earlier
        )
        whole = session.actions["edit.history"]
        self.section.add_link("All…", whole.toolTip(), whole.trigger)

    def show_concept(self, concept: PresentConcept) -> None:
        """Read the judgements of a concept and show them a moment later."""
        self.refusal.hide()
        if concept.id != self._concept:
            self._most = PAGE
        self._concept, results = concept.id, concept.results
        machine = results.machine_names[concept.row] if concept.is_machine else ""
        if machine:
            who = "release" if results.names_run == RELEASE else "analysis"
            probability = float(results.name_probability[concept.row])
            name = ShownName(shown_name(machine), is_doubtful=is_doubtful(probability))
            before = shown_name(results.names_before[concept.row])
            machine = f"{who}: named {name.text}{f', was: {before}' if before else ''}"
        self.machine.setText(machine)
        self.machine.setVisible(bool(machine))
        self.session.projects.ask(
            partial(_history, concept=concept.id), done=partial(self._read, concept.id)
        )

    def _read(
        self,
        concept: "ConceptId",
        found: "tuple[Sequence[Judgement], dict[str, Standing], dict[str, int]]",
    ) -> None:
        if concept != self._concept:
            return
        entries, self._standing, sizes = found
        self._entries = without_repeats(entries)
        self._others = {group: size - 1 for group, size in sizes.items() if size > 1}
        self._list()

    def _list(self) -> None:
        """Put the newest entries into words, as many as are wanted."""
        project, concept = self.session.state.project, self._concept
        if project is None or concept is None:
            return
        me = "" if project.read_only else project.judgements.person.uuid
        words = partial(words_of, concept=concept, name_of=self._name)
        shown = self._entries[-self._most :]
        self._lines = lines_of(shown, self._standing, me, words, self._others)
        self.earlier.setVisible(len(self._entries) > self._most)
        self._arrange()

    def _show_earlier(self) -> None:
        self._most += PAGE
        self._list()

    def _arrange(self) -> None:
        self.arrange.setVisible(len({line.person for line in self._lines}) > 1)
        self.arrange.setText(BY_PERSON if self._by_person else BY_DATE)
        self.list.delegate.has_persons = not self._by_person
        self.list.delegate.shows_day = self._by_person
        self.list.set_items(arranged(self._lines, by_person=self._by_person))
        self.list.setVisible(bool(self._lines))

    def _turn(self) -> None:
        self._by_person = not self._by_person
        self._arrange()

    def _name(self, concept: "ConceptId") -> str:
        row = self.session.state.row_of(concept)
        return str(concept) if row is None else self.session.state.name_told_apart(row)

    def _take_back(self, line: HistoryLine) -> None:
        self.session.curation.take_back(line.group)

    def _refused(self, _write: object, error: Exception) -> None:
        """Say why an act stands, where it is read whole."""
        self.refusal.setText(str(error))
        self.refusal.setVisible(self.list.hasFocus())


def _history(
    project: "Project", concept: "ConceptId"
) -> "tuple[Sequence[Judgement], dict[str, Standing], dict[str, int]]":
    """Read (judgements of a concept, which acts stand, their sizes); on the project's thread."""
    entries = project.judgements.history_of(concept)
    groups = {entry.group for entry in entries}
    return entries, project.judgements.standing(groups), project.judgements.sizes(groups)
