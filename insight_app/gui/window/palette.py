"""The command palette: everything that can be done, and every concept, found by typing."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QFrame, QLineEdit, QVBoxLayout, QWidget
from shiboken6 import isValid

from insight_app.gui.finding.hits import LIMIT, Hit, HitList, concept_hits
from insight_app.gui.state.session import Session


class CommandPalette(QFrame):
    """Lists every action and every concept by the letters of its words (Ctrl+K)."""

    def __init__(self, session: Session, parent: QWidget) -> None:
        super().__init__(parent)
        self.session = session
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
        self.list.chosen.connect(self.close_palette)
        self.list.escaped.connect(self.close_palette)
        column.addWidget(self.line)
        column.addWidget(self.list, 1)
        self.hide()
        self._before: QWidget | None = None

    def open(self) -> None:
        """Show it over the middle of the window."""
        window = self.window()
        width = min(640, window.width() - 48)
        height = min(440, window.height() - 120)
        self.setGeometry((window.width() - width) // 2, 80, width, height)
        self._before = QApplication.focusWidget()
        window.activateWindow()  # the keyboard may be in a floating panel
        self.line.clear()
        self.show()
        self.raise_()
        self.list.update_hits()
        self.line.setFocus()

    def close_palette(self) -> None:
        """Hide it and give the keyboard back."""
        self.hide()
        before, self._before = self._before, None
        if before is not None and isValid(before) and before.isVisible():
            before.window().activateWindow()
            before.setFocus()

    def _hits(self, text: str) -> list[Hit]:
        words = text.lower().split()
        hits = []
        for entry in self.session.actions.entries():
            found = f"{entry.context} {entry.title}".lower()
            if entry.action.isEnabled() and all(word in found for word in words):
                hits.append(Hit(entry.title, entry.shown_keys(), entry.action.trigger))
        if words and self.session.state.catalogue is not None:
            rows = self.session.state.catalogue.search(text)[:LIMIT]
            hits.extend(concept_hits(self.session, rows))
        return hits
