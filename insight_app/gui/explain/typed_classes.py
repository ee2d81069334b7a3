"""Where classes are typed: one a line, other words for the same after commas.

Says what is typed. Knows nothing of what is done with it.
"""

from PySide6.QtCore import QSignalBlocker, Signal
from PySide6.QtWidgets import QPlainTextEdit, QVBoxLayout, QWidget

from insight_app.gui import theme
from insight_app.gui.widgets import dim_label

LINES = 6
HINT = "One class a line; other words for it after commas"


class TypedClasses(QWidget):
    """`changed` with all that is typed."""

    changed = Signal(str)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.edit = QPlainTextEdit(self)
        self.edit.setPlaceholderText("sports car, racing car\nfire engine, fire truck")
        self.edit.setTabChangesFocus(True)
        self.edit.setAccessibleName("Classes as words")
        self.edit.setAccessibleDescription(HINT)
        self.edit.textChanged.connect(lambda: self.changed.emit(self.edit.toPlainText()))
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 4, 12, 6)
        column.setSpacing(4)
        hint = dim_label(HINT, self)
        hint.setWordWrap(True)
        column.addWidget(hint)
        column.addWidget(self.edit)
        theme.follow(self._measure)

    def _measure(self) -> None:
        self.edit.setFixedHeight(LINES * self.fontMetrics().lineSpacing() + 12)

    def show_words(self, words: str) -> None:
        """Show what was typed before, unless it stands there already."""
        if words != self.edit.toPlainText():
            with QSignalBlocker(self.edit):
                self.edit.setPlainText(words)
