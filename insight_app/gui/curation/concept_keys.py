"""The keys that act on the selected concept wherever it is shown: rename, note, candidate names.

One action each for the whole window; the panel that has the keyboard serves it, else the first one
that is seen. Knows no particular panel.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QApplication, QWidget

from insight_app.gui.state.session import Session

NAMES = 8
CONCEPT_ACTIONS = ("concept.rename", "concept.note", "concept.add_parent")


def keys_of(session: Session) -> "ConceptKeys":
    """The one ConceptKeys of a session's window, made at the first question."""
    found = session.findChild(ConceptKeys)
    return found if found is not None else ConceptKeys(session)


@dataclass(frozen=True)
class Server:
    """A panel and what it can do with the selected concept."""

    panel: QWidget
    rename: Callable[[], object] | None = None
    note: Callable[[], object] | None = None


class ConceptKeys(QObject):
    """F2, N, 1 to 8, and the dialog for parents."""

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self.session = session
        self._servers: list[Server] = []
        add = session.actions.add
        add("concept.rename", "&Rename", "F2; Return", lambda: self._serve("rename"),
            context="Concept", icon="pencil-simple", tip="Rename in place")  # fmt: skip
        add("concept.note", "N&ote", "N", lambda: self._serve("note"), context="Concept",
            icon="note", tip="Write a note on the concept")  # fmt: skip
        add("concept.add_parent", "Add a &parent…", "Ctrl+Shift+P", self.ask_parent,
            context="Concept", icon="tree-structure",
            tip="Put it under one more concept")  # fmt: skip
        for number in range(1, NAMES + 1):
            add(f"concept.name_{number}", f"Take candidate name {number}", str(number),
                lambda number=number: self.take(number), context="Candidate names")  # fmt: skip
        for signal in (
            session.projects.opened,
            session.projects.results_changed,
            session.selection.changed,
        ):
            signal.connect(lambda *_args: self._enable())
        self._enable()

    def register(self, server: Server) -> None:
        self._servers.append(server)

    def candidates(self) -> list[Any]:
        """The candidate names of the selected concept."""
        session, row = self.session, self.session.selection.row
        if session.state.results is None or row is None or row >= session.state.results.F:
            return []
        return list(session.state.results.candidates(row))[:NAMES]

    def take(self, number: int) -> None:
        """Give the selected concept its candidate name `number`, counted from 1."""
        found, concept = self.candidates(), self.session.selection.primary
        if concept is not None and number <= len(found):
            self.session.curation.rename(concept, found[number - 1].term)

    def ask_parent(self) -> None:
        from insight_app.gui.curation.parent_dialog import ParentDialog

        ParentDialog(self.session, QApplication.activeWindow()).open()

    def _serve(self, verb: str) -> None:
        able = [s for s in self._servers if getattr(s, verb) is not None and s.panel.isVisible()]
        focused = QApplication.focusWidget()
        mine = [s for s in able if focused is not None and s.panel.isAncestorOf(focused)]
        for server in (mine or able)[:1]:
            getattr(server, verb)()

    def _enable(self) -> None:
        session = self.session
        can = bool(session.selection.rows) and session.state.catalogue is not None
        can = can and not session.state.read_only
        for id in (*CONCEPT_ACTIONS, *(f"concept.name_{n}" for n in range(1, NAMES + 1))):
            session.actions.set_enabled(id, can)
