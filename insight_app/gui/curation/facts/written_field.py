"""A longer text on a concept: a judgement when the typing rests, and before anything leaves it.

A note says what the next person should know, a definition what the concept means.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QSize, Qt, QTimer
from PySide6.QtGui import QFocusEvent, QKeyEvent, QTextCursor
from PySide6.QtWidgets import QApplication, QPlainTextEdit, QSizePolicy, QWidget
from shiboken6 import isValid

from insight_app.gui.curation.present_concept import PresentConcept
from insight_app.gui.key_filter import is_asked_for_enter
from insight_app.gui.state.session import Session

if TYPE_CHECKING:
    from insight_app.project.judgements import ConceptId

REST = 2000
"""Milliseconds without a change after which a text is written."""


@dataclass(frozen=True)
class FieldText:
    """Which text of a concept a field holds.

    field: its name in the log.  read: what is written of a concept.  judge: writes it.
    """

    title: str
    asks: str
    field: str
    read: Callable[[PresentConcept], str]
    judge: "Callable[[ConceptId, str], None]"


def note_field(session: Session, parent: QWidget) -> "WrittenField":
    """Make the field of a concept's note."""
    return WrittenField(
        session,
        FieldText(
            "Note",
            "What should the next person know? (N)",
            "note",
            lambda concept: concept.catalogue.notes.get(concept.row, ""),
            session.curation.note,
        ),
        parent,
    )


def definition_field(session: Session, parent: QWidget) -> "WrittenField":
    """Make the field of a concept's definition."""
    return WrittenField(
        session,
        FieldText(
            "Definition",
            "What is it, and what is it not? (Shift+N)",
            "definition",
            lambda concept: concept.catalogue.definitions.get(concept.row, ""),
            session.naming.define,
        ),
        parent,
    )


class WrittenField(QPlainTextEdit):
    """Escape and Ctrl+Enter leave it; what was typed stays and can be undone."""

    def __init__(self, session: Session, what: FieldText, parent: QWidget) -> None:
        super().__init__(parent)
        self.session, self._what = session, what
        self.concept: ConceptId | None = None
        self._project: Path | None = None
        self._written = ""
        self._came_from: QWidget | None = None
        self.setAccessibleName(what.title)
        self.setPlaceholderText(what.asks)
        self.setTabChangesFocus(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.document().setDocumentMargin(12)  # its text begins under its heading
        self._rest = QTimer(self, singleShot=True, interval=REST)
        self._rest.timeout.connect(self.write)
        self.textChanged.connect(self._changed)

    def show_concept(self, concept: PresentConcept) -> None:
        """Show a concept's text; what is being typed for this concept stays."""
        text, project = self._text_on(concept), concept.state.path
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

    def _text_on(self, concept: PresentConcept) -> str:
        """Return the text as it was typed last, though it may still be on its way to the disk."""
        pending = self.session.queue.said(concept.id, self._what.field)
        return pending if isinstance(pending, str) else self._what.read(concept)

    def write(self) -> None:
        """Judge the text if it was changed."""
        if self.concept is not None and self._is_unwritten:
            text = self._typed
            if not self.session.state.read_only:  # else it stays typed, and why is said
                self._written = text
            self._what.judge(self.concept, text)
            self._follow_typing()

    @property
    def _typed(self) -> str:
        """The note as the log would keep it."""
        from insight_app.project.judgements.acts import unicode

        return unicode(self.toPlainText()).strip()

    @property
    def _is_unwritten(self) -> bool:
        # Modified: the field itself shows some characters of a text as others.
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

    def event(self, event: QEvent) -> bool:
        """Keep Ctrl+Enter for this field: the window has a use for it too."""
        if is_asked_for_enter(event):
            event.accept()
            return True
        return super().event(event)

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
