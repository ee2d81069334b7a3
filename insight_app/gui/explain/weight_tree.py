"""Concepts of a class, or classes of a concept, each with a signed bar and the numbers behind it.

Shows the rows that it is given and says which one was gone to. Knows no classifier.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QModelIndex, QObject, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFocusEvent, QPainter
from PySide6.QtWidgets import (
    QHeaderView,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTreeWidget,
    QTreeWidgetItem,
    QWidget,
)

from insight_app.figures import signed
from insight_app.gui import icons, theme
from insight_app.gui.curation.lists.concept_row import paint_focus, paint_ground, paint_name
from insight_app.gui.curation.present_concept import find
from insight_app.gui.explain.score_tree import bar_colour
from insight_app.gui.icons import REJECTED
from insight_app.gui.key_filter import PASSES_SIDEWAYS
from insight_app.gui.qt_types import Index
from insight_app.gui.state.session import Session
from insight_app.gui.wording import tooltip
from insight_app.plain_text import visible

if TYPE_CHECKING:
    from insight_app.project.judgements import ConceptId

NAME, WEIGHT, MEAN, ACTIVE = range(4)
ROLE = int(Qt.ItemDataRole.UserRole)
BAR, NARROW_BAR = 90, 44
"""Pixels of the bar beside its number."""


@dataclass(frozen=True)
class WeightRow:
    """concept: None where the row is a class, `name` its name and `index` its place.

    weight: at usual strength.  mean: over the class's photos, None where none is known.  active: in
    how many of them, in words.  tip: all that in words.
    """

    weight: float
    mean: float | None
    active: str
    tip: str
    concept: "ConceptId | None" = None
    name: str = ""
    index: int = -1


class WeightTree(QTreeWidget):
    """`gone_to` a row: a person went to it."""

    gone_to = Signal(object)

    def __init__(self, session: Session, parent: QWidget) -> None:
        super().__init__(parent)
        self.session = session
        self.largest = 1.0
        self._rows: list[WeightRow] = []
        self._following = False
        self._titles: tuple[str, ...] = ("weight", "mean", "active")
        self._bar = BAR
        self.setHeaderLabels(["", *self._titles])
        self.setRootIsDecorated(False)
        self.setIndentation(0)
        self.setUniformRowHeights(True)
        self.setAllColumnsShowFocus(True)
        self.setMouseTracking(True)
        self.setProperty(PASSES_SIDEWAYS, True)
        self.setItemDelegate(_Delegate(self, self))
        header = self.header()
        header.setStretchLastSection(False)
        header.setSectionResizeMode(NAME, QHeaderView.ResizeMode.Stretch)
        head = self.headerItem()
        for column in (WEIGHT, MEAN, ACTIVE):
            header.setSectionResizeMode(column, QHeaderView.ResizeMode.Fixed)
            head.setTextAlignment(column, Qt.AlignmentFlag.AlignRight)
        head.setToolTip(
            WEIGHT,
            "What the concept gives to the class's score at its usual strength: in the mean over "
            "the photos where it is active",
        )
        head.setToolTip(MEAN, "The mean of what it gives over the photos of the class")
        head.setToolTip(ACTIVE, "In how many photos of the class it is active")
        theme.follow(self._measure)
        self.currentItemChanged.connect(self._go)

    def _measure(self) -> None:
        metrics = self.fontMetrics()
        number = metrics.horizontalAdvance("+00.000") + 16
        for column, width in ((WEIGHT, number + self._bar), (MEAN, number), (ACTIVE, number)):
            self.setColumnWidth(column, width)
        self.scheduleDelayedItemsLayout()

    def name_columns(self, tips: Mapping[str, str]) -> None:
        """Name the three columns of numbers otherwise, each with what it means."""
        self._titles = tuple(tips)
        for column, tip in zip((WEIGHT, MEAN, ACTIVE), tips.values(), strict=True):
            self.headerItem().setToolTip(column, tip)
            self.setColumnHidden(column, not self._titles[column - 1].strip())
        self._bar = NARROW_BAR
        self._measure()

    def show_rows(self, head: str, rows: Sequence[WeightRow]) -> None:
        """Show other rows; the scroll stays where they are of the same."""
        self.setHeaderLabels([head, *self._titles])
        if list(rows) == self._rows:
            return
        self._rows = list(rows)
        self._following = True
        scroll = self.verticalScrollBar().value()
        self.largest = max((abs(one.weight) for one in rows), default=1.0) or 1.0
        self.clear()
        for one in rows:
            item = QTreeWidgetItem(self)
            item.setData(NAME, ROLE, one)
            item.setData(NAME, Qt.ItemDataRole.AccessibleTextRole, one.tip.replace("\n", ", "))
            for column in range(4):
                item.setToolTip(column, tooltip(one.tip))
            item.setText(MEAN, "" if one.mean is None else signed(one.mean))
            item.setText(ACTIVE, one.active)
            for column in (MEAN, ACTIVE):
                item.setTextAlignment(
                    column, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
                )
                item.setFont(column, theme.tabular(self.font()))
        self.verticalScrollBar().setValue(scroll)
        self._following = False

    def mark(self, wanted: "ConceptId | int | None") -> None:
        """Make the row of a concept, or of a class, the current one."""
        self._following = True
        for place, one in enumerate(self._rows):
            if wanted is not None and wanted in (one.concept, one.index):
                item = self.topLevelItem(place)
                if item is not None and self.currentItem() is not item:
                    self.setCurrentItem(item)
                    self.scrollToItem(item)
                break
        else:
            self.setCurrentIndex(QModelIndex())
        self._following = False

    @property
    def concepts(self) -> "tuple[ConceptId, ...]":
        """The concepts of the rows, from top to bottom."""
        return tuple(one.concept for one in self._rows if one.concept is not None)

    def _go(self, current: QTreeWidgetItem | None, _before: QTreeWidgetItem | None) -> None:
        if current is not None and not self._following:
            self.gone_to.emit(current.data(NAME, ROLE))

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Make a row the current one: a screen reader says nothing else."""
        super().focusInEvent(event)
        if self.currentItem() is None and (first := self.topLevelItem(0)) is not None:
            self.setCurrentItem(first)


