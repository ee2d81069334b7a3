"""The text field for a concept's name, completed from candidates, names in use and vocabulary.

Enter takes the name, and so does leaving the field, as every editor is written before anything
leaves; Escape keeps the old one. Ctrl+Enter takes it and lays out the merge with those that have it
already. Knows nothing of where it is shown.
"""

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QFocusEvent, QHideEvent, QKeyEvent
from PySide6.QtWidgets import QLineEdit, QWidget

from insight_app.figures import agreeing, counted
from insight_app.gui.curation.concept_keys import candidates_of
from insight_app.gui.curation.name_completer import NameCompleter
from insight_app.gui.curation.present_concept import PresentConcept
from insight_app.gui.key_filter import is_asked_for_enter
from insight_app.gui.state.session import Session
from insight_app.plain_text import visible
from insight_app.project.judgements.names.spelling import same_name


class NameEdit(QLineEdit):
    """The name of one concept while it is typed; judged once, by `write`."""

    left = Signal()
    """It is over: the name was judged, or stays as it was."""
    told = Signal(str)
    """What is to be known of the name that is typed: that others have it. '' for nothing."""

    def __init__(
        self, session: Session, concept: PresentConcept, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.session, self.concept = session, concept.id
        self._is_over = False
        self.setAccessibleName("Name of the concept")
        own = [one.term for one in candidates_of(concept)]
        self._completer = NameCompleter(session, self, own, self._called_so)
        self._exact = concept.state.exact_name(concept.row)
        self._before = concept.name if not self._exact else visible(self._exact)
        self.setText(self._before)
        self.selectAll()
        session.editors.opened(self)

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

    def merge(self) -> None:
        """Judge the name and lay out the merge with the concepts that have it already."""
        if not self._is_over:
            name = " ".join(self.text().split())
            self._end()
            self.session.naming.rename_and_merge(self.concept, name)

    def cancel(self) -> None:
        """Leave the name as it is."""
        if not self._is_over:
            self._end()

    def _end(self) -> None:
        self._is_over = True
        self._completer.end()
        self.session.editors.closed(self)
        self.left.emit()

    def _called_so(self, name: str, count: int) -> None:
        """Say that other concepts have the name already; count: with this one, if it has it."""
        others = count - (same_name(name) == same_name(self._before))
        if others <= 0:
            self.told.emit("")
            return
        are = f"{counted(others, 'other concept')} {agreeing(others, 'is', 'are')} called so"
        self.told.emit(f"{are}. Ctrl+Enter: rename and merge")

    def event(self, event: QEvent) -> bool:
        """Keep Ctrl+Enter for this field: the window has a use for it too."""
        if is_asked_for_enter(event):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            event.accept()
            is_merge = event.modifiers() & Qt.KeyboardModifier.ControlModifier
            (self.merge if is_merge else self.take)()
            return
        if event.key() == Qt.Key.Key_Escape:
            event.accept()
            self.cancel()
            return
        super().keyPressEvent(event)

    def hideEvent(self, event: QHideEvent) -> None:
        """Take the list of completions along: it is a window of its own."""
        self._completer.end()
        super().hideEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        reason = Qt.FocusReason
        if event.reason() not in (reason.PopupFocusReason, reason.ActiveWindowFocusReason):
            self.write()
