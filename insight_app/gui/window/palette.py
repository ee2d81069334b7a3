"""The command palette: everything that can be done, and every concept, found by typing."""

from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtGui import QHideEvent
from PySide6.QtWidgets import QFrame, QLineEdit, QVBoxLayout, QWidget

from insight_app.gui.finding.hits import (
    NOTHING,
    NOTHING_FOUND,
    FoundHits,
    Hit,
    HitList,
    found_concepts,
)
from insight_app.gui.state.session import Session


class CommandPalette(QFrame):
    """Lists every action and every concept by the letters of its words (Ctrl+K)."""

    def __init__(self, session: Session, window: QWidget) -> None:
        super().__init__(window, Qt.WindowType.Popup)
        self.session, self._window = session, window
        self.setObjectName("command_palette")
        self.setFrameShape(QFrame.Shape.StyledPanel)
        self.setProperty("base", True)
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 8, 8, 8)
        self.line = QLineEdit(self)
        self.line.setPlaceholderText("A command or a concept")
        self.line.setAccessibleName("Command or concept")
        self.list = HitList(self.line, self, self._hits)
        self.list.chosen.connect(self.hide)
        self.list.escaped.connect(self.hide)
        column.addWidget(self.line)
        column.addWidget(self.list, 1)

    def open(self) -> None:
        """Show it over the middle of the window, and over what floats there."""
        width = min(640, self._window.width() - 48)
        height = min(440, self._window.height() - 120)
        corner = QPoint((self._window.width() - width) // 2, 80)
        self.setGeometry(QRect(self._window.mapToGlobal(corner), QSize(width, height)))
        self.line.clear()
        self.list.update_hits()
        self.show()
        self.line.setFocus()

    def hideEvent(self, event: QHideEvent) -> None:
        """Keep no keyboard, where there was nobody to give it back to."""
        self.line.clearFocus()
        super().hideEvent(event)

    def _hits(self, text: str) -> FoundHits:
        words = text.lower().split()
        hits = []
        for entry in self.session.actions.entries():
            shown = entry.shown_text()
            # "Undo: Accepted dog" is no hit for dog: who looks for dog would undo a judgement.
            name = f"{entry.context} {entry.title} {shown.partition(':')[0]}".lower()
            if entry.action.isEnabled() and all(word in name for word in words):
                hits.append(Hit(shown, entry.shown_keys(), entry.action.trigger))
        found = found_concepts(self.session, text) if words else NOTHING
        note = "" if hits and found.note == NOTHING_FOUND else found.note
        return FoundHits([*hits, *found.hits], note)
