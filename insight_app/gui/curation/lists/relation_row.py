"""How a relation stands in a list: its status, one or both of its ends, its kind, a number.

Knows neither which relations are listed, nor what the numbers mean, nor what choosing one does.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetrics, QPainter, QPen
from PySide6.QtWidgets import QStyledItemDelegate, QStyleOptionViewItem

from insight_app.gui import icons, theme
from insight_app.gui.curation.lists.concept_row import (
    PAD,
    STATUS_WIDTH,
    paint_focus,
    paint_ground,
    paint_name,
)
from insight_app.gui.curation.present_concept import PresentConcept, at_row
from insight_app.gui.qt_types import Index
from insight_app.gui.state.present_relation import KINDS, PresentRelation, find_relation
from insight_app.gui.state.session import Session

if TYPE_CHECKING:
    from insight_app.project.judgements import Relation

ITEM_ROLE = Qt.ItemDataRole.UserRole
"""The RelationRow that a model shows at an index."""
MIDDLE = Qt.AlignmentFlag.AlignVCenter
BETWEEN = " → "


class Ends(Enum):
    """Which ends of its relations a list names: the others are the same for all of them."""

    CHILD = "child"
    PARENT = "parent"
    BOTH = "both"


@dataclass(frozen=True)
class RelationRow:
    """A relation in a list; number as shown, numbers of a list aligned (figures.column).

    tag: who has it, where nobody said of which kind it is.  measure: what the number is.  tip:
    formula and count of the number.  ends: which of them are named.
    """

    relation: "Relation"
    number: str = ""
    tag: str = ""
    measure: str = ""
    tip: str = ""
    ends: Ends = Ends.BOTH

    def rows(self, relation: PresentRelation) -> tuple[int, ...]:
        """Return the rows of the ends that are named."""
        named = {Ends.CHILD: (relation.child,), Ends.PARENT: (relation.parent,)}
        return named.get(self.ends, (relation.child, relation.parent))


class RelationRowDelegate(QStyledItemDelegate):
    """room: around the line of text.  fades_judged: the names of judged ones are faint."""

    def __init__(
        self, session: Session, parent: QObject, room: int, *, fades_judged: bool = False
    ) -> None:
        super().__init__(parent)
        self.session, self._room, self._fades = session, room, fades_judged

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(80, option.fontMetrics.height() + self._room)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        item: RelationRow = index.data(ITEM_ROLE)
        relation = find_relation(self.session.state, item.relation)
        if relation is None:
            return
        painter.save()
        if item.relation in self.session.selection.relations:
            painter.fillRect(option.rect, theme.colours().of("selected"))
        else:
            paint_ground(painter, option)
        inner = QRectF(option.rect).adjusted(PAD, 0, -PAD, 0)
        self._paint_relation(painter, option, inner, item, relation)
        paint_focus(painter, option)
        painter.restore()

    def _paint_relation(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        inner: QRectF,
        item: RelationRow,
        relation: PresentRelation,
    ) -> None:
        c, top, height = theme.colours(), inner.y(), inner.height()
        icons.paint_status(painter, QRectF(inner.x(), top, 12, height), relation.status)
        painter.setFont(theme.tabular(option.font))
        painter.setPen(c.of("text"))
        painter.drawText(inner, Qt.AlignmentFlag.AlignRight | MIDDLE, item.number)
        right = inner.right() - painter.fontMetrics().horizontalAdvance(item.number) - 8
        painter.setFont(option.font)
        if relation.kind:
            right = _paint_kind(painter, right, inner, KINDS[relation.kind])
        elif item.tag:
            width = painter.fontMetrics().horizontalAdvance(item.tag)
            painter.setPen(c.of("dim"))
            painter.drawText(QRectF(right - width - 2, top, width + 2, height), MIDDLE, item.tag)
            right -= width + 10
        is_faint = self._fades and bool(relation.status)
        is_faint = is_faint or relation.status == icons.REJECTED
        left = inner.x() + STATUS_WIDTH
        painter.setFont(option.font)
        ends = [at_row(relation.state, row) for row in item.rows(relation)]
        shown = [end for end in ends if end is not None]
        between = painter.fontMetrics().horizontalAdvance(BETWEEN)
        rooms = _rooms(option, shown, right - left - between * (len(shown) - 1))
        for place, (concept, room) in enumerate(zip(shown, rooms, strict=True)):
            if place:
                painter.setFont(option.font)
                painter.setPen(c.of("dim"))
                painter.drawText(QRectF(left, top, between, height), MIDDLE, BETWEEN)
                left += between
            painter.setPen(c.of("dim" if is_faint else "text"))
            box = QRectF(left, top, max(0.0, room), height)
            left += paint_name(painter, option, box, concept, is_brief=len(shown) > 1)


def _rooms(
    option: QStyleOptionViewItem, ends: Sequence[PresentConcept], room: float
) -> list[float]:
    """Return the width that each name gets: all it wants, or what the other leaves of the room."""
    if len(ends) < 2:
        return [room]
    metrics = QFontMetrics(theme.italic(option.font))
    wanted = [metrics.horizontalAdvance(f"{end.shown.told_apart}   ") for end in ends]
    half = room / 2
    first = min(wanted[0], max(half, room - wanted[1]))
    return [first, room - first]


def _paint_kind(painter: QPainter, right: float, inner: QRectF, kind: str) -> float:
    """Paint the kind in a frame that ends at `right`; return where it begins."""
    c, metrics = theme.colours(), painter.fontMetrics()
    width, high = metrics.horizontalAdvance(kind) + 12, metrics.height() + 2
    box = QRectF(right - width, inner.center().y() - high / 2, width, high)
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(c.of("line"), 1.0))
    painter.drawRoundedRect(box, high / 2, high / 2)
    painter.setPen(c.of("text"))
    painter.drawText(box, Qt.AlignmentFlag.AlignCenter, kind)
    painter.restore()
    return right - width - 8
