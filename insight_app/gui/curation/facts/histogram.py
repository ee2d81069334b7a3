"""How strongly a concept fires: a histogram as plain bars, hovering says a bar's range and count.

Draws counts per range; knows nothing of what is counted.
"""

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QHelpEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from insight_app.gui import theme
from insight_app.gui.wording import number_text

BARS = 24


class Histogram(QWidget):
    """Bars of equal width over strength, from 0 to the largest."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._edges: list[float] = []
        self._counts: list[float] = []
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Histogram of strength")

    def show_counts(self, edges: Sequence[float], counts: Sequence[float]) -> None:
        """Show counts (n,) between edges (n + 1,): any ranges; drawn as BARS equal ones."""
        self._edges, self._counts = equal_bars(edges, counts, BARS)
        total = sum(self._counts)
        top = self._edges[-1] if self._edges else 0.0
        self.setAccessibleDescription(f"{total:,.0f} cells, strengths 0 to {number_text(top)}")
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(160, 72 + self.fontMetrics().height())

    def minimumSizeHint(self) -> QSize:
        return QSize(80, self.sizeHint().height())

    def _bar(self, k: int) -> QRectF:
        room = QRectF(0, 4, self.width(), self.height() - self.fontMetrics().height() - 8)
        step = room.width() / max(1, len(self._counts))
        height = room.height() * self._counts[k] / (max(self._counts) or 1)
        if self._counts[k]:
            height = max(2.0, height)
        return QRectF(k * step, room.bottom() - height, max(1.0, step - 1.5), height)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        c = theme.colours()
        line = self.height() - self.fontMetrics().height() - 4
        painter.setPen(c.of("line"))
        painter.drawLine(QPointF(0, line + 0.5), QPointF(self.width(), line + 0.5))
        for k in range(len(self._counts)):
            painter.fillRect(self._bar(k), c.of("bar"))
        if self._edges:
            painter.setPen(c.of("dim"))
            painter.setFont(theme.tabular(self.font()))
            below = QRectF(0, line + 2, self.width(), self.fontMetrics().height())
            painter.drawText(below, Qt.AlignmentFlag.AlignLeft, "0")
            top = number_text(self._edges[-1])
            painter.drawText(below, Qt.AlignmentFlag.AlignRight, top)
        painter.end()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if not self._counts:
            return
        k = min(len(self._counts) - 1, int(event.position().x() / self.width() * len(self._counts)))
        k = max(0, k)
        low, high = number_text(self._edges[k]), number_text(self._edges[k + 1])
        text = f"{self._counts[k]:,.0f} cells with strength {low} to {high}"
        QToolTip.showText(event.globalPosition().toPoint(), text, self)

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent):
            return True
        return super().event(event)


def equal_bars(
    edges: Sequence[float], counts: Sequence[float], bars: int
) -> tuple[list[float], list[float]]:
    """Return (edges, counts) of `bars` equal ranges from 0 that hold the same counts.

    A range that lies in two bars is shared by width.
    """
    filled = [k for k, count in enumerate(counts) if count]
    if not filled:
        return [], []
    top = float(edges[filled[-1] + 1])
    step = top / bars
    found = [0.0] * bars
    for k in filled:
        low, high = max(0.0, float(edges[k])), float(edges[k + 1])
        width = max(high - low, 1e-12)
        first = min(bars - 1, int(low / step))
        last = min(bars - 1, int(high / step))
        for bar in range(first, last + 1):
            overlap = min(high, (bar + 1) * step) - max(low, bar * step)
            found[bar] += float(counts[k]) * max(0.0, overlap) / width
    return [bar * step for bar in range(bars + 1)], found
