"""The classes as a list: a photo of each, how many it has, and how often it is told right.

Shows what it is given and says which one is chosen. Knows no worker and no file.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QItemSelectionModel, QObject, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFocusEvent, QPainter
from PySide6.QtWidgets import (
    QHeaderView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTreeWidget,
    QTreeWidgetItem,
    QWidget,
)

from insight_app.figures import counted, percentage
from insight_app.gui import icons, theme
from insight_app.gui.curation.lists.concept_row import paint_focus, paint_ground
from insight_app.gui.key_filter import PASSES_SIDEWAYS
from insight_app.gui.qt_types import Index
from insight_app.gui.state.session import Session
from insight_app.gui.wording import tooltip
from insight_app.plain_text import visible

NAME, CONCEPTS, FEATURES = range(3)
ROLE = int(Qt.ItemDataRole.UserRole)
PICTURE = 34
PAD = 8


@dataclass(frozen=True)
class ShownClass:
    """A class with its accuracy, shares of 0 to 1, None where none of its photos was tested.

    index: among the classes.  image: a photo of it, None without one.  note: more, for its tooltip.
    """

    index: int
    name: str
    photos: int
    concepts: float | None
    features: float | None
    image: int | None = None
    note: str = ""


class _Item(QTreeWidgetItem):
    """One class; sorted by what its column shows."""

    def __lt__(self, other: QTreeWidgetItem) -> bool:
        tree = self.treeWidget()
        column = NAME if tree is None else tree.sortColumn()
        mine, theirs = self.data(NAME, ROLE), other.data(NAME, ROLE)
        if column == NAME:
            return bool(mine.name.casefold() < theirs.name.casefold())
        values = [one.concepts if column == CONCEPTS else one.features for one in (mine, theirs)]
        first, second = (-1.0 if value is None else value for value in values)
        return (first, mine.index) < (second, theirs.index)


class ClassList(QTreeWidget):
    """`chosen(index)` when a person goes to another class."""

    chosen = Signal(int)

    def __init__(self, session: Session, parent: QWidget) -> None:
        super().__init__(parent)
        self._following = False
        self._shown: list[ShownClass] = []
        self.setHeaderLabels(["class", "concepts", "features"])
        self.setRootIsDecorated(False)
        self.setUniformRowHeights(True)
        self.setIndentation(0)
        self.setAllColumnsShowFocus(True)
        self.setMouseTracking(True)
        self.setProperty(PASSES_SIDEWAYS, True)
        self.setItemDelegate(_Delegate(session, self))
        self.setAccessibleName("Classes")
        self.setSortingEnabled(True)
        self.sortByColumn(NAME, Qt.SortOrder.AscendingOrder)
        header = self.header()
        header.setStretchLastSection(False)
        header.setSectionResizeMode(NAME, QHeaderView.ResizeMode.Stretch)
        head = self.headerItem()
        for column, what in ((CONCEPTS, "concepts"), (FEATURES, "raw features")):
            header.setSectionResizeMode(column, QHeaderView.ResizeMode.Fixed)
            head.setTextAlignment(column, Qt.AlignmentFlag.AlignRight)
            head.setToolTip(
                column,
                f"Share of the class's photos that the probe on {what} tells right, in percent; "
                "each photo was held back once. Click sorts",
            )
        theme.follow(self._measure)
        self.currentItemChanged.connect(self._go)
        session.pictures.ready.connect(lambda _key: self.viewport().update())

    def _measure(self) -> None:
        width = self.fontMetrics().horizontalAdvance("features") + 26
        for column in (CONCEPTS, FEATURES):
            self.setColumnWidth(column, width)
        self.scheduleDelayedItemsLayout()

    def show_classes(self, classes: Sequence[ShownClass], wanted: int | None) -> None:
        """Show other classes; scroll and order stay."""
        self._following = True
        if list(classes) != self._shown:
            self._shown = list(classes)
            scroll = self.verticalScrollBar().value()
            self.clear()
            self.addTopLevelItems([_item(one) for one in classes])
            self.verticalScrollBar().setValue(scroll)
        self._follow(wanted)
        self._following = False

    def _follow(self, wanted: int | None) -> None:
        current = self.currentItem()
        if current is not None and current.data(NAME, ROLE).index == wanted:
            return
        for place in range(self.topLevelItemCount()):
            item = self.topLevelItem(place)
            if item is not None and item.data(NAME, ROLE).index == wanted:
                flags = QItemSelectionModel.SelectionFlag.ClearAndSelect
                self.setCurrentItem(item, NAME, flags | QItemSelectionModel.SelectionFlag.Rows)
                self.scrollToItem(item)
                return

    def _go(self, current: QTreeWidgetItem | None, _before: QTreeWidgetItem | None) -> None:
        if current is not None and not self._following:
            self.chosen.emit(current.data(NAME, ROLE).index)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Make a class the current one: a screen reader says nothing else."""
        super().focusInEvent(event)
        if self.currentItem() is None and (first := self.topLevelItem(0)) is not None:
            self.setCurrentItem(first)


