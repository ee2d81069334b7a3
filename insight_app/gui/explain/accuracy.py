"""How good a classifier is, in a few lines: figures with their intervals on one common axis.

Shows what it is given. Knows nothing of where figures come from.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from insight_app.gui import theme
from insight_app.gui.wording import tooltip

AXIS = 64
SIDE = 12


@dataclass(frozen=True)
class AccuracyLine:
    """A figure in words, and where it lies on the axis.

    interval: in words.  value, low, high: None where nothing is drawn.  tip: formula and count.
    """

    title: str
    text: str
    interval: str = ""
    value: float | None = None
    low: float | None = None
    high: float | None = None
    tip: str = ""


class AccuracyLines(QWidget):
    """Lines below each other; all values lie on one axis, so that they can be compared."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.lines: tuple[AccuracyLine, ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Accuracy")

    def show_lines(self, lines: Sequence[AccuracyLine]) -> None:
        """Show other figures."""
        self.lines = tuple(lines)
        spoken = (f"{one.title} {one.text} {one.interval}".strip() for one in lines)
        self.setAccessibleDescription(", ".join(spoken))
        self.setToolTip(tooltip("\n".join(one.tip for one in lines if one.tip)))
        self.updateGeometry()
        self.update()

    def _height(self) -> int:
        return self.fontMetrics().height() + 6

    def sizeHint(self) -> QSize:
        return QSize(180, len(self.lines) * self._height())

    def minimumSizeHint(self) -> QSize:
        return QSize(80, self.sizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        c, height = theme.colours(), self._height()
        ends = [v for one in self.lines for v in (one.low, one.high, one.value) if v is not None]
        low, high = min(ends, default=0.0), max(ends, default=1.0)
        span = max(high - low, 1e-9)
        plain, bold = self.font(), theme.tabular(theme.bold(self.font()))
        painter.setFont(bold)
        metrics = painter.fontMetrics()
        figures = max((metrics.horizontalAdvance(one.text) for one in self.lines), default=0)
        intervals = max(
            (self.fontMetrics().horizontalAdvance(one.interval) for one in self.lines), default=0
        )
        room = self.width() - 2 * SIDE
        titles = max(
            (self.fontMetrics().horizontalAdvance(one.title) for one in self.lines), default=0
        )
        has_axis = titles + figures + intervals + AXIS + 3 * SIDE <= room
        right = self.width() - SIDE - (AXIS + SIDE if has_axis else 0)
        middle = Qt.AlignmentFlag.AlignVCenter
        for number, one in enumerate(self.lines):
            top = number * height
            painter.setFont(plain)
            painter.setPen(c.of("dim"))
            box = QRectF(right - intervals, top, intervals, height)
            painter.drawText(box, Qt.AlignmentFlag.AlignLeft | middle, one.interval)
            painter.setFont(bold)
            painter.setPen(c.of("text"))
            box = QRectF(box.x() - 8 - figures, top, figures, height)
            painter.drawText(box, Qt.AlignmentFlag.AlignRight | middle, one.text)
            painter.setFont(plain)
            title = QRectF(SIDE, top, max(0.0, box.x() - SIDE - 6), height)
            shown = painter.fontMetrics().elidedText(
                one.title, Qt.TextElideMode.ElideRight, int(title.width())
            )
            painter.drawText(title, middle, shown)
            if not has_axis or one.value is None:
                continue
            y = top + height / 2
            left = self.width() - SIDE - AXIS

            def at(value: float, left: float = left) -> float:
                return left + AXIS * (value - low) / span

            painter.setPen(QPen(c.of("line"), 1))
            painter.drawLine(QPointF(left, y), QPointF(left + AXIS, y))
            painter.setPen(QPen(c.of("accent"), 2))
            if one.low is not None and one.high is not None:
                painter.drawLine(QPointF(at(one.low), y), QPointF(at(one.high), y))
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(c.of("accent"))
            painter.drawEllipse(QPointF(at(one.value), y), 3, 3)
        painter.end()
