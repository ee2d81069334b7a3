"""The lines of a history as a list: what each says, and *Take back* behind one's own.

Knows neither where the lines come from nor what taking back does.
"""

from collections.abc import Sequence

from PySide6.QtCore import (
    QAbstractListModel,
    QEvent,
    QModelIndex,
    QObject,
    QPoint,
    QRectF,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter
from PySide6.QtWidgets import (
    QAbstractItemView,
    QListView,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from insight_app.gui import theme
from insight_app.gui.curation.history.lines import HistoryLine
from insight_app.gui.curation.lists.concept_row import paint_focus, paint_ground
from insight_app.gui.key_filter import PASSES_SIDEWAYS
from insight_app.gui.qt_types import Index
from insight_app.gui.wording import tooltip

ITEM = Qt.ItemDataRole.UserRole
TAKE_BACK = "Take back"
PAD, ROOM, GAP = 12, 8, 10
PERSON_SHARE = 0.28
"""Of the width, that names of persons take at most."""
MIDDLE = Qt.AlignmentFlag.AlignVCenter


class HistoryModel(QAbstractListModel):
    """Lines and headings."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.items: list[HistoryLine | str] = []

    def set_items(self, items: Sequence[HistoryLine | str]) -> None:
        """Show other lines."""
        if list(items) == self.items:
            return
        self.beginResetModel()
        self.items = list(items)
        self.endResetModel()

    def rowCount(self, parent: Index = QModelIndex()) -> int:
        return 0 if parent.isValid() else len(self.items)

    def flags(self, index: Index) -> Qt.ItemFlag:
        if isinstance(self.items[index.row()], str):
            return Qt.ItemFlag.ItemIsEnabled
        return Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        item = self.items[index.row()]
        if role == ITEM:
            return item
        if role == Qt.ItemDataRole.DisplayRole:
            return item if isinstance(item, str) else item.in_one_line
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return item if isinstance(item, str) else item.spoken
        if role == Qt.ItemDataRole.ToolTipRole and not isinstance(item, str):
            return tooltip(item.spoken)
        return None


class HistoryView(QListView):
    """Enter, Delete or a click on *Take back* asks for a line of one's own to be taken back.

    grows: as high as its lines, up to so many; 0 = fills its room.
    """

    take_back = Signal(object)
    """The HistoryLine."""

    def __init__(self, parent: QWidget, *, grows: int = 0, has_persons: bool = True) -> None:
        super().__init__(parent)
        self._grows = grows
        self.model_ = HistoryModel(self)
        self.setModel(self.model_)
        self.delegate = _LineDelegate(self, has_persons=has_persons)
        self.setItemDelegate(self.delegate)
        self.setUniformItemSizes(True)
        self.setMouseTracking(True)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setProperty(PASSES_SIDEWAYS, True)
        self.setAccessibleName("History")
        theme.follow(self._measure)

    @property
    def items(self) -> list[HistoryLine | str]:
        """The lines and headings."""
        return self.model_.items

    @property
    def current_line(self) -> HistoryLine | None:
        """The line that has the keys."""
        item = self.currentIndex().data(ITEM)
        return item if isinstance(item, HistoryLine) else None

    def set_items(self, items: Sequence[HistoryLine | str]) -> None:
        """Show other lines; the scroll stays, and the keys stay on the same act."""
        scroll, current = self.verticalScrollBar().value(), self.current_line
        self.model_.set_items(items)
        self._measure()
        if current is not None:
            groups = [item.group if isinstance(item, HistoryLine) else "" for item in self.items]
            if current.group in groups:
                self.setCurrentIndex(self.model_.index(groups.index(current.group)))
        self.verticalScrollBar().setValue(scroll)

    def _measure(self) -> None:
        if self._grows:
            line = self.fontMetrics().height() + ROOM
            self.setFixedHeight(line * min(len(self.items), self._grows) + 2)

    def _ask(self, index: Index) -> None:
        item = index.data(ITEM)
        if isinstance(item, HistoryLine) and item.can_take_back:
            self.take_back.emit(item)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Delete):
            self._ask(self.currentIndex())
        else:
            super().keyPressEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        super().mouseReleaseEvent(event)
        index = self._link_at(event.position().toPoint())
        if index.isValid() and event.button() == Qt.MouseButton.LeftButton:
            self._ask(index)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        super().mouseMoveEvent(event)
        is_link = self._link_at(event.position().toPoint()).isValid()
        hand, arrow = Qt.CursorShape.PointingHandCursor, Qt.CursorShape.ArrowCursor
        self.viewport().setCursor(hand if is_link else arrow)

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self.viewport().unsetCursor()

    def _link_at(self, point: QPoint) -> QModelIndex:
        index = self.indexAt(point)
        item = index.data(ITEM) if index.isValid() else None
        if not isinstance(item, HistoryLine) or not item.can_take_back:
            return QModelIndex()
        width = self.fontMetrics().horizontalAdvance(TAKE_BACK) + PAD + GAP
        return index if point.x() >= self.visualRect(index).right() - width else QModelIndex()


class _LineDelegate(QStyledItemDelegate):
    """Time, person, words, and at the right what can be done."""

    def __init__(self, parent: QObject, *, has_persons: bool) -> None:
        super().__init__(parent)
        self.has_persons = has_persons
        self.shows_day = False
        """Whether a line says its day too: it does not stand under it."""

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(80, option.fontMetrics.height() + ROOM)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        item: HistoryLine | str = index.data(ITEM)
        room, c = QRectF(option.rect).adjusted(PAD, 0, -PAD, 0), theme.colours()
        painter.save()
        if isinstance(item, str):
            painter.setFont(option.font)
            painter.setPen(c.of("dim"))
            painter.drawText(room, MIDDLE, item)
        else:
            paint_ground(painter, option)
            self._paint_line(painter, option, room, item)
            paint_focus(painter, option)
        painter.restore()

    def _paint_line(
        self, painter: QPainter, option: QStyleOptionViewItem, room: QRectF, line: HistoryLine
    ) -> None:
        c, metrics = theme.colours(), option.fontMetrics
        if line.can_take_back or line.is_taken_back:
            word = TAKE_BACK if line.can_take_back else "taken back"
            painter.setPen(c.of("accent" if line.can_take_back else "dim"))
            painter.drawText(room, Qt.AlignmentFlag.AlignRight | MIDDLE, word)
            room.setRight(room.right() - metrics.horizontalAdvance(word) - GAP)
        painter.setFont(theme.tabular(option.font))
        painter.setPen(c.of("dim"))
        pattern = "%d %b %Y, %H:%M" if self.shows_day else "%H:%M"
        time = line.when.strftime(pattern)
        painter.drawText(room, MIDDLE, time)
        room.setLeft(room.left() + painter.fontMetrics().horizontalAdvance(time) + GAP)
        painter.setFont(option.font)
        if self.has_persons:
            most = int(room.width() * PERSON_SHARE)
            person = metrics.elidedText(line.person, Qt.TextElideMode.ElideRight, most)
            painter.drawText(room, MIDDLE, person)
            room.setLeft(room.left() + metrics.horizontalAdvance(person) + GAP)
        painter.setPen(c.of("dim" if line.is_taken_back else "text"))
        words = line.in_one_line
        fits = metrics.elidedText(words, Qt.TextElideMode.ElideRight, int(room.width()))
        painter.drawText(room, MIDDLE, fits)
