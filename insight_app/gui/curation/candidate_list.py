"""The candidate names of a concept with their number keys; a click or the key takes one.

Where they come from (the shipped dictionary, a release, the photos) is said beside the heading.
"""

from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QRectF, QSize, Qt
from PySide6.QtGui import QKeyEvent, QPainter
from PySide6.QtWidgets import (
    QAbstractItemView,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from insight_app.gui import theme
from insight_app.gui.curation.concept_keys import keys_of
from insight_app.gui.state.session import Session
from insight_app.gui.widgets import paint_key_cap
from insight_app.gui.wording import number_text

LINE = 10
SOURCES = {
    "release": "from the release",
    "dictionary": "with the dictionary",
    "photos": "from your photos",
}
"""What a run of names is called (results.names_run)."""


class CandidateModel(QAbstractListModel):
    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.candidates: list[Any] = []
        self.present = ""

    def set_candidates(self, candidates: list[Any], present: str) -> None:
        self.beginResetModel()
        self.candidates, self.present = candidates, present
        self.endResetModel()

    def rowCount(self, parent: QModelIndex = QModelIndex()) -> int:
        return 0 if parent.isValid() else len(self.candidates)

    def data(self, index: QModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        one = self.candidates[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return one.term
        if role == Qt.ItemDataRole.AccessibleTextRole:
            score = "" if one.score is None else f"score {number_text(one.score)}"
            told = ", ".join(part for part in (one.term, one.reading, score) if part)
            return f"{index.row() + 1}: {told}"
        if role == Qt.ItemDataRole.ToolTipRole:
            score = "From the release, which gives no score"
            if one.score is not None:
                score = f"Score: cosine of the concept's direction and the term, {one.score:.3g}"
            return "\n".join(part for part in (one.definition, score) if part)
        return None


class CandidateDelegate(QStyledItemDelegate):
    """Key cap, name, reading, score."""

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex) -> QSize:
        return QSize(80, option.fontMetrics.height() + LINE)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex) -> None:
        model: CandidateModel = index.model()  # type: ignore[assignment]
        one, c = model.candidates[index.row()], theme.colours()
        painter.save()
        rect = QRectF(option.rect)
        is_present = one.term == model.present
        if is_present:
            painter.fillRect(rect.adjusted(6, 0, -6, 0), c.of("selected"))
        elif option.state & QStyle.StateFlag.State_MouseOver:
            painter.fillRect(rect.adjusted(6, 0, -6, 0), c.of("hover"))
        widget = option.widget
        height = option.fontMetrics.height() + 2
        cap = QRectF(14, rect.center().y() - height / 2, height, height)
        paint_key_cap(painter, widget, cap, str(index.row() + 1), c.dim)
        right, middle = rect.right() - 14, Qt.AlignmentFlag.AlignVCenter
        painter.setFont(theme.tabular(option.font))
        painter.setPen(c.of("text"))
        if one.score is not None:
            number = f"{one.score:.2f}"
            box = QRectF(0, rect.y(), right, rect.height())
            painter.drawText(box, Qt.AlignmentFlag.AlignRight | middle, number)
            right -= max(40, painter.fontMetrics().horizontalAdvance(number)) + 8
        painter.setFont(option.font)
        painter.setPen(c.of("dim"))
        width = painter.fontMetrics().horizontalAdvance(one.reading)
        box = QRectF(right - width, rect.y(), width + 2, rect.height())
        painter.drawText(box, middle, one.reading)
        left = cap.right() + 10
        painter.setFont(theme.italic(option.font))
        painter.setPen(c.of("text"))
        room = right - width - 8 - left
        text = painter.fontMetrics().elidedText(one.term, Qt.TextElideMode.ElideRight, int(room))
        painter.drawText(QRectF(left, rect.y(), room, rect.height()), middle, text)
        if option.state & QStyle.StateFlag.State_HasFocus:
            painter.setPen(c.of("accent"))
            painter.drawRect(rect.adjusted(6.5, 0.5, -7.5, -1.5))
        painter.restore()


class CandidateList(QListView):
    """As high as its candidates."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.session = session
        self.model_ = CandidateModel(self)
        self.setModel(self.model_)
        self.setItemDelegate(CandidateDelegate(self))
        self.setUniformItemSizes(True)
        self.setMouseTracking(True)
        self.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAccessibleName("Candidate names")
        self.keys = keys_of(session)
        self.clicked.connect(lambda index: self.keys.take(index.row() + 1))

    def source(self) -> str:
        """Where the names come from, in words; '' where that is not known."""
        results = self.session.state.results
        return SOURCES.get(results.names_run, "") if results is not None else ""

    def show_concept(self, row: int) -> None:
        self.model_.set_candidates(self.keys.candidates(), self.session.state.name(row)[0])
        line = self.fontMetrics().height() + LINE
        self.setFixedHeight(line * len(self.model_.candidates) + 2)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.currentIndex().isValid():
            self.keys.take(self.currentIndex().row() + 1)
            return
        super().keyPressEvent(event)
