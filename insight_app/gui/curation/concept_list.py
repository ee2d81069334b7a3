"""A list of concepts with status, colour chip, name, bar and number, as one-height rows.

Knows the session's names, colours and status; which concepts are in it is its owner's matter.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import (
    QAbstractListModel,
    QEvent,
    QItemSelection,
    QItemSelectionModel,
    QModelIndex,
    QObject,
    QRectF,
    QSize,
    Qt,
)
from PySide6.QtGui import QColor, QFocusEvent, QMouseEvent, QPainter
from PySide6.QtWidgets import (
    QAbstractItemView,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from insight_app.gui import icons, theme
from insight_app.gui.key_filter import PASSES_KEYS
from insight_app.gui.session import Session

PAD = 12
STATUS_WIDTH = 20
CHIP = 11
CHIP_WIDTH = 20
SPACE_KEY = int(Qt.Key.Key_Space.value)


@dataclass(frozen=True)
class Entry:
    """A concept and its strength here; row -1 = a heading with `text`."""

    row: int
    value: float = 0.0
    text: str = ""


class ConceptListModel(QAbstractListModel):
    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.session = session
        self.entries: list[Entry] = []
        self.largest = 1.0

    def set_entries(self, entries: Sequence[Entry]) -> None:
        self.beginResetModel()
        self.entries = list(entries)
        self.largest = max((entry.value for entry in self.entries), default=1.0) or 1.0
        self.endResetModel()

    def rowCount(self, parent: QModelIndex = QModelIndex()) -> int:
        return 0 if parent.isValid() else len(self.entries)

    def flags(self, index: QModelIndex) -> Qt.ItemFlag:
        if self.entries[index.row()].row < 0:
            return Qt.ItemFlag.NoItemFlags
        return super().flags(index)

    def data(self, index: QModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        entry = self.entries[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return entry.text if entry.row < 0 else self.session.name(entry.row)[0]
        if entry.row < 0 or self.session.catalogue is None:
            return None
        name = self.session.name(entry.row)[0]
        status = icons.STATUS_WORDS[int(self.session.catalogue.status[entry.row])]
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return f"{name}, {status}, strength {theme.number(entry.value)}"
        if role == Qt.ItemDataRole.ToolTipRole:
            strongest = f"Strongest cell here {theme.number(entry.value)}"
            return f"{name}: {self.session.giver(entry.row)}, {status}. {strongest}"
        return None


class ConceptDelegate(QStyledItemDelegate):
    """Paints a row; machine names are italic."""

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.session = session

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex) -> QSize:
        return QSize(120, option.fontMetrics.height() + 10)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex) -> None:
        model = index.model()
        entry: Entry = model.entries[index.row()]  # type: ignore[attr-defined]
        c = theme.colours()
        painter.save()
        rect = QRectF(option.rect)
        if entry.row < 0:
            painter.setFont(theme.bold(option.font))
            painter.setPen(c.of("dim"))
            box = rect.adjusted(PAD, 0, -PAD, 0)
            painter.drawText(box, Qt.AlignmentFlag.AlignVCenter, entry.text)
            painter.restore()
            return
        if option.state & QStyle.StateFlag.State_Selected:
            painter.fillRect(rect, c.of("selected"))
        elif option.state & QStyle.StateFlag.State_MouseOver:
            painter.fillRect(rect, c.of("hover"))
        inner = rect.adjusted(PAD, 0, -PAD, 0)
        status = int(self.session.catalogue.status[entry.row])
        icons.paint_status(painter, QRectF(inner.x(), inner.y(), 12, inner.height()), status)
        colour = self.session.colours.get(entry.row)
        if colour is not None:
            paint_chip(painter, inner.x() + STATUS_WIDTH, inner.center().y(), colour)
        number = theme.number(entry.value)
        painter.setFont(theme.tabular(option.font))
        painter.setPen(c.of("text"))
        painter.drawText(inner, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, number)
        number_width = painter.fontMetrics().horizontalAdvance("00.00") + 8
        bar = max(40.0, min(96.0, inner.width() * 0.26))
        bar_left = inner.right() - number_width - bar
        icons.paint_bar(
            painter,
            QRectF(bar_left, inner.y(), bar, inner.height()),
            entry.value / model.largest,  # type: ignore[attr-defined]
        )
        name, by_person = self.session.name(entry.row)
        painter.setFont(option.font if by_person else theme.italic(option.font))
        left = inner.x() + STATUS_WIDTH + CHIP_WIDTH
        width = bar_left - left - 8
        text = painter.fontMetrics().elidedText(name, Qt.TextElideMode.ElideRight, int(width))
        box = QRectF(left, inner.y(), width, inner.height())
        painter.drawText(box, Qt.AlignmentFlag.AlignVCenter, text)
        if option.state & QStyle.StateFlag.State_HasFocus:
            painter.setPen(c.of("accent"))
            painter.drawRect(rect.adjusted(0.5, 0.5, -1.5, -1.5))
        painter.restore()


def paint_chip(painter: QPainter, left: float, middle: float, colour: QColor) -> None:
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(colour)
    painter.drawRoundedRect(QRectF(left, middle - CHIP / 2, CHIP, CHIP), 2, 2)
    painter.restore()


class ConceptList(QListView):
    """Choosing rows moves the session's selection, and the other way round.

    Alt-click on a row shows only that concept.
    """

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.session = session
        self._model = ConceptListModel(session, self)
        self.setModel(self._model)
        self.setItemDelegate(ConceptDelegate(session, self))
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setUniformItemSizes(True)
        self.setMouseTracking(True)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setProperty(PASSES_KEYS, [SPACE_KEY])
        self._following = False
        self.selectionModel().selectionChanged.connect(self._chosen)

    @property
    def entries(self) -> list[Entry]:
        return self._model.entries

    def set_entries(self, entries: Sequence[Entry]) -> None:
        """Another content; scroll and selection stay where they can."""
        if list(entries) == self._model.entries:
            self.follow_selection()
            return
        scroll = self.verticalScrollBar().value()
        self._following = True
        self._model.set_entries(entries)
        self._following = False
        self.follow_selection()
        self.verticalScrollBar().setValue(scroll)

    def follow_selection(self) -> None:
        """Mark what the session has selected; every place where it stands."""
        wanted = set(self.session.selection.concepts)
        chosen = QItemSelection()
        current = QModelIndex()
        for place, entry in enumerate(self._model.entries):
            if entry.row in wanted:
                index = self._model.index(place)
                chosen.select(index, index)
                if entry.row == self.session.selection.primary and not current.isValid():
                    current = index
        self._following = True
        self.selectionModel().select(chosen, QItemSelectionModel.SelectionFlag.ClearAndSelect)
        present = self.currentIndex()
        if current.isValid() and self._row(present) != self._row(current):
            self.selectionModel().setCurrentIndex(
                current, QItemSelectionModel.SelectionFlag.NoUpdate
            )
        self._following = False
        self.viewport().update()

    def _row(self, index: QModelIndex) -> int:
        return self._model.entries[index.row()].row if index.isValid() else -1

    def _chosen(self) -> None:
        if self._following:
            return
        rows = [self._row(index) for index in sorted(self.selectedIndexes(), key=QModelIndex.row)]
        current = self._row(self.currentIndex())
        if current in rows:
            rows.insert(0, current)
        self.session.select(concepts=tuple(row for row in rows if row >= 0))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        index = self.indexAt(event.position().toPoint())
        if event.modifiers() & Qt.KeyboardModifier.AltModifier and index.isValid():
            self.session.select(concepts=(self._row(index),))
            return
        super().mousePressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        if not self.currentIndex().isValid() and self._model.entries:
            first = next((n for n, e in enumerate(self._model.entries) if e.row >= 0), 0)
            self.selectionModel().setCurrentIndex(
                self._model.index(first), QItemSelectionModel.SelectionFlag.NoUpdate
            )

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self.scheduleDelayedItemsLayout()
