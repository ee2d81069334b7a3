"""Short lists of concepts: status, name, a word, a number. For parents, children, queue and so on.

Knows the session's names and status; what the numbers mean is its owner's matter.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import (
    QAbstractListModel,
    QItemSelectionModel,
    QModelIndex,
    QObject,
    QRectF,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QFocusEvent, QKeyEvent, QPainter
from PySide6.QtWidgets import (
    QAbstractItemView,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from insight_app.gui import icons, theme
from insight_app.gui.curation.concept_list import SPACE_KEY
from insight_app.gui.key_filter import PASSES_KEYS
from insight_app.gui.session import Session

PAD = 12
STATUS = 20


@dataclass(frozen=True)
class ConceptRow:
    """A concept in a list; number and tag as shown, tip: formula and count of the number."""

    row: int
    number: str = ""
    tag: str = ""
    tip: str = ""


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
        if self.session.catalogue is None:
            return None
        name = self.session.name(item.row)[0]
        if role == Qt.ItemDataRole.DisplayRole:
            return name
        status = icons.STATUS_WORDS[int(self.session.catalogue.status[item.row])]
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return ", ".join(part for part in (name, status, item.tag, item.number) if part)
        if role == Qt.ItemDataRole.ToolTipRole:
            return "\n".join(
                part
                for part in (f"{name}: {self.session.giver(item.row)}, {status}", item.tip)
                if part
            )
        return None


class ConceptRowsDelegate(QStyledItemDelegate):
    """Paints a row; machine names are italic, judged ones in a queue may be faint."""

    def __init__(self, session: Session, parent: QObject, fade_judged: bool) -> None:
        super().__init__(parent)
        self.session, self._fade = session, fade_judged

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex) -> QSize:
        return QSize(80, option.fontMetrics.height() + 9)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex) -> None:
        item: ConceptRow = index.model().rows[index.row()]  # type: ignore[attr-defined]
        session, c = self.session, theme.colours()
        if session.catalogue is None or item.row >= session.catalogue.size:
            return
        painter.save()
        rect = QRectF(option.rect)
        if option.state & QStyle.StateFlag.State_Selected:
            painter.fillRect(rect, c.of("selected"))
        elif option.state & QStyle.StateFlag.State_MouseOver:
            painter.fillRect(rect, c.of("hover"))
        inner = rect.adjusted(PAD, 0, -PAD, 0)
        status = int(session.catalogue.status[item.row])
        icons.paint_status(painter, QRectF(inner.x(), inner.y(), 12, inner.height()), status)
        middle = Qt.AlignmentFlag.AlignVCenter
        painter.setFont(theme.tabular(option.font))
        painter.setPen(c.of("text"))
        painter.drawText(inner, Qt.AlignmentFlag.AlignRight | middle, item.number)
        right = inner.right() - painter.fontMetrics().horizontalAdvance(item.number) - 8
        if item.tag:
            painter.setFont(option.font)
            painter.setPen(c.of("dim"))
            width = painter.fontMetrics().horizontalAdvance(item.tag)
            painter.drawText(QRectF(right - width - 2, inner.y(), width + 2, inner.height()),
                             middle, item.tag)  # fmt: skip
            right -= width + 10
        name, by_person = session.name(item.row)
        painter.setFont(option.font if by_person else theme.italic(option.font))
        painter.setPen(c.of("dim" if self._fade and status else "text"))
        left = inner.x() + STATUS
        text = painter.fontMetrics().elidedText(
            name, Qt.TextElideMode.ElideRight, int(right - left)
        )
        painter.drawText(QRectF(left, inner.y(), right - left, inner.height()), middle, text)
        if option.state & QStyle.StateFlag.State_HasFocus:
            painter.setPen(c.of("accent"))
            painter.drawRect(rect.adjusted(0.5, 0.5, -1.5, -1.5))
        painter.restore()


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
        self.setItemDelegate(ConceptRowsDelegate(session, self, fade_judged))
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
        self.chosen.connect(lambda row: session.select(concepts=(row,)))

    @property
    def rows(self) -> list[ConceptRow]:
        return self.model_.rows

    def set_rows(self, rows: Sequence[ConceptRow]) -> None:
        if list(rows) != self.rows:
            self.model_.set_rows(rows)
        if self._grows:
            line = self.fontMetrics().height() + 9
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
