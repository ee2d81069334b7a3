"""The text field for a concept's name, completed from candidates, names in use and vocabulary.

Enter takes the name, and so does leaving the field, as every editor is written before anything
leaves; Escape keeps the old one. Knows nothing of where it is shown.
"""

from functools import lru_cache

import shiboken6
from PySide6.QtCore import QStringListModel, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QCompleter, QLineEdit, QWidget

from insight_app.gui.curation.present_concept import PresentConcept
from insight_app.gui.state.epochs import Scope
from insight_app.gui.state.session import Session
from insight_app.plain_text import visible

SHOWN = 10


class NameEdit(QLineEdit):
    """The name of one concept while it is typed; judged once, by `write`."""

    left = Signal()
    """It is over: the name was judged, or stays as it was."""

    def __init__(
        self, session: Session, concept: PresentConcept, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.session, self.concept = session, concept.id
        self._is_over = False
        self.setAccessibleName("Name of the concept")
        self._words = QStringListModel(completions(concept), self)
        completer = QCompleter(self._words, self)
        completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        completer.setFilterMode(Qt.MatchFlag.MatchStartsWith)
        completer.setMaxVisibleItems(SHOWN)
        self.setCompleter(completer)
        self._exact = concept.state.exact_name(concept.row)
        self._before = concept.name if not self._exact else visible(self._exact)
        self.setText(self._before)
        self.selectAll()
        session.editors.opened(self)
        session.jobs.run(_vocabulary, done=self._add_words, scope=Scope.PROGRAM)

    def write(self) -> None:
        """Judge the name that was typed, where it is another one, and end."""
        if not self._is_over:
            name = " ".join(self.text().split())
            self._end()
            if name and name != self._before:
                self.session.curation.rename(self.concept, name)

    def take(self) -> None:
        """Judge the name as it stands, though it may be the machine's: it becomes the person's."""
        if not self._is_over:
            self._end()
            is_untouched = self.text() == self._before and bool(self._exact)
            self.session.curation.rename(self.concept, self._exact if is_untouched else self.text())

    def cancel(self) -> None:
        """Leave the name as it is."""
        if not self._is_over:
            self._end()

    def _end(self) -> None:
        self._is_over = True
        self.session.editors.closed(self)
        self.left.emit()

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
            self.take()
            return
        if event.key() == Qt.Key.Key_Escape:
            event.accept()
            self.cancel()
            return
        super().keyPressEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        reason = Qt.FocusReason
        if event.reason() not in (reason.PopupFocusReason, reason.ActiveWindowFocusReason):
            self.write()


@lru_cache(maxsize=1)
def _vocabulary() -> tuple[str, ...]:
    """Return the words that machine names are chosen from; runs on the pool."""
    from insight_app.concepts.naming.vocabulary import shipped_terms

    return tuple(sorted(set(shipped_terms()[0]), key=str.casefold))


def completions(concept: PresentConcept) -> list[str]:
    """Return the concept's own candidates, then every other name in use or given by the machine."""
    results = concept.results
    own = [one.term for one in results.candidates(concept.row)] if concept.is_machine else []
    names = {name for name in (*concept.catalogue.names, *results.machine_names) if name}
    return list(dict.fromkeys(map(visible, [*own, *sorted(names, key=str.casefold)])))
