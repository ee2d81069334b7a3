"""The quiet line after a judgement, with Undo for as long as it is the last.

Lies over the window's lower right corner; takes no focus.
"""

from collections.abc import Callable
from html import escape

from PySide6.QtCore import QEvent, QObject, Qt, QTimer
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QWidget

PASSING_MILLISECONDS = 6000
"""How long a line stays that offers nothing to do."""
LINK = "#8ec5ff"


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
        self.link = QLabel(self)
        self.link.linkActivated.connect(self._follow_link)
        row.addWidget(self.label)
        row.addWidget(self.link)
        self._undo = undo
        self._act: Callable[[], object] | None = None
        self._away = QTimer(self, singleShot=True, interval=PASSING_MILLISECONDS)
        self._away.timeout.connect(self.hide)
        self._over = over
        over.installEventFilter(self)
        self.hide()

    def say(self, text: str, can_undo: bool) -> None:
        """Show a line, with Undo where that takes back what it says."""
        self._show(text, "Undo" if can_undo else "", self._undo)

    def offer(self, text: str, link: str, act: Callable[[], object]) -> None:
        """Show a line with a link that calls act()."""
        self._show(text, link, act)

    def clear(self) -> None:
        """Take the line away: what it says belongs to a project that is left."""
        self._act = None
        self.hide()

    def _follow_link(self, _link: str) -> None:
        act, self._act = self._act, None
        self.hide()
        if act is not None:
            act()

    def _show(self, text: str, link: str, act: Callable[[], object]) -> None:
        """With a link the line stays until the next one replaces it or it is clicked away."""
        self.label.setText(text)
        self._act = act if link else None
        self.link.setText(
            f'<a href="act" style="color:{LINK};text-decoration:none">{escape(link)}</a>'
        )
        self.link.setAccessibleName(link)
        self.link.setVisible(bool(link))
        self._away.stop()
        if not link:
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
