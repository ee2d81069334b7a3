"""The line at the end of a list that says how many concepts are folded away, and opens them.

What a list does then is its own matter; whether it is open is kept for the next start.
"""

from collections.abc import Callable

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QToolButton, QWidget

from insight_app.gui import icons
from insight_app.gui.curation.folding import explanation, sentence, shorter
from insight_app.gui.state.session import Session
from insight_app.gui.wording import tooltip

ROOM = 28
"""Pixels of a line that its frame and the gap beside its arrow take."""


class FoldLine(QToolButton):
    """name: what the place in a project calls it.  turned: hears that it was opened or closed."""

    def __init__(
        self, session: Session, name: str, turned: Callable[[], object], parent: QWidget
    ) -> None:
        super().__init__(parent)
        self._session, self._name, self._count = session, name, 0
        self.is_open = False
        """Whether what is folded away is listed."""
        self.setProperty("dim", True)
        self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._as_left()
        session.projects.opened.connect(self._as_left)
        self.clicked.connect(self._turn)
        self.clicked.connect(lambda: turned())
        self.hide()

    def set_count(self, count: int) -> None:
        """Say how many concepts are folded away; nothing is said of none."""
        self._count = count
        self.setVisible(count > 0)
        self._show()

    def open_unasked(self) -> None:
        """Say that all of them are listed, though nobody opened the line."""
        self.is_open = True
        self._show()

    def _show(self) -> None:
        results = self._session.state.results
        words = sentence(self._count)
        self.setIcon(icons.icon("caret-down" if self.is_open else "caret-right", "dim"))
        room = self.width() - ROOM - self.iconSize().width()
        texts, metrics = shorter(self._count), self.fontMetrics()
        fitting = (text for text in texts if metrics.horizontalAdvance(text) <= room)
        self.setText(next(fitting, texts[-1]))
        self.setAccessibleName(f"{words}, {'listed' if self.is_open else 'folded away'}")
        self.setToolTip("" if results is None else tooltip(explanation(results)))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._show()

    def _turn(self) -> None:
        self.is_open = not self.is_open
        self._show()
        self._session.places.keep(self._name, lambda: self.is_open)

    def _as_left(self) -> None:
        self.is_open = self._session.places.kept(self._name) is True
        self._show()

    def minimumSizeHint(self) -> QSize:
        """Return a height alone: a sentence must not make a panel wider."""
        return QSize(0, super().sizeHint().height())
