"""The candidate names of a concept with their number keys; a click or the key takes one.

The heading says where they come from: the shipped dictionary, a release, the photos.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

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

from insight_app.figures import column, figure, percentage
from insight_app.gui import theme
from insight_app.gui.curation.concept_keys import candidates_of, keys_of
from insight_app.gui.curation.facts.section import Section
from insight_app.gui.curation.present_concept import PresentConcept
from insight_app.gui.qt_types import Index
from insight_app.gui.state.project_state import shown_name
from insight_app.gui.state.session import Session
from insight_app.gui.widgets import paint_key_cap
from insight_app.gui.wording import tooltip
from insight_app.plain_text import shortened, visible

if TYPE_CHECKING:
    from insight_app.project.results.candidates import CandidateName

TITLE = "Candidate names"
LINE = 10
READING_LETTERS = 16
SOURCES = {
    "release": "Released names",
    "dictionary": "Shipped names",
    "photos": "Names from photos",
}
"""What a run of names is called (results.names_run)."""
UNITS = {
    "votes": ("% of votes", "Votes of its examples, and of its children's, that the word covers"),
    "cosine": ("cosine", "Cosine of the concept's direction and the word"),
}
"""What a kind of score (results.score_unit) is called, and what it means."""


class CandidateModel(QAbstractListModel):
    """The candidates of one concept by score; present: the name that it has.

    scores: as shown, '' where there is none.  unit: what they are.
    """

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.candidates: Sequence[CandidateName] = ()
        self.scores: list[str] = []
        self.present, self.unit = "", "cosine"

    def set_candidates(
        self, candidates: "Sequence[CandidateName]", present: str, unit: str
    ) -> None:
        """Show other candidates; unit: what their scores are."""
        self.beginResetModel()
        self.candidates, self.present, self.unit = candidates, present, unit
        self.scores = column([self._score(one) for one in candidates])
        self.endResetModel()

    def _score(self, one: "CandidateName") -> str:
        if one.score is None:
            return ""
        return percentage(one.score) if self.unit == "votes" else figure(one.score)

    def rowCount(self, parent: Index = QModelIndex()) -> int:
        return 0 if parent.isValid() else len(self.candidates)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        one = self.candidates[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return shown_name(one.term)
        if role == Qt.ItemDataRole.AccessibleTextRole:
            score = f"{UNITS[self.unit][0]} {self._score(one)}" if self._score(one) else ""
            words = ", ".join(part for part in (shown_name(one.term), one.reading, score) if part)
            return f"{index.row() + 1}: {words}"
        if role == Qt.ItemDataRole.ToolTipRole:
            score = "From the release, which gives no score"
            if one.score is not None:
                score = f"{UNITS[self.unit][1]}: {self._score(one)}"
            return tooltip("\n".join(part for part in (one.definition, score) if part))
        return None


class CandidateDelegate(QStyledItemDelegate):
    """Key cap, name, reading, score."""

    def __init__(self, model: CandidateModel, parent: QObject) -> None:
        super().__init__(parent)
        self._model = model

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(80, option.fontMetrics.height() + LINE)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        one, c = self._model.candidates[index.row()], theme.colours()
        painter.save()
        rect = QRectF(option.rect)
        term = shown_name(one.term)
        if term == self._model.present:
            painter.fillRect(rect.adjusted(6, 0, -6, 0), c.of("selected"))
        elif option.state & QStyle.StateFlag.State_MouseOver:
            painter.fillRect(rect.adjusted(6, 0, -6, 0), c.of("hover"))
        height = option.fontMetrics.height() + 2
        cap = QRectF(14, rect.center().y() - height / 2, height, height)
        paint_key_cap(painter, option.widget, cap, str(index.row() + 1), c.dim)
        right, middle = rect.right() - 14, Qt.AlignmentFlag.AlignVCenter
        painter.setFont(theme.tabular(option.font))
        painter.setPen(c.of("text"))
        if number := self._model.scores[index.row()]:
            box = QRectF(0, rect.y(), right, rect.height())
            painter.drawText(box, Qt.AlignmentFlag.AlignRight | middle, number)
            right -= max(40, painter.fontMetrics().horizontalAdvance(number)) + 8
        painter.setFont(option.font)
        painter.setPen(c.of("dim"))
        reading = shortened(visible(one.reading), READING_LETTERS)
        width = painter.fontMetrics().horizontalAdvance(reading)
        box = QRectF(right - width, rect.y(), width + 2, rect.height())
        painter.drawText(box, middle, reading)
        left = cap.right() + 10
        painter.setFont(theme.italic(option.font))
        painter.setPen(c.of("text"))
        room = right - width - 8 - left
        text = painter.fontMetrics().elidedText(term, Qt.TextElideMode.ElideRight, int(room))
        painter.drawText(QRectF(left, rect.y(), room, rect.height()), middle, text)
        if option.state & QStyle.StateFlag.State_HasFocus:
            painter.setPen(c.of("accent"))
            painter.drawRect(rect.adjusted(6.5, 0.5, -7.5, -1.5))
        painter.restore()


class CandidateList(QListView):
    """As high as its candidates; section: their heading, with the unit of their scores."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._candidates = CandidateModel(self)
        self.setModel(self._candidates)
        self.setItemDelegate(CandidateDelegate(self._candidates, self))
        self.setUniformItemSizes(True)
        self.setMouseTracking(True)
        self.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.section = Section(TITLE, self, parent)
        self.keys = keys_of(session)
        self.clicked.connect(lambda index: self.keys.take(index.row() + 1))
        theme.follow(self._measure)

    def show_concept(self, concept: PresentConcept) -> None:
        """Show the candidates of a concept."""
        found, unit = candidates_of(concept), concept.results.score_unit
        self._candidates.set_candidates(found, concept.name, unit)
        self._measure()
        self.section.heading.setText(SOURCES.get(concept.results.names_run, TITLE))
        has_scores = any(one.score is not None for one in found)
        shown, meaning = UNITS[unit] if has_scores else ("", "")
        self.section.note.setText(shown)
        self.section.note.setToolTip(meaning)
        self.section.setVisible(bool(found))

    def _measure(self) -> None:
        line = self.fontMetrics().height() + LINE
        self.setFixedHeight(line * self._candidates.rowCount() + 2)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.currentIndex().isValid():
            self.keys.take(self.currentIndex().row() + 1)
            return
        super().keyPressEvent(event)
