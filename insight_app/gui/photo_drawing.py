"""Photos, cut-outs and what is drawn on them, as Qt's images. Knows no project and no widget."""

from typing import TYPE_CHECKING

from PIL import Image
from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPen

from insight_app.concepts.geometry import Geometry
from insight_app.gui import theme

if TYPE_CHECKING:
    from insight_app.project.photos.decoding import Upright


def to_qimage(image: Image.Image) -> QImage:
    """Return a copy of an RGB picture that owns its memory."""
    data = image.tobytes()
    wrapped = QImage(data, image.width, image.height, image.width * 3, QImage.Format.Format_RGB888)
    return wrapped.convertToFormat(QImage.Format.Format_RGB32)


def cover(image: Image.Image, side: int) -> QImage:
    """Return the middle of a picture as a square of `side` pixels."""
    short = min(image.size)
    left, top = (image.width - short) // 2, (image.height - short) // 2
    box = (left, top, left + short, top + short)
    return to_qimage(image.resize((side, side), Image.Resampling.BILINEAR, box=box))


def cut_out(photo: "Upright", geometry: Geometry, cell: int, side: int, around: int) -> QImage:
    """Return a cell with its surroundings as a square of `side` pixels, the cell outlined.

    around: so many cells are as wide as the square; at the photo's edge the window is moved
    inwards, not padded. 0 = the whole photo, with margins.
    """
    x, y, w, h = geometry.cell_rect(cell)
    if not around:
        return _whole(photo, QRectF(x, y, w, h), side)
    span = min(around * max(w, h), photo.width, photo.height)
    left = min(max(x + w / 2 - span / 2, 0), photo.width - span)
    top = min(max(y + h / 2 - span / 2, 0), photo.height - span)
    box = photo.box((left, top, span, span))
    square = to_qimage(photo.image.resize((side, side), Image.Resampling.BILINEAR, box=box))
    zoom = side / span
    outline(square, QRectF((x - left) * zoom, (y - top) * zoom, w * zoom, h * zoom))
    return square


def _whole(photo: "Upright", cell: QRectF, side: int) -> QImage:
    """Return the whole photo in the middle of a dark square, the cell (of the photo) outlined."""
    zoom = side / max(photo.width, photo.height)
    width, height = (max(1, round(zoom * length)) for length in (photo.width, photo.height))
    square = QImage(side, side, QImage.Format.Format_RGB32)
    square.fill(theme.STAGE)
    left, top = (side - width) // 2, (side - height) // 2
    painter = QPainter(square)
    box = photo.box((0, 0, photo.width, photo.height))
    small = photo.image.resize((width, height), Image.Resampling.BILINEAR, box=box)
    painter.drawImage(left, top, to_qimage(small))
    painter.end()
    corner = QPointF(left + zoom * cell.x(), top + zoom * cell.y())
    outline(square, QRectF(corner, cell.size() * zoom))
    return square


def outline(image: QImage, rect: QRectF) -> None:
    """Draw a cell's frame: white between two dark lines, to be seen on everything."""
    painter = QPainter(image)
    paint_outline(painter, rect, max(1.0, image.width() / 90))
    painter.end()


def paint_outline(painter: QPainter, rect: QRectF, width: float) -> None:
    """Draw a cell's frame just inside `rect`."""
    painter.save()
    for colour, pen in ((QColor(0, 0, 0, 190), 3 * width), (QColor("white"), width)):
        painter.setPen(
            QPen(
                colour,
                pen,
                Qt.PenStyle.SolidLine,
                Qt.PenCapStyle.FlatCap,
                Qt.PenJoinStyle.MiterJoin,
            )
        )
        inset = 1.5 * width
        painter.drawRect(rect.adjusted(inset, inset, -inset, -inset))
    painter.restore()


def paint_label(painter: QPainter, rect: QRect, text: str) -> None:
    """Write what a photo shows along the top of its thumbnail, shortened where it is too long."""
    painter.save()
    font = painter.font()
    font.setPointSizeF(font.pointSizeF() * 0.85)
    painter.setFont(font)
    metrics = painter.fontMetrics()
    shown = metrics.elidedText(text, Qt.TextElideMode.ElideRight, rect.width() - 8)
    box = QRect(rect.left(), rect.top(), metrics.horizontalAdvance(shown) + 8, metrics.height() + 2)
    painter.fillRect(box, QColor(0, 0, 0, 150))
    painter.setPen(QColor("white"))
    painter.drawText(box, Qt.AlignmentFlag.AlignCenter, shown)
    painter.restore()


def paint_strength(painter: QPainter, rect: QRect, text: str) -> None:
    """Write a number into the lower left corner of a cut-out, readable on everything."""
    painter.save()
    font = painter.font()
    font.setPointSizeF(font.pointSizeF() * 0.85)
    painter.setFont(font)
    metrics = painter.fontMetrics()
    box = QRect(0, 0, metrics.horizontalAdvance(text) + 8, metrics.height() + 2)
    box.moveBottomLeft(rect.bottomLeft())
    painter.fillRect(box, QColor(0, 0, 0, 150))
    painter.setPen(QColor("white"))
    painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text)
    painter.restore()
