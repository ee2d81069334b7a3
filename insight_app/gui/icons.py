"""Icons of one family, drawn in the palette's colours; the shapes of a concept's status.

Owns which picture stands for what. Status has shape before colour.
"""

from functools import lru_cache

from PySide6.QtCore import QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import (
    QColor,
    QIcon,
    QIconEngine,
    QPainter,
    QPaintEvent,
    QPen,
    QPixmap,
    QPolygonF,
)
from PySide6.QtWidgets import QLabel, QWidget

from insight_app.gui import theme

UNREVIEWED, ACCEPTED, UNSURE, REJECTED = range(4)
STATUS_WORDS = ("not reviewed", "accepted", "unsure", "rejected")


class _Glyph(QIconEngine):
    """Draws a glyph as large as it is asked for, in the colours of the theme at that time."""

    def __init__(self, name: str, colour: str) -> None:
        super().__init__()
        self._name, self._colour = name, colour

    def paint(self, painter: QPainter, rect: QRect, mode: QIcon.Mode, state: QIcon.State) -> None:
        ratio = painter.device().devicePixelRatioF()
        pixels = (rect.size().toSizeF() * ratio).toSize()
        painter.drawPixmap(rect, self.scaledPixmap(pixels, mode, state, ratio))

    def pixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State) -> QPixmap:
        return self.scaledPixmap(size, mode, state, 1.0)

    def scaledPixmap(
        self, size: QSize, mode: QIcon.Mode, state: QIcon.State, scale: float
    ) -> QPixmap:
        colour = "dim" if mode == QIcon.Mode.Disabled else self._colour
        side = min(size.width(), size.height())
        return _pixmap(self._name, theme.colours().of(colour).name(), side)


@lru_cache(maxsize=256)
def icon(name: str, colour: str = "text") -> QIcon:
    """Return the icon `name` of the Phosphor family in a colour of the theme, whichever it is."""
    return QIcon(_Glyph(name, colour))


@lru_cache(maxsize=512)
def _pixmap(name: str, colour: str, side: int) -> QPixmap:
    """Draw a glyph once: from its font at every repaint costs."""
    import qtawesome

    if side <= 0:
        return QPixmap()
    drawn: QPixmap = qtawesome.icon(f"ph.{name}", color=colour).pixmap(QSize(side, side), 1.0)
    return drawn


class Sign(QLabel):
    """An icon that stands by itself."""

    def __init__(self, name: str, colour: str, side: int, parent: QWidget) -> None:
        super().__init__(parent)
        self._icon = icon(name, colour)
        self.setFixedSize(side, side)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        self._icon.paint(painter, self.rect())
        painter.end()


def status_colour(status: int) -> QColor:
    """Return the colour that goes with the shape of a status."""
    return theme.colours().of(("dim", "accepted", "unsure", "rejected")[status])


def paint_status(painter: QPainter, rect: QRectF, status: int) -> None:
    """Paint a hollow circle, check, question mark or cross, centred in rect."""
    side = min(rect.width(), rect.height(), 12.0)
    box = QRectF(0, 0, side, side)
    box.moveCenter(rect.center())
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(
        QPen(
            status_colour(status),
            1.6,
            Qt.PenStyle.SolidLine,
            Qt.PenCapStyle.RoundCap,
            Qt.PenJoinStyle.RoundJoin,
        )
    )
    painter.setBrush(Qt.BrushStyle.NoBrush)

    def at(x: float, y: float) -> QPointF:
        return QPointF(box.x() + x * side, box.y() + y * side)

    if status == UNREVIEWED:
        painter.drawEllipse(box.adjusted(1.6, 1.6, -1.6, -1.6))
    elif status == ACCEPTED:
        painter.drawPolyline(QPolygonF([at(0.1, 0.55), at(0.38, 0.85), at(0.92, 0.18)]))
    elif status == UNSURE:
        font = theme.bold(painter.font())
        font.setPixelSize(round(side * 1.15))
        painter.setFont(font)
        painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, "?")
    else:
        painter.drawLine(at(0.15, 0.15), at(0.85, 0.85))
        painter.drawLine(at(0.85, 0.15), at(0.15, 0.85))
    painter.restore()


def paint_bar(painter: QPainter, rect: QRectF, share: float, colour: QColor | None = None) -> None:
    """Paint a thin bar filled to `share` (0 to 1) on its track."""
    c = theme.colours()
    height = 4.0
    track = QRectF(rect.x(), rect.center().y() - height / 2, rect.width(), height)
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(c.of("track"))
    painter.drawRoundedRect(track, 2, 2)
    if share > 0:
        track.setWidth(max(height, track.width() * min(share, 1.0)))
        painter.setBrush(colour or c.of("bar"))
        painter.drawRoundedRect(track, 2, 2)
    painter.restore()
