"""What the model did not see of a photo: marked on the stage, never tinted."""

from PySide6.QtCore import QLineF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

NOT_SEEN = "not seen by the model"
FAINT = QColor("#9aa2ab")


def paint_unseen(painter: QPainter, photo: QRectF, crop: QRectF, stage_height: int) -> None:
    """Paint a dashed line just inside the crop, and words beside the photo where they fit."""
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
    painter.setPen(FAINT)
    for part in _unseen_parts(photo, crop):
        _label_part(painter, part, photo, stage_height)


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


def _unseen_parts(photo: QRectF, crop: QRectF) -> list[QRectF]:
    left = QRectF(photo.left(), photo.top(), crop.left() - photo.left(), photo.height())
    right = QRectF(crop.right(), photo.top(), photo.right() - crop.right(), photo.height())
    top = QRectF(photo.left(), photo.top(), photo.width(), crop.top() - photo.top())
    bottom = QRectF(photo.left(), crop.bottom(), photo.width(), photo.bottom() - crop.bottom())
    return [part for part in (left, right, top, bottom) if min(part.width(), part.height()) > 4]


def _label_part(painter: QPainter, part: QRectF, photo: QRectF, stage_height: int) -> None:
    """Paint a bracket with words in the stage's margin, never on the photo."""
    metrics = painter.fontMetrics()
    wide, high = metrics.horizontalAdvance(NOT_SEEN), metrics.height()
    beside = part.height() < photo.height() - 1
    if beside:  # above or below the crop: the words stand at the left of the photo
        room = QRectF(0, part.top(), photo.left() - 8, part.height())
        if room.width() < wide + 12 or room.height() < high:
            return
        painter.drawLine(room.topRight(), room.bottomRight())
        box = room.adjusted(0, 0, -8, 0)
        painter.drawText(box, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, NOT_SEEN)
        return
    room = QRectF(part.left(), photo.bottom() + 4, part.width(), high + 6)
    if stage_height < room.bottom() or part.width() < wide:
        return
    painter.drawLine(room.topLeft(), room.topRight())
    painter.drawText(room, Qt.AlignmentFlag.AlignCenter, NOT_SEEN)
