"""The quiet line after a judgement, with Undo for as long as it is the last.

Lies over the window's lower right corner; takes no focus.
"""

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, Qt, QTimer
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QWidget

PASSING_MILLISECONDS = 6000
"""How long a line stays that offers nothing to do."""


class Toast(QFrame):
    """A line over the lower right corner of `over`."""

    def __init__(self, over: QWidget, undo: Callable[[], object]) -> None:
        super().__init__(over)
        self.setProperty("toast", True)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 8, 16, 8)
        row.setSpacing(12)
        self.label = QLabel(self)
        self.label.setTextFormat(Qt.TextFormat.PlainText)
        self.undo_link = QLabel(
            '<a href="undo" style="color:#8ec5ff;text-decoration:none">Undo</a>'
        )
        self.undo_link.setParent(self)
        self.undo_link.linkActivated.connect(lambda _link: undo())
        self.undo_link.setAccessibleName("Undo")
        row.addWidget(self.label)
        row.addWidget(self.undo_link)
        self._away = QTimer(self, singleShot=True, interval=PASSING_MILLISECONDS)
        self._away.timeout.connect(self.hide)
        self._over = over
        over.installEventFilter(self)
        self.hide()

    def say(self, text: str, can_undo: bool) -> None:
        """Show a line; with Undo it stays until the next one replaces it or it is clicked away."""
        self.label.setText(text)
        self.undo_link.setVisible(can_undo)
        self._away.stop()
        if not can_undo:
            self._away.start()
        self._settle()
        self.show()
        self.raise_()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Go away when clicked."""
        self.hide()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Stay in the corner when the window changes its size."""
        if watched is self._over and event.type() == QEvent.Type.Resize:
            self._settle()
        return False

    def _settle(self) -> None:
        self.adjustSize()
        self.setMaximumWidth(max(200, self._over.width() - 48))
        self.adjustSize()
        self.move(self._over.width() - self.width() - 24, self._over.height() - self.height() - 56)
