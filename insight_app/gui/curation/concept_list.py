"""A list of concepts by strength, with the colours of the overlays: several can be chosen.

Keeps its selection and the session's the same; which concepts are in it is its owner's matter, how
a row looks that of concept_row.
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
    Qt,
)
from PySide6.QtGui import QFocusEvent, QMouseEvent
from PySide6.QtWidgets import QAbstractItemView, QListView, QWidget

from insight_app.gui.curation.concept_row import (
    SHOWN_ROLE,
    ConceptRow,
    ConceptRowDelegate,
    introduced,
    status_word,
)
from insight_app.gui.key_filter import PASSES_KEYS
from insight_app.gui.state.session import Session
from insight_app.gui.wording import number_text

ROOM = 10
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
        if entry.row < 0:
            return entry.text if role in (Qt.ItemDataRole.DisplayRole, SHOWN_ROLE) else None
        number = number_text(entry.value)
        if role == SHOWN_ROLE:
            return ConceptRow(entry.row, number, share=entry.value / self.largest)
        if role == Qt.ItemDataRole.DisplayRole:
            return self.session.state.name(entry.row)[0]
        if self.session.state.catalogue is None:
            return None
        if role == Qt.ItemDataRole.AccessibleTextRole:
            name = self.session.state.name(entry.row)[0]
            return f"{name}, {status_word(self.session, entry.row)}, strength {number}"
        if role == Qt.ItemDataRole.ToolTipRole:
            return f"{introduced(self.session, entry.row)}. Strongest cell here {number}"
        return None


class ConceptList(QListView):
    """Choosing rows moves the session's selection, and the other way round.

    Alt-click on a row shows only that concept.
    """

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.session = session
        self._model = ConceptListModel(session, self)
        self.setModel(self._model)
        self.setItemDelegate(ConceptRowDelegate(session, self, ROOM, has_colours=True))
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
        wanted = set(self.session.selection.rows)
        chosen = QItemSelection()
        current = QModelIndex()
        for place, entry in enumerate(self._model.entries):
            if entry.row in wanted:
                index = self._model.index(place)
                chosen.select(index, index)
                if entry.row == self.session.selection.row and not current.isValid():
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
        self.session.selection.select_rows(rows=tuple(row for row in rows if row >= 0))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        index = self.indexAt(event.position().toPoint())
        if event.modifiers() & Qt.KeyboardModifier.AltModifier and index.isValid():
            self.session.selection.select_rows(rows=(self._row(index),))
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
