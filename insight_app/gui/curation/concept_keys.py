"""The keys that act on the selected concept wherever it is shown: names, note, definition.

One action each for the whole window; the panel that has the keyboard does it, else the first one
that is seen. Knows no particular panel.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QApplication, QWidget

from insight_app.gui.curation.present_concept import PresentConcept, selected
from insight_app.gui.state.session import Session

if TYPE_CHECKING:
    from insight_app.project.results.candidates import CandidateName

NAMES = 8
CONCEPT_ACTIONS = (
    "concept.rename",
    "concept.alias",
    "concept.note",
    "concept.define",
)
Verb = Callable[[], object]


def keys_of(session: Session) -> "ConceptKeys":
    """Return the one ConceptKeys of a session's window, made at the first question."""
    found = session.findChild(ConceptKeys)
    return found if found is not None else ConceptKeys(session)


def candidates_of(concept: PresentConcept) -> "list[CandidateName]":
    """Return the candidate names that have a key, best first."""
    return concept.results.candidates(concept.row)[:NAMES] if concept.is_machine else []


@dataclass(frozen=True)
class ConceptVerbs:
    """A panel and what it can do with the selected concept."""

    panel: QWidget
    rename: Verb | None = None
    note: Verb | None = None
    alias: Verb | None = None
    define: Verb | None = None


class ConceptKeys(QObject):
    """F2, Y, N, Shift+N, and 1 to 8."""

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self.session = session
        self._panels: list[ConceptVerbs] = []
        add = session.actions.add
        add("concept.rename", "&Rename", "F2; Return", partial(self._do, lambda one: one.rename),
            context="Concept", icon="pencil-simple", tip="Rename in place")  # fmt: skip
        add("concept.alias", "Add an a&lias", "Y; Shift+F2",
            partial(self._do, lambda one: one.alias), context="Concept", icon="tag",
            tip="Another name beside this one: Vogel @de")  # fmt: skip
        add("concept.note", "N&ote", "N", partial(self._do, lambda one: one.note),
            context="Concept", icon="note", tip="Write a note on the concept")  # fmt: skip
        add("concept.define", "&Define", "Shift+N", partial(self._do, lambda one: one.define),
            context="Concept", icon="book-open",
            tip="Say what the concept is, and what it is not")  # fmt: skip
        for number in range(1, NAMES + 1):
            add(f"concept.name_{number}", f"Take candidate name {number}", str(number),
                partial(self.take, number), context="Candidate names")  # fmt: skip
        for signal in (
            session.projects.opened,
            session.projects.results_changed,
            session.selection.changed,
        ):
            signal.connect(self._enable)
        self._enable()

    def register(self, verbs: ConceptVerbs) -> None:
        """Let a panel do what it can when its key is pressed."""
        self._panels.append(verbs)

    def take(self, number: int) -> None:
        """Give the selected concept its candidate name `number`, counted from 1."""
        if self.session.curation.asks_to_look():
            return
        is_split_seen = "split" in self.session.seen_panels.names
        if self.session.splitting.concept is not None and is_split_seen:
            self.session.messages.say("Choose a cut-out first: the numbers name parts of the split")
            return
        concept = selected(self.session)
        found = [] if concept is None else candidates_of(concept)
        if concept is not None and number <= len(found):
            self.session.curation.rename(concept.id, found[number - 1].term)

    def _do(self, verb_of: Callable[[ConceptVerbs], Verb | None]) -> None:
        if self.session.curation.refuses() or self.session.curation.asks_to_look():
            return
        able = [one for one in self._panels if verb_of(one) is not None and one.panel.isVisible()]
        focused = QApplication.focusWidget()
        mine = [one for one in able if focused is not None and one.panel.isAncestorOf(focused)]
        if not able:
            self.session.messages.say("Open the panel Concept for it (View > Panels)")
        for one in (mine or able)[:1]:
            verb = verb_of(one)
            if verb is not None:
                verb()

    def _enable(self) -> None:
        # Of several none is shown alone: what names one of them would act unseen.
        # Where nothing can be written, they say why.
        can = len(self.session.selection.rows) == 1
        for id in (*CONCEPT_ACTIONS, *(f"concept.name_{n}" for n in range(1, NAMES + 1))):
            self.session.actions.set_enabled(id, can)
