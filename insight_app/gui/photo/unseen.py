"""What the model did not see of a photo: marked on the stage, never tinted."""

from PySide6.QtCore import QLineF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

NOT_SEEN = "not seen by the model"
FAINT = QColor("#9aa2ab")


def paint_unseen(painter: QPainter, photo: QRectF, crop: QRectF) -> None:
    """Paint a dashed line just inside the crop; the legend says what it means."""
    painter.save()
    painter.setClipRect(crop)
    for colour, offset in ((QColor(0, 0, 0, 170), 0.0), (QColor(255, 255, 255, 220), 4.0)):
        pen = QPen(colour, 1, Qt.PenStyle.CustomDashLine)
        pen.setDashPattern([4, 4])
        pen.setDashOffset(offset)
        painter.setPen(pen)
        for edge in _inner_edges(photo, crop):
            painter.drawLine(edge)
    painter.restore()


def _inner_edges(photo: QRectF, crop: QRectF) -> list[QLineF]:
    inner = crop.adjusted(1, 1, -1.5, -1.5)
    edges = []
    if crop.left() - photo.left() > 1:
        edges.append(QLineF(inner.topLeft(), inner.bottomLeft()))
    if photo.right() - crop.right() > 1:
        edges.append(QLineF(inner.topRight(), inner.bottomRight()))
    if crop.top() - photo.top() > 1:
        edges.append(QLineF(inner.topLeft(), inner.topRight()))
    if photo.bottom() - crop.bottom() > 1:
        edges.append(QLineF(inner.bottomLeft(), inner.bottomRight()))
    return edges
