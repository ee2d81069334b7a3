"""The note on a concept: a judgement when the typing rests, and before anything leaves it."""

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt, QTimer
from PySide6.QtGui import QFocusEvent, QKeyEvent, QTextCursor
from PySide6.QtWidgets import QApplication, QPlainTextEdit, QSizePolicy, QWidget
from shiboken6 import isValid

from insight_app.gui.curation.present_concept import PresentConcept
from insight_app.gui.state.session import Session

if TYPE_CHECKING:
    from insight_app.project.judgements import ConceptId

REST = 2000
"""Milliseconds without a change after which a note is written."""


class NoteField(QPlainTextEdit):
    """Escape and Ctrl+Enter leave it; what was typed stays and can be undone."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.session = session
        self.concept: ConceptId | None = None
        self._project: Path | None = None
        self._written = ""
        self._came_from: QWidget | None = None
        self.setAccessibleName("Note")
        self.setPlaceholderText("What should the next person know? (N)")
        self.setTabChangesFocus(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.document().setDocumentMargin(12)  # its text begins under its heading
        self._rest = QTimer(self, singleShot=True, interval=REST)
        self._rest.timeout.connect(self.write)
        self.textChanged.connect(self._changed)

    def show_concept(self, concept: PresentConcept) -> None:
        """Show a concept's note; what is being typed for this concept stays."""
        text, project = self._note_on(concept), concept.state.path
        is_same = (project, concept.id) == (self._project, self.concept)
        if is_same and (text == self._written or self._is_unwritten):
            return  # not under the hands of who types
        if project == self._project:  # else it was written when the project was left
            self.write()
        self.concept, self._project, self._written = concept.id, project, text
        self.setReadOnly(concept.state.read_only)
        self.setPlainText(text)
        self.moveCursor(QTextCursor.MoveOperation.End)
        self._follow_typing()

    def _note_on(self, concept: PresentConcept) -> str:
        """Return the note as it was typed last, though it may still be on its way to the disk."""
        pending = self.session.queue.said(concept.id, "note")
        committed = concept.catalogue.notes.get(concept.row, "")
        return pending if isinstance(pending, str) else committed

    def write(self) -> None:
        """Judge the note if it was changed."""
        if self.concept is not None and self._is_unwritten:
            text = self._typed
            if not self.session.state.read_only:  # else it stays typed, and why is said
                self._written = text
            self.session.curation.note(self.concept, text)
            self._follow_typing()

    @property
    def _typed(self) -> str:
        """The note as the log would keep it."""
        from insight_app.project.judgements.acts import unicode

        return unicode(self.toPlainText()).strip()

    @property
    def _is_unwritten(self) -> bool:
        # Modified: the field itself shows some characters of a note as others.
        is_modified = self.concept is not None and self.document().isModified()
        return is_modified and self._typed != self._written

    def _changed(self) -> None:
        self.updateGeometry()
        self._follow_typing()

    def _follow_typing(self) -> None:
        """Write what is typed once it rests; until then say that it is not."""
        self.session.editors.set_unwritten(self, self._is_unwritten)
        if self._is_unwritten and not self.session.state.read_only:
            self._rest.start()
        else:
            self._rest.stop()

    def sizeHint(self) -> QSize:
        lines = min(6, max(2, self.document().blockCount()))
        return QSize(100, lines * self.fontMetrics().lineSpacing() + 20)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        enter = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        leaves = enter and event.modifiers() & Qt.KeyboardModifier.ControlModifier
        if leaves or event.key() == Qt.Key.Key_Escape:
            self.write()
            self._give_back_keyboard()
        else:
            super().keyPressEvent(event)

    def take_keyboard(self) -> None:
        """Take the keyboard, to go on behind what is written already."""
        self._came_from = QApplication.focusWidget()
        self.setFocus()
        self.moveCursor(QTextCursor.MoveOperation.End)

    def _give_back_keyboard(self) -> None:
        """Let what had the keyboard before go on: a list, by the next key."""
        before, self._came_from = self._came_from, None
        if before is not None and before is not self and isValid(before) and before.isVisible():
            before.setFocus()
        else:
            self.clearFocus()

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.session.editors.opened(self)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.write()
        self.session.editors.closed(self)
