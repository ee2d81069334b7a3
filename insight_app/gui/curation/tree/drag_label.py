"""What hangs beside the mouse while something is dragged: a few words on a small ground."""

from PySide6.QtCore import QPoint, QRectF, Qt
from PySide6.QtGui import QPainter, QPixmap
from PySide6.QtWidgets import QWidget

from insight_app.gui import theme

BESIDE_MOUSE = QPoint(-18, -14)
"""The label's corner is right of the mouse and below it: the row under the mouse is seen."""
WIDEST = 200
MARGIN = 6


def drag_label(widget: QWidget, words: str) -> QPixmap:
    """Return the words as a picture, in the colours and the font of a widget."""
    metrics, ratio = widget.fontMetrics(), widget.devicePixelRatioF()
    text = metrics.elidedText(words, Qt.TextElideMode.ElideRight, WIDEST)
    width, height = metrics.horizontalAdvance(text) + 2 * MARGIN, metrics.height() + MARGIN
    pixmap = QPixmap(round(width * ratio), round(height * ratio))
    pixmap.setDevicePixelRatio(ratio)
    pixmap.fill(Qt.GlobalColor.transparent)
    colours, painter = theme.colours(), QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setFont(widget.font())
    painter.setPen(colours.of("accent"))
    painter.setBrush(colours.of("base"))
    box = QRectF(0.5, 0.5, width - 1, height - 1)
    painter.drawRoundedRect(box, 3, 3)
    painter.setPen(colours.of("text"))
    painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text)
    painter.end()
    return pixmap