def _item(one: ShownClass) -> _Item:
    item = _Item()
    item.setData(NAME, ROLE, one)
    lines = [f"{visible(one.name)}: {counted(one.photos, 'photo')}"]
    for share, what in ((one.concepts, "concepts"), (one.features, "raw features")):
        told = "not tested" if share is None else f"{percentage(share)} % told right"
        lines.append(f"{told} by {what}")
    if one.note:
        lines.append(one.note)
    text = "\n".join(lines)
    for column in range(3):
        item.setToolTip(column, tooltip(text))
    item.setData(NAME, Qt.ItemDataRole.AccessibleTextRole, text.replace("\n", ", "))
    return item


class _Delegate(QStyledItemDelegate):
    """Draws the photo, two lines of text, and numbers with a bar under them."""

    def __init__(self, session: Session, parent: QObject) -> None:
        super().__init__(parent)
        self._session = session

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(60, max(PICTURE + 6, 2 * option.fontMetrics.height() + 8))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        one: ShownClass = index.sibling(index.row(), NAME).data(ROLE)
        painter.save()
        paint_ground(painter, option)
        box = QRectF(option.rect)
        if index.column() == NAME:
            self._paint_class(painter, option, box, one)
            paint_focus(painter, option)
        else:
            share = one.concepts if index.column() == CONCEPTS else one.features
            _paint_share(painter, option, box.adjusted(4, 0, -PAD, 0), share)
        painter.restore()

    def _paint_class(
        self, painter: QPainter, option: QStyleOptionViewItem, box: QRectF, one: ShownClass
    ) -> None:
        c, metrics = theme.colours(), option.fontMetrics
        left = box.x() + PAD
        place = QRectF(left, box.center().y() - PICTURE / 2, PICTURE, PICTURE)
        pixmap = None
        if one.image is not None:
            pixmap = self._session.pictures.thumbnail(one.image, PICTURE)
        if pixmap is not None:
            painter.drawPixmap(place.toRect(), pixmap)
        else:
            painter.fillRect(place, c.of("track"))
        left += PICTURE + PAD
        room = int(box.right() - left - 4)
        top = box.center().y() - metrics.height()
        photos = counted(one.photos, "photo") + (", not tested" if one.note else "")
        for words, colour in ((visible(one.name), "text"), (photos, "dim")):
            painter.setPen(c.of(colour))
            shown = metrics.elidedText(words, Qt.TextElideMode.ElideRight, room)
            line = QRectF(left, top, room, metrics.height())
            painter.drawText(line, Qt.AlignmentFlag.AlignVCenter, shown)
            top += metrics.height()


def _paint_share(
    painter: QPainter, option: QStyleOptionViewItem, box: QRectF, share: float | None
) -> None:
    painter.setFont(theme.tabular(option.font))
    is_chosen = bool(option.state & QStyle.StateFlag.State_Selected)
    painter.setPen(theme.colours().of("on_selected" if is_chosen else "text"))
    height = option.fontMetrics.height()
    line = QRectF(box.x(), box.center().y() - height + 2, box.width(), height)
    words = "–" if share is None else percentage(share)
    painter.drawText(line, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, words)
    if share is not None:
        icons.paint_bar(painter, QRectF(box.x(), line.bottom(), box.width(), 8), share)
