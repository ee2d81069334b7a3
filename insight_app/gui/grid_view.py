"""A list shown as a grid of equal squares, for any number of rows.

Qt's own icon view lays every row out before it paints the first. Here places follow from row
numbers (squares.py), and only what is seen is asked for. Knows the model's rows and the delegate,
not what they show.
"""

from PySide6.QtCore import QItemSelection, QItemSelectionModel, QModelIndex, QPoint, QRect, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QRegion, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QListView, QStyle, QStyleOptionViewItem, QWidget

from insight_app.gui.qt_types import Index
from insight_app.gui.squares import Move, Squares

TALLEST = 2**31 - 2**16
"""Pixels that a scroll bar can count, with room for one page beyond; lines below are not reached.
Over ten million rows of one narrow column."""

_Action = QAbstractItemView.CursorAction
_Hint = QAbstractItemView.ScrollHint
MOVES = {
    _Action.MoveLeft: Move.LEFT,
    _Action.MovePrevious: Move.LEFT,
    _Action.MoveRight: Move.RIGHT,
    _Action.MoveNext: Move.RIGHT,
    _Action.MoveUp: Move.UP,
    _Action.MoveDown: Move.DOWN,
    _Action.MoveHome: Move.HOME,
    _Action.MoveEnd: Move.END,
    _Action.MovePageUp: Move.PAGE_UP,
    _Action.MovePageDown: Move.PAGE_DOWN,
}


class GridView(QListView):
    """Squares of at least `smallest` pixels; a QListView because screen readers know lists.

    Everything that Qt's list does over all rows is replaced; what is left of it is of one row.
    """

    def __init__(self, smallest: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.smallest = smallest
        self.squares = Squares()
        self.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        # A bar that came and went would change the width, and with it the number of columns.
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)

    # ---- laying out

    def doItemsLayout(self) -> None:
        self.updateGeometries()
        self.viewport().update()

    def reset(self) -> None:
        super().reset()
        self.doItemsLayout()

    def updateGeometries(self) -> None:
        model, page = self.model(), self.viewport().height()
        count = model.rowCount(self.rootIndex()) if model is not None else 0
        # Two pixels narrower than there is room, as Qt's icon view breaks its lines.
        self.squares = Squares.fitting(count, self.viewport().width() - 2, self.smallest)
        bar = self.verticalScrollBar()
        bar.setPageStep(page)
        bar.setSingleStep(max(1, self.squares.side // 3))
        bar.setRange(0, max(0, min(self.squares.height, TALLEST) - page))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the current row, else the first one seen, where it is as columns come and go."""
        seen = self._rows_seen(QRect(QPoint(0, 0), event.oldSize()))
        current = self.currentIndex().row()
        is_current_seen = not seen or any(current in rows for rows in seen)
        kept = current if is_current_seen else seen[0][0]
        before = self._rect(kept).top()
        self.updateGeometries()
        if kept >= 0:
            bar = self.verticalScrollBar()
            bar.setValue(bar.value() + self._rect(kept).top() - before)
        if is_current_seen:
            self.scrollTo(self.currentIndex())

    # ---- places

    def horizontalOffset(self) -> int:
        return 0

    def verticalOffset(self) -> int:
        return self.verticalScrollBar().value()

    def _rows_seen(self, rect: QRect) -> list[range]:
        """Return the rows that touch a rectangle of the viewport, a range a line."""
        dy = self.verticalOffset()
        return self.squares.within(rect.left(), rect.top() + dy, rect.right(), rect.bottom() + dy)

    def _rect(self, row: int) -> QRect:
        x, y = self.squares.corner(row)
        y = min(y, TALLEST) - self.verticalOffset()
        return QRect(x, y, self.squares.side, self.squares.side)

    def visualRect(self, index: Index) -> QRect:
        return self._rect(index.row()) if index.isValid() else QRect()

    def indexAt(self, point: QPoint) -> QModelIndex:
        row = self.squares.at(point.x(), point.y() + self.verticalOffset())
        return QModelIndex() if row is None else self._index(row)

    def _index(self, row: int) -> QModelIndex:
        return self.model().index(row, self.modelColumn(), self.rootIndex())

    def scrollTo(self, index: Index, hint: QListView.ScrollHint = _Hint.EnsureVisible) -> None:
        if not index.isValid():
            return
        self.executeDelayedItemsLayout()  # rows may have come: the bar's end is another one then
        rect, page, bar = self.visualRect(index), self.viewport().height(), self.verticalScrollBar()
        above, below = rect.top() < 0, rect.bottom() >= page
        ensure = hint == _Hint.EnsureVisible
        if hint == _Hint.PositionAtTop or (ensure and above):
            bar.setValue(bar.value() + rect.top())
        elif hint == _Hint.PositionAtBottom or (ensure and below):
            bar.setValue(bar.value() + min(rect.top(), rect.bottom() + 1 - page))
        elif hint == _Hint.PositionAtCenter:
            bar.setValue(bar.value() + rect.top() - (page - rect.height()) // 2)

    def scrollContentsBy(self, dx: int, dy: int) -> None:
        self.viewport().scroll(dx, dy)

    # ---- choosing

    def moveCursor(
        self, action: QListView.CursorAction, modifiers: Qt.KeyboardModifier
    ) -> QModelIndex:
        if not self.squares.count:
            return QModelIndex()
        current = self.currentIndex()
        if not current.isValid():
            return self._index(0)
        page = self.viewport().height()
        return self._index(self.squares.moved(current.row(), MOVES[action], page))

    def keyboardSearch(self, search: str) -> None:
        """Do nothing: squares have no words, and Qt would ask every row for them."""

    def setSelection(self, rect: QRect, command: QItemSelectionModel.SelectionFlag) -> None:
        chosen = QItemSelection()
        for rows in self._rows_seen(rect.normalized()):
            chosen.select(self._index(rows[0]), self._index(rows[-1]))
        if not chosen.isEmpty():
            self.selectionModel().select(chosen, command)

    def visualRegionForSelection(self, selection: QItemSelection) -> QRegion:
        """Return what of a selection is seen."""
        region = QRegion()
        for rows in self._rows_seen(self.viewport().rect()):
            for row in rows:
                if selection.contains(self._index(row)):
                    region += self._rect(row)
        return region

    # ---- painting

    def paintEvent(self, event: QPaintEvent) -> None:
        plain = QStyleOptionViewItem()
        self.initViewItemOption(plain)
        chosen, current = self.selectionModel(), self.currentIndex()
        painter = QPainter(self.viewport())
        for rows in self._rows_seen(event.rect()):
            for row in rows:
                index, option = self._index(row), QStyleOptionViewItem(plain)
                option.rect = self._rect(row)
                if chosen.isSelected(index):
                    option.state |= QStyle.StateFlag.State_Selected
                if index == current and self.hasFocus():
                    option.state |= QStyle.StateFlag.State_HasFocus
                self.itemDelegateForIndex(index).paint(painter, option, index)
        painter.end()
