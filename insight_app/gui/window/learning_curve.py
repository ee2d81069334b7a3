"""How a training goes: what the dictionary explains of photos that are held back, step by step.

Draws a line; hovering says a point's numbers and what they are. Knows nothing of trainings.
"""

from PySide6.QtCore import QEvent, QPointF, QSize, Qt
from PySide6.QtGui import QHelpEvent, QPainter, QPaintEvent, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from insight_app.figures import percent
from insight_app.gui import theme
from insight_app.gui.state.analysis_control import Curve

FORMULA = (
    "Share of the variance of cells in photos held back, which it is not taught: "
    "1 - sum |x - y|² / sum |x - mean x|²; x: token, y: what its concepts make of it"
)
DOT = 2.5


class LearningCurve(QWidget):
    """A line from nothing explained (below) to all (above), over steps."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.curve: Curve = ()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Explained of photos held back")

    def show_curve(self, curve: Curve) -> None:
        """Show looks, oldest first."""
        self.curve = curve
        self.setAccessibleDescription(self.text_of(len(curve) - 1) if curve else "not known yet")
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(180, 4 * self.fontMetrics().height())

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def text_of(self, number: int) -> str:
        """Return what a look found, in words."""
        step, explained = self.curve[number]
        return f"{percent(explained)} after {step:,} steps"

    def place_of(self, number: int) -> QPointF:
        """Return where a look is drawn; the last one stands at the right."""
        step, explained = self.curve[number]
        right, height = self._right(), self.height() - 2 * DOT
        share = step / max(1, self.curve[-1][0])
        return QPointF(DOT + share * (right - 2 * DOT), DOT + (1 - max(0.0, explained)) * height)

    def _right(self) -> int:
        """Return where the line ends: beside it stands the newest figure."""
        return self.width() - self.fontMetrics().horizontalAdvance(" 100.0 %")

    def paintEvent(self, event: QPaintEvent) -> None:
        c, painter = theme.colours(), QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(c.of("line"))
        for y in (DOT, self.height() - DOT):
            painter.drawLine(QPointF(0, y), QPointF(self._right(), y))
        if self.curve:
            places = [self.place_of(number) for number in range(len(self.curve))]
            painter.setPen(c.of("bar"))
            painter.drawPolyline(QPolygonF(places))
            painter.setBrush(c.of("bar"))
            painter.drawEllipse(places[-1], DOT, DOT)
            painter.setPen(c.of("text"))
            painter.setFont(theme.tabular(self.font()))
            metrics = painter.fontMetrics()
            top = min(max(0, int(places[-1].y()) - metrics.height() // 2), self.height() - 16)
            painter.drawText(
                self._right(),
                top,
                self.width() - self._right(),
                metrics.height(),
                Qt.AlignmentFlag.AlignRight,
                percent(self.curve[-1][1]),
            )
        painter.end()

    def event(self, event: QEvent) -> bool:
        """Say, when the pointer rests on it, what the nearest look found."""
        if isinstance(event, QHelpEvent) and self.curve:
            x = event.pos().x()
            nearest = min(
                range(len(self.curve)), key=lambda number: abs(self.place_of(number).x() - x)
            )
            QToolTip.showText(event.globalPos(), f"{self.text_of(nearest)}\n{FORMULA}", self)
            return True
        return super().event(event)
