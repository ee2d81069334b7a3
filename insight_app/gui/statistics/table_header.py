"""The header of the concept table: titles of two lines, and the arrow of sorting above them.

Qt puts the arrow beside the title, over it where the column is narrow.
"""

from PySide6.QtCore import QPointF, QRect, QSize, Qt
from PySide6.QtGui import QPainter, QPolygonF
from PySide6.QtWidgets import QHeaderView, QStyleOptionHeader, QWidget

from insight_app.gui import theme

ARROW = QSize(9, 5)


class TableHeader(QHeaderView):
    """Horizontal; its sections sort and can be moved."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self.setSectionsClickable(True)
        self.setSectionsMovable(True)
        self.setHighlightSections(False)

    def sizeHint(self) -> QSize:
        return super().sizeHint() + QSize(0, ARROW.height())

    def initStyleOptionForIndex(self, option: QStyleOptionHeader, section: int) -> None:
        super().initStyleOptionForIndex(option, section)
        option.sortIndicator = QStyleOptionHeader.SortIndicator.None_

    def paintSection(self, painter: QPainter, rect: QRect, section: int) -> None:
        painter.save()
        super().paintSection(painter, rect, section)
        painter.restore()
        if section != self.sortIndicatorSection():
            return
        points_down = self.sortIndicatorOrder() == Qt.SortOrder.DescendingOrder
        tip, base = (ARROW.height(), 0) if points_down else (0, ARROW.height())
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.colours().of("accent"))
        painter.translate(rect.center().x() + 0.5, rect.top() + 2)
        half = ARROW.width() / 2
        corners = [QPointF(-half, base), QPointF(half, base), QPointF(0, tip)]
        painter.drawPolygon(QPolygonF(corners))
        painter.restore()