class _Delegate(QStyledItemDelegate):
    """Draws status and name, and the bar of the weight on both sides of a zero line."""

    def __init__(self, tree: WeightTree, parent: QObject) -> None:
        super().__init__(parent)
        self._tree = tree

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(40, option.fontMetrics.height() + 8)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        if index.column() in (MEAN, ACTIVE):
            super().paint(painter, option, index)
            return
        one: WeightRow = index.sibling(index.row(), NAME).data(ROLE)
        box = QRectF(option.rect)
        painter.save()
        paint_ground(painter, option)
        if index.column() == WEIGHT:
            self._paint_weight(painter, option, box, one)
        else:
            self._paint_name(painter, option, box, one)
            paint_focus(painter, option)
        painter.restore()

    def _paint_name(
        self, painter: QPainter, option: QStyleOptionViewItem, box: QRectF, one: WeightRow
    ) -> None:
        c, concept = theme.colours(), find(self._tree.session.state, one.concept)
        room = box.adjusted(8, 0, -6, 0)
        if concept is None:
            painter.setPen(c.of("text"))
            words = option.fontMetrics.elidedText(
                visible(one.name), Qt.TextElideMode.ElideRight, int(room.width())
            )
            painter.drawText(room, Qt.AlignmentFlag.AlignVCenter, words)
            return
        icons.paint_status(painter, QRectF(room.x(), box.y(), 12, box.height()), concept.status)
        is_doubted = concept.is_hidden or concept.status == REJECTED
        painter.setPen(c.of("dim" if is_doubted else "text"))
        paint_name(painter, option, room.adjusted(18, 0, 0, 0), concept)

    def _paint_weight(
        self, painter: QPainter, option: QStyleOptionViewItem, box: QRectF, one: WeightRow
    ) -> None:
        c = theme.colours()
        painter.setFont(theme.tabular(option.font))
        number = painter.fontMetrics().horizontalAdvance("+00.000") + 8
        left, width = box.x() + 4, box.width() - number - 12
        zero = left + width / 2
        end = zero + width / 2 * one.weight / self._tree.largest
        bar = QRectF(min(zero, end), box.y() + box.height() * 0.25, abs(end - zero),
                     box.height() * 0.5)  # fmt: skip
        painter.fillRect(bar, bar_colour(one.weight))
        painter.setPen(c.of("handle"))
        painter.drawLine(int(zero), int(box.y()), int(zero), int(box.bottom()))
        painter.setPen(c.of("text"))
        painter.drawText(box.adjusted(0, 0, -6, 0),
                         Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter,
                         signed(one.weight))  # fmt: skip
