"""The text field for a concept's name, completed from candidates, names in use and vocabulary.

Enter takes the name, Escape or leaving the field keeps the old one. Knows nothing of where it is
shown.
"""

from collections.abc import Sequence
from functools import lru_cache

import shiboken6
from PySide6.QtCore import QStringListModel, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QCompleter, QLineEdit, QWidget

from insight_app.gui.state.session import Session

SHOWN = 10


class NameEdit(QLineEdit):
    """taken(name) after Enter, left() after Escape or when the keyboard goes elsewhere."""

    taken = Signal(str)
    left = Signal()

    def __init__(self, session: Session, row: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.row = row
        self.setAccessibleName("Name of the concept")
        self._words = QStringListModel(completions(session, row), self)
        completer = QCompleter(self._words, self)
        completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        completer.setFilterMode(Qt.MatchFlag.MatchStartsWith)
        completer.setMaxVisibleItems(SHOWN)
        self.setCompleter(completer)
        name, _by_person = session.name(row)
        self.setText(name)
        self.selectAll()
        session.jobs.run(_vocabulary, done=self._add_words)

    def _add_words(self, vocabulary: tuple[str, ...]) -> None:
        if not shiboken6.isValid(self):
            return
        known = self._words.stringList()
        seen = {word.casefold() for word in known}
        more = [word for word in vocabulary if word.casefold() not in seen]
        self._words.setStringList([*known, *more])

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            event.accept()
            self.taken.emit(self.text())
            return
        if event.key() == Qt.Key.Key_Escape:
            event.accept()
            self.left.emit()
            return
        super().keyPressEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        reason = Qt.FocusReason
        if event.reason() not in (reason.PopupFocusReason, reason.ActiveWindowFocusReason):
            self.left.emit()


@lru_cache(maxsize=1)
def _vocabulary() -> tuple[str, ...]:
    """The words that machine names are chosen from; runs on the pool."""
    from insight_app.concepts.naming.vocabulary import shipped_terms

    return tuple(sorted(set(shipped_terms()[0]), key=str.casefold))


def completions(session: Session, row: int) -> Sequence[str]:
    """The concept's own candidates, then every name in use or given by the machine, each once."""
    catalogue, results = session.catalogue, session.results
    own = [c.term for c in results.candidates(row)] if row < results.F else []
    names = {name for name in (*catalogue.names, *results.machine_names) if name}
    return list(dict.fromkeys([*own, *sorted(names, key=str.casefold)]))
