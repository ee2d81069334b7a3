"""Icons of one family, drawn in the palette's colours; the shapes of a concept's status.

Owns which picture stands for what. Status has shape before colour.
"""

from functools import lru_cache

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QIcon, QPainter, QPen, QPolygonF

from insight_app.gui import theme

UNREVIEWED, ACCEPTED, UNSURE, REJECTED = range(4)
ICON_SIDES = (16, 32, 48)
"""In pixels of the screen: what is asked for at 100 to 200 %."""
STATUS_WORDS = ("not reviewed", "accepted", "unsure", "rejected")


def icon(name: str, colour: str = "text") -> QIcon:
    """Return the icon `name` of the Phosphor family in a colour of the theme."""
    c = theme.colours()
    return _icon(name, getattr(c, colour), c.dim)


@lru_cache(maxsize=256)
def _icon(name: str, colour: str, disabled: str) -> QIcon:
    import qtawesome

    drawn = qtawesome.icon(f"ph.{name}", color=colour, color_disabled=disabled)
    icon = QIcon()  # of pixmaps: drawing a glyph anew at every repaint, or at size 0, costs
    for mode, sides in ((QIcon.Mode.Normal, ICON_SIDES), (QIcon.Mode.Disabled, ICON_SIDES[:2])):
        for side in sides:
            icon.addPixmap(drawn.pixmap(QSize(side, side), mode), mode)
    return icon


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
