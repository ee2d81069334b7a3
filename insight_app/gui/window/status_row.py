"""How the parts of the status bar share one row: each is whole or not there, and some never move.

Knows no session.
"""

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QSize
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget

GAP = 16
"""Pixels between parts."""


class StatusRow(QWidget):
    """Labels at the left and in the middle, as many as are whole; work and the end at the right.

    The end has its place first, `work` (its buttons at its right) lies before it and does not move
    with what the labels say. Labels without text take no room.
    """

    def __init__(
        self,
        left: Sequence[QLabel],
        middle: Sequence[QLabel],
        by_importance: Sequence[QLabel],
        work: QWidget,
        end: QLabel,
        parent: QWidget,
    ) -> None:
        super().__init__(parent)
        self._left, self._middle = tuple(left), tuple(middle)
        self._by_importance = tuple(by_importance)
        self._work, self._end = work, end
        for widget in (*self._left, *self._middle, work, end):
            widget.setParent(self)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        """Return the height of the highest part, whether it is there now or not."""
        parts = (*self._left, *self._middle, self._work, self._end)
        return QSize(200, max(part.sizeHint().height() for part in parts))

    def minimumSizeHint(self) -> QSize:
        """Return little width: what finds no room goes."""
        return self.sizeHint()

    def event(self, event: QEvent) -> bool:
        """Share the row anew when a part says something else, comes or goes."""
        if event.type() == QEvent.Type.LayoutRequest:
            self.arrange()
        return super().event(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Share the new width."""
        super().resizeEvent(event)
        self.arrange()

    def arrange(self) -> None:
        """Share the row; to be called when a label that had no text got some: it is hidden, and
        what is hidden asks for no room.
        """
        right = self._put(self._end, self.width(), self._end.sizeHint().width())
        if not self._work.isHidden():
            wanted = self._work.sizeHint().width()
            right = self._put(self._work, right, min(wanted, right))
        shown, room = set(), right
        for label in self._by_importance:
            if not label.text():
                continue
            room -= label.sizeHint().width() + GAP
            if room < 0:
                break  # not a less important one in its place
            shown.add(label)
        for label in self._by_importance:
            label.setVisible(label in shown)
        left = 0
        for label in self._left:
            if label in shown:
                width = label.sizeHint().width()
                self._put(label, left + width, width)
                left += width + GAP
        for label in reversed(self._middle):
            if label in shown:
                right = self._put(label, right, label.sizeHint().width())

    def _put(self, widget: QWidget, right: int, width: int) -> int:
        """Place a part; return where the next one to its left may end."""
        width = min(width, right)
        widget.setGeometry(right - width, 0, width, self.height())
        return max(0, right - width - GAP)
