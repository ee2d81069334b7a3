"""How a concept stands in a list, and the parts that it shares with its place in the tree.

Owns what a row looks like: status, colour, name, a word, a bar, a number. Knows neither which
concepts are listed, nor what the numbers mean, nor what choosing a row does.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from insight_app.gui import icons, theme
from insight_app.gui.curation.present_concept import PresentConcept, find
from insight_app.gui.qt_types import Index
from insight_app.gui.state.session import Session
from insight_app.gui.widgets import elided_name

if TYPE_CHECKING:
    from insight_app.project.judgements import ConceptId

ITEM_ROLE = Qt.ItemDataRole.UserRole
"""The ConceptRow or the heading that a model shows at an index."""
PAD = 12
STATUS_WIDTH = 20
CHIP = 11
CHIP_WIDTH = 20
LEAST_LETTERS = 4
"""Of a name, beside what tells it apart."""
MIDDLE = Qt.AlignmentFlag.AlignVCenter


@dataclass(frozen=True)
class ConceptRow:
    """A concept in a list; number and tag as shown, numbers of a list aligned (figures.column).

    measure: what the number is, where no heading says so.  tip: formula and count of the number.
    share: the length of its bar, 0 to 1; None = it has none.  is_apart: it stands at the end, as
    it shows nothing in common.
    """

    concept: "ConceptId"
    number: str = ""
    tag: str = ""
    measure: str = ""
    tip: str = ""
    share: float | None = None
    is_apart: bool = False


class ConceptRowDelegate(QStyledItemDelegate):
    """room: around the line of text.  has_colours: a place for the colour that overlays have.

    fade_judged: the names of what was judged are faint.
    """

    def __init__(
        self,
        session: Session,
        parent: QObject,
        room: int,
        *,
        has_colours: bool = False,
        fade_judged: bool = False,
    ) -> None:
        super().__init__(parent)
        self.session, self._room = session, room
        self._has_colours, self._fade = has_colours, fade_judged

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(80, option.fontMetrics.height() + self._room)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        item: ConceptRow | str = index.data(ITEM_ROLE)
        inner = QRectF(option.rect).adjusted(PAD, 0, -PAD, 0)
        painter.save()
        if isinstance(item, str):
            painter.setFont(theme.bold(option.font))
            painter.setPen(theme.colours().of("dim"))
            painter.drawText(inner, MIDDLE, item)
        elif (concept := find(self.session.state, item.concept)) is not None:
            paint_ground(painter, option)
            before = index.sibling(index.row() - 1, 0).data(ITEM_ROLE)
            if item.is_apart and isinstance(before, ConceptRow) and not before.is_apart:
                paint_border(painter, option)
            self._paint_concept(painter, option, inner, item, concept)
            paint_focus(painter, option)
        painter.restore()

    def _paint_concept(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        inner: QRectF,
        item: ConceptRow,
        concept: PresentConcept,
    ) -> None:
        c, status = theme.colours(), concept.status
        top, height = inner.y(), inner.height()
        icons.paint_status(painter, QRectF(inner.x(), top, 12, height), status)
        left = inner.x() + STATUS_WIDTH
        if self._has_colours:
            colour = self.session.selection.colour(concept.row)
            if colour is not None:
                paint_chip(painter, left, inner.center().y(), colour)
            left += CHIP_WIDTH
        painter.setFont(theme.tabular(option.font))
        painter.setPen(c.of("text"))
        painter.drawText(inner, Qt.AlignmentFlag.AlignRight | MIDDLE, item.number)
        # Bars stand below each other whatever their numbers are.
        widest = item.number if item.share is None else "00.000"
        right = inner.right() - painter.fontMetrics().horizontalAdvance(widest) - 8
        if item.share is not None:
            width = max(40.0, min(96.0, inner.width() * 0.26))
            right -= width
            icons.paint_bar(painter, QRectF(right, top, width, height), item.share)
            right -= 8
        if item.tag:
            painter.setFont(option.font)
            painter.setPen(c.of("dim"))
            width = painter.fontMetrics().horizontalAdvance(item.tag)
            painter.drawText(QRectF(right - width - 2, top, width + 2, height), MIDDLE, item.tag)
            right -= width + 10
        is_faint = (self._fade and status) or item.is_apart
        painter.setPen(c.of("dim" if is_faint else "text"))
        room = QRectF(left, top, right - left, height)
        paint_name(painter, option, room, concept)


def paint_ground(painter: QPainter, option: QStyleOptionViewItem) -> None:
    """Paint behind a row whether it is selected, or under the mouse."""
    if option.state & QStyle.StateFlag.State_Selected:
        painter.fillRect(option.rect, theme.colours().of("selected"))
    elif option.state & QStyle.StateFlag.State_MouseOver:
        painter.fillRect(option.rect, theme.colours().of("hover"))


def paint_border(painter: QPainter, option: QStyleOptionViewItem) -> None:
    """Paint a thin line over a row: what follows is a group of its own."""
    top = QRectF(option.rect).adjusted(0, 0, 0, 1 - option.rect.height())
    painter.fillRect(top, theme.colours().of("line"))


def paint_focus(painter: QPainter, option: QStyleOptionViewItem) -> None:
    """Paint the frame of the row that has the keys."""
    if option.state & QStyle.StateFlag.State_HasFocus:
        painter.setPen(theme.colours().of("accent"))
        painter.drawRect(QRectF(option.rect).adjusted(0.5, 0.5, -1.5, -1.5))


def paint_name(
    painter: QPainter,
    option: QStyleOptionViewItem,
    room: QRectF,
    concept: PresentConcept,
    *,
    is_brief: bool = False,
) -> int:
    """Paint a name, italic where it is the machine's; return the width it took.

    Where others have the same, what tells it apart is dim behind it: as much of it as there is
    room for, with is_brief only the number.
    """
    shown = concept.shown
    painter.setFont(theme.of_name(option.font, shown.is_italic))
    metrics, plain = painter.fontMetrics(), option.fontMetrics
    suffixes = [f"  {one}" for one in concept.distinctions]
    wanted = metrics.horizontalAdvance(shown.text)
    widths = [plain.horizontalAdvance(one) for one in suffixes]
    fitting = [at for at, width in enumerate(widths) if wanted + width <= room.width()]
    at = len(suffixes) - 1 if is_brief or not fitting else fitting[0]
    least = min(wanted, LEAST_LETTERS * plain.averageCharWidth())
    if suffixes and room.width() - widths[at] < least:
        suffixes = []  # a few letters of the name say more than a number alone
    left = int(room.width()) - (widths[at] if suffixes else 0)
    fits = elided_name(metrics, shown.text, left)
    painter.drawText(room, MIDDLE, fits)
    taken = metrics.horizontalAdvance(fits)
    if suffixes:
        painter.save()
        painter.setFont(option.font)
        painter.setPen(theme.colours().of("dim"))
        painter.drawText(room.adjusted(taken, 0, 0, 0), MIDDLE, suffixes[at])
        painter.restore()
        taken += widths[at]
    return taken


def paint_chip(painter: QPainter, left: float, middle: float, colour: QColor) -> None:
    """Paint the colour that a concept has in the overlays."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(colour)
    painter.drawRoundedRect(QRectF(left, middle - CHIP / 2, CHIP, CHIP), 2, 2)
    painter.restore()
