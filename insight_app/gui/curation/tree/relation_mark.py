"""The mark at the end of a name in the tree that stands for its relation to the parent above it.

It says of which kind the relation is and how it was judged; a click on it selects the relation.
Where nothing was said, it is there only under the mouse and on the current row.
"""

from PySide6.QtCore import QRect, QRectF, Qt
from PySide6.QtGui import QFont, QFontMetrics, QPainter, QPen
from PySide6.QtWidgets import QStyle, QStyleOptionViewItem

from insight_app.gui import icons, theme
from insight_app.gui.state.present_relation import KINDS
from insight_app.project.judgements.hierarchy import Edge

SIGN, PAD = 14, 6
"""Pixels of the sign, and beside the words."""


def words(edge: Edge) -> str:
    """Return what the mark says beside its sign."""
    return KINDS.get(edge.kind, "")


def mark_rect(box: QRect, edge: Edge, font: QFont) -> QRect:
    """Return where the mark of a relation stands in the box of a name."""
    text = words(edge)
    metrics = QFontMetrics(_small(font))
    width = SIGN + 2 * PAD + (metrics.horizontalAdvance(text) + 4 if text else 0)
    height = min(box.height() - 4, metrics.height() + 4)
    top = box.top() + (box.height() - height) // 2
    return QRect(box.right() - width - 2, top, width, height)


def is_marked(option: QStyleOptionViewItem, edge: Edge, is_current: bool) -> bool:
    """Return whether the mark is to be seen."""
    is_hovered = bool(option.state & QStyle.StateFlag.State_MouseOver)
    return bool(edge.kind or edge.status) or is_hovered or is_current


def paint_mark(
    painter: QPainter, option: QStyleOptionViewItem, edge: Edge, is_selected: bool
) -> None:
    """Paint the mark; is_selected: the relation is what is looked at."""
    c, box = theme.colours(), mark_rect(option.rect, edge, option.font)
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(c.of("accent" if is_selected else "line"), 1.6 if is_selected else 1.0))
    painter.setBrush(c.of("base"))
    painter.drawRoundedRect(QRectF(box).adjusted(0.5, 0.5, -0.5, -0.5), 4, 4)
    sign = QRect(box.left() + PAD, box.top(), SIGN, box.height())
    if edge.status:
        icons.paint_status(painter, QRectF(sign).adjusted(1, 0, -1, 0), edge.status)
    else:
        icons.icon("tree-structure", "dim").paint(painter, sign)
    if text := words(edge):
        painter.setFont(_small(option.font))
        painter.setPen(c.of("text"))
        room = QRect(sign.right() + 5, box.top(), box.right() - sign.right(), box.height())
        painter.drawText(room, Qt.AlignmentFlag.AlignVCenter, text)
    painter.restore()


def _small(font: QFont) -> QFont:
    small = QFont(font)
    small.setPointSizeF(font.pointSizeF() * 0.88)
    return small
