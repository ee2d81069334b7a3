"""A recent project on the start page: its picture, name, place, date, share reviewed.

Knows what the settings remember of it; what is on the disk now comes from start.py.
"""

from datetime import datetime
from pathlib import Path

from PySide6.QtCore import QRect, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QEnterEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPixmap,
)
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QWidget

from insight_app.figures import counted, percent
from insight_app.gui import icons, theme
from insight_app.gui.settings import RecentProject
from insight_app.gui.wording import tooltip
from insight_app.plain_text import visible

PICTURE = 72
MARGIN = 8
LINES = 3


class RecentRow(QPushButton):
    """A click or Enter opens it; one that is gone offers to be taken off the list."""

    chosen = Signal(str)
    forgotten = Signal(str)

    def __init__(self, project: RecentProject, parent: QWidget) -> None:
        super().__init__(parent)
        self.project = project
        self.picture: QPixmap | None = None
        self.is_gone = self._is_known = False
        path = Path(project.path)
        self._name = visible(path.name.removesuffix(".insight"))
        self.setAutoDefault(True)  # Enter opens, as Space does
        self.setToolTip(tooltip(str(path)))
        self.clicked.connect(lambda: self.chosen.emit(project.path))
        self.forget = QPushButton("Take off this list", self)
        self.forget.setToolTip("The project is not where it was (Delete)")
        self.forget.clicked.connect(lambda: self.forgotten.emit(project.path))
        self.forget.hide()
        line = QHBoxLayout(self)
        line.setContentsMargins(0, 0, 16, 0)
        line.addStretch(1)
        line.addWidget(self.forget)
        self._describe()

    def show_state(self, picture: QPixmap | None, is_gone: bool) -> None:
        """Show what is on the disk; without a picture a sign stands for it."""
        self.picture, self.is_gone, self._is_known = picture, is_gone, True
        self.forget.setVisible(is_gone)
        self._describe()
        self.update()

    def _describe(self) -> None:
        project = self.project
        opened = datetime.fromtimestamp(project.opened)
        parts = [f"opened {opened.day} {opened:%b %Y}"]
        if project.images:
            parts.insert(0, counted(project.images, "image"))
        parts.append("not found" if self.is_gone else f"{percent(project.reviewed)} reviewed")
        self._details = " · ".join(parts)
        self.setAccessibleName(f"Open {self._name}, {', '.join(parts)}")

    def sizeHint(self) -> QSize:
        """Return a row's height, with room for the picture and for three lines."""
        return QSize(400, max(PICTURE, LINES * self._line()) + 2 * MARGIN)

    def minimumSizeHint(self) -> QSize:
        return QSize(200, self.sizeHint().height())

    def _line(self) -> int:
        return self.fontMetrics().height() + 4

    def enterEvent(self, event: QEnterEvent) -> None:
        """Show that the row can be clicked."""
        super().enterEvent(event)
        self.update()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Do nothing: a double click opens once, not twice."""

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Take a project that is gone off the list with Delete."""
        if event.key() == Qt.Key.Key_Delete and self.is_gone:
            self.forgotten.emit(self.project.path)
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint picture, name, place and details."""
        c = theme.colours()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.setPen(c.of("accent") if self.hasFocus() else Qt.PenStyle.NoPen)
        painter.setBrush(c.of("hover") if self.underMouse() else QColor(c.base))
        painter.drawRoundedRect(self.rect().toRectF().adjusted(0.5, 0.5, -0.5, -0.5), 5, 5)
        box = QRect(MARGIN, (self.height() - PICTURE) // 2, PICTURE, PICTURE)
        if self.picture is not None:
            painter.drawPixmap(box, self.picture)
        elif self._is_known:
            sign = QRect(0, 0, 28, 28)
            sign.moveCenter(box.center())
            icons.icon("image-square", "dim").paint(painter, sign)
        left = box.right() + 16
        end = self.forget.x() if self.forget.isVisible() else self.width()
        width, line = end - left - 16, self._line()
        top = (self.height() - LINES * line) // 2
        for number, (text, colour, font) in enumerate(
            (
                (self._name, c.dim if self.is_gone else c.text, theme.bold(self.font())),
                (visible(self.project.path), c.dim, self.font()),
                (self._details, c.rejected if self.is_gone else c.dim, self.font()),
            )
        ):
            painter.setFont(font)
            painter.setPen(QColor(colour))
            shown = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideMiddle, width)
            painter.drawText(left, top + number * line, width, line,
                             Qt.AlignmentFlag.AlignVCenter, shown)  # fmt: skip
        painter.end()
