"""Lists of concepts of which one is chosen: parents, children, the queue and so on.

What the numbers mean is its owner's matter, how a row looks that of concept_row.
"""

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import (
    QAbstractListModel,
    QItemSelectionModel,
    QModelIndex,
    QObject,
    Qt,
    Signal,
)
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QAbstractItemView, QListView, QWidget

from insight_app.gui.curation.concept_list import SPACE_KEY
from insight_app.gui.curation.concept_row import (
    SHOWN_ROLE,
    ConceptRow,
    ConceptRowDelegate,
    introduced,
    status_word,
)
from insight_app.gui.key_filter import PASSES_KEYS
from insight_app.gui.state.session import Session

ROOM = 9


class ConceptRowsModel(QAbstractListModel):
    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.session = session
        self.rows: list[ConceptRow] = []
        self.place: dict[int, int] = {}

    def set_rows(self, rows: Sequence[ConceptRow]) -> None:
        self.beginResetModel()
        self.rows = list(rows)
        self.place = {item.row: place for place, item in enumerate(self.rows)}
        self.endResetModel()

    def refresh(self, concepts: set[int]) -> None:
        """Names or status of these concepts are different now."""
        for concept in concepts & self.place.keys():
            index = self.index(self.place[concept])
            self.dataChanged.emit(index, index)

    def rowCount(self, parent: QModelIndex = QModelIndex()) -> int:
        return 0 if parent.isValid() else len(self.rows)

    def data(self, index: QModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        item = self.rows[index.row()]
        if role == SHOWN_ROLE:
            return item
        if self.session.state.catalogue is None:
            return None
        name = self.session.state.name(item.row)[0]
        if role == Qt.ItemDataRole.DisplayRole:
            return name
        if role == Qt.ItemDataRole.AccessibleTextRole:
            parts = (name, status_word(self.session, item.row), item.tag, item.number)
            return ", ".join(part for part in parts if part)
        if role == Qt.ItemDataRole.ToolTipRole:
            introduction = introduced(self.session, item.row)
            return f"{introduction}\n{item.tip}" if item.tip else introduction
        return None


class ConceptRows(QListView):
    """A click or Enter chooses a concept.

    grows: as high as its rows, up to `grows` of them; 0 = fills its room.
    """

    chosen = Signal(int)

    def __init__(
        self,
        session: Session,
        parent: QWidget | None = None,
        *,
        grows: int = 0,
        fade_judged: bool = False,
    ) -> None:
        super().__init__(parent)
        self.session, self._grows = session, grows
        self.model_ = ConceptRowsModel(session, self)
        self.setModel(self.model_)
        self.setItemDelegate(ConceptRowDelegate(session, self, ROOM, fade_judged=fade_judged))
        self.setUniformItemSizes(True)
        self.setMouseTracking(True)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        sideways = (Qt.Key.Key_Left, Qt.Key.Key_Right)
        self.setProperty(PASSES_KEYS, [SPACE_KEY, *(int(key.value) for key in sideways)])
        if grows:
            self.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        self.clicked.connect(lambda index: self.chosen.emit(self.rows[index.row()].row))
        self.chosen.connect(lambda row: session.selection.select_rows(rows=(row,)))

    @property
    def rows(self) -> list[ConceptRow]:
        return self.model_.rows

    def set_rows(self, rows: Sequence[ConceptRow]) -> None:
        if list(rows) != self.rows:
            self.model_.set_rows(rows)
        if self._grows:
            line = self.fontMetrics().height() + ROOM
            self.setFixedHeight(line * min(len(rows), self._grows))
        self.viewport().update()

    def mark(self, concept: int | None) -> None:
        """Make a concept the current one and bring it into view."""
        place = self.model_.place.get(-1 if concept is None else concept)
        flag = QItemSelectionModel.SelectionFlag
        if place is None:
            self.selectionModel().clearSelection()
        else:
            index = self.model_.index(place)
            self.selectionModel().setCurrentIndex(index, flag.ClearAndSelect)
            self.scrollTo(index)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        index = self.currentIndex()
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and index.isValid():
            self.chosen.emit(self.rows[index.row()].row)
            return
        super().keyPressEvent(event)
        if not self._grows and self.currentIndex() != index and self.currentIndex().isValid():
            self.chosen.emit(self.rows[self.currentIndex().row()].row)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        if not self.currentIndex().isValid() and self.rows:
            self.selectionModel().setCurrentIndex(
                self.model_.index(0), QItemSelectionModel.SelectionFlag.NoUpdate
            )
