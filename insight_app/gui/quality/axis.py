"""One figure on its own axis: the value with its interval, the controls beside it as marks.

Paints into a cell of a tree; what is shown is given with the item.
"""

from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen
from PySide6.QtWidgets import QStyledItemDelegate, QStyleOptionViewItem

from insight_app.gui import theme
from insight_app.gui.qt_types import Index
from insight_app.project.quality.report import Figure

ROLE = int(Qt.ItemDataRole.UserRole) + 1
"""Under which an item holds its `OnAxis`."""
CONTROL = QColor("#d55e00")
MARGIN = 8


@dataclass(frozen=True)
class OnAxis:
    """A figure, and the same of another report, None where only one is shown."""

    figure: Figure
    other: Figure | None = None

    def bounds(self) -> tuple[float, float]:
        """Return the ends of the axis: 0 to 1 for shares, else from 0 to what is shown."""
        shown = [0.0]
        for one in (self.figure, self.other):
            if one is not None:
                controls = (control.value for control in one.controls.values())
                shown += [v for v in (one.value, one.low, one.high, *controls) if v is not None]
        low, high = min(shown), max(shown)
        if high <= 1:
            return (-1.0 if low < 0 else 0.0), 1.0
        return low, high * 1.05


class AxisDelegate(QStyledItemDelegate):
    """Draws `OnAxis`: a dot with its interval, a tick a control, a ring for the other report."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        super().paint(painter, option, index)
        shown = index.data(ROLE)
        if not isinstance(shown, OnAxis) or shown.figure.value is None:
            return
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint(painter, option.rect, shown)
        painter.restore()

    def _paint(self, painter: QPainter, rect: QRect, shown: OnAxis) -> None:
        c, one = theme.colours(), shown.figure
        low, high = shown.bounds()
        middle, width = rect.center().y() + 0.5, rect.width() - 2 * MARGIN

        def at(value: float) -> float:
            share = (value - low) / (high - low) if high > low else 0.0
            return rect.left() + MARGIN + width * min(1.0, max(0.0, share))

        painter.setPen(QPen(c.of("line"), 1))
        painter.drawLine(QPointF(at(low), middle), QPointF(at(high), middle))
        for control in one.controls.values():
            if control.value is None:
                continue
            pen = QPen(c.of("dim") if control.is_ceiling else CONTROL, 2)
            pen.setStyle(Qt.PenStyle.DotLine if control.is_ceiling else Qt.PenStyle.SolidLine)
            painter.setPen(pen)
            painter.drawLine(
                QPointF(at(control.value), middle - 6), QPointF(at(control.value), middle + 6)
            )
        ink = c.of("dim") if one.is_no_better else c.of("accent")
        if one.low is not None and one.high is not None:
            painter.setPen(QPen(ink, 3, Qt.PenStyle.SolidLine, Qt.PenCapStyle.FlatCap))
            painter.drawLine(QPointF(at(one.low), middle), QPointF(at(one.high), middle))
        other = shown.other
        if other is not None and other.value is not None:
            painter.setPen(QPen(c.of("text"), 1.5))
            painter.setBrush(c.of("base"))
            painter.drawEllipse(QPointF(at(other.value), middle), 4, 4)
        if one.value is not None:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(ink)
            painter.drawEllipse(QRectF(at(one.value) - 3.5, middle - 3.5, 7, 7))
