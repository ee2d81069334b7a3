"""How strongly a concept fires: a histogram as plain bars, hovering says a bar's range and count.

Draws counts per range as they were counted: every bar is as wide as the others, whatever its range
is, and holds whole cells. Knows nothing of what is counted.
"""

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QHelpEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from insight_app.figures import counted, figure, spread
from insight_app.gui import theme

FEWEST = 12
"""Bars that there is room for: fewer would be slabs."""
TICK_ROOM = 2.5
"""Between two numbers under the bars: so many of their widths."""


class Histogram(QWidget):
    """Bars over ranges of strength, the last of which ends at the strongest cell."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.edges: list[float] = []
        self.counts: list[int] = []
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Histogram of strength")

    def show_counts(self, edges: Sequence[float], counts: Sequence[int]) -> None:
        """Show counts (n,) between ascending edges (n + 1,)."""
        self.edges, self.counts = list(edges), list(counts)
        text = counted(sum(self.counts), "cell")
        if self.counts:
            text += f", strengths {spread(self.edges)}"
        self.setAccessibleDescription(text)
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(160, 72 + self.fontMetrics().height())

    def minimumSizeHint(self) -> QSize:
        return QSize(80, self.sizeHint().height())

    def _bar(self, k: int) -> QRectF:
        room = QRectF(0, 4, self.width(), self.height() - self.fontMetrics().height() - 8)
        step = room.width() / max(1, len(self.counts))
        height = room.height() * self.counts[k] / (max(self.counts) or 1)
        if self.counts[k]:
            height = max(2.0, height)
        return QRectF(k * step, room.bottom() - height, max(1.0, step - 1.5), height)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        c = theme.colours()
        line = self.height() - self.fontMetrics().height() - 4
        painter.setPen(c.of("line"))
        painter.drawLine(QPointF(0, line + 0.5), QPointF(self.width(), line + 0.5))
        for k in range(len(self.counts)):
            painter.fillRect(self._bar(k), c.of("bar"))
        if self.counts:
            painter.setPen(c.of("dim"))
            painter.setFont(theme.tabular(self.font()))
            self._paint_ticks(painter, line + 2)
        painter.end()

    def _paint_ticks(self, painter: QPainter, top: float) -> None:
        """Write the borders under the bars: the lowest, the strongest, and some between."""
        metrics = painter.fontMetrics()
        last = len(self.counts)
        widest = max(metrics.horizontalAdvance(figure(edge)) for edge in self.edges)
        shown = max(1, min(last, int(self.width() / (TICK_ROOM * widest))))
        for place in {round(last * tick / shown) for tick in range(shown + 1)}:
            text = figure(self.edges[place])
            width = metrics.horizontalAdvance(text)
            at = self.width() * place / last - width / 2
            left = min(max(0.0, at), self.width() - width)
            box = QRectF(left, top, width + 1, metrics.height())
            painter.drawText(box, Qt.AlignmentFlag.AlignLeft, text)

    def bar_at(self, x: float) -> int:
        """Return the bar over a place, the nearest at the ends."""
        return min(len(self.counts) - 1, max(0, int(x / self.width() * len(self.counts))))

    def text_of(self, bar: int) -> str:
        """Return what a bar stands for in words."""
        between = spread(self.edges[bar : bar + 2])
        return f"{counted(self.counts[bar], 'cell')} with strength {between}"

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self.counts:
            text = self.text_of(self.bar_at(event.position().x()))
            QToolTip.showText(event.globalPosition().toPoint(), text, self)

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent):
            return True
        return super().event(event)
