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

from insight_app.figures import column, figure, percent, percentage
from insight_app.gui import theme
from insight_app.gui.curation.concept_keys import candidates_of, keys_of
from insight_app.gui.curation.facts.section import Section
from insight_app.gui.curation.present_concept import PresentConcept
from insight_app.gui.qt_types import Index
from insight_app.gui.state.session import Session
from insight_app.gui.state.shown_name import shown_name
from insight_app.gui.widgets import elided_name, paint_key_cap
from insight_app.gui.wording import tooltip
from insight_app.plain_text import shortened, visible

if TYPE_CHECKING:
    from insight_app.project.results.candidates import CandidateName

TITLE = "Candidate names"
SHARE_OF_VOTES = "share of votes"
LINE = 10
READING_LETTERS = 16
SOURCES = {
    "release": "Released names",
    "dictionary": "Shipped names",
    "photos": "Names from photos",
}
"""What a run of names is called (results.names_run)."""
UNITS = {
    SHARE_OF_VOTES: (
        "% of votes",
        "Votes of its examples, and of its children's, that the word covers",
    ),
    "fit": (
        "fit",
        "fit = probability of being right, weighed against how much the word says and whether "
        "a surer concept has the name",
    ),
    "cosine": ("cosine", "Cosine of the concept's direction and the word"),
    "": ("", "Score"),
}
"""What a kind of score (results.names_unit) is called, and what it means."""
RIGHT = "Probability that the name is right, calibrated on classes that taught nothing"
"""What the dim number beside the score is, where it is known."""


class CandidateModel(QAbstractListModel):
    """The candidates of one concept, best first; present: the name that it has.

    numbers: scores as shown, rights: how probably each is right, '' where there is none.  unit:
    what scores are.
    """

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.candidates: Sequence[CandidateName] = ()
        self.numbers: list[str] = []
        self.rights: list[str] = []
        self.present, self.unit = "", ""

    def set_candidates(
        self, candidates: "Sequence[CandidateName]", present: str, unit: str
    ) -> None:
        """Show other candidates; unit: what their scores are."""
        self.beginResetModel()
        self.candidates, self.present, self.unit = candidates, present, unit
        self.numbers = column([self._score(one) for one in candidates])
        self.rights = [_right(one) for one in candidates]
        self.endResetModel()

    @property
    def heading(self) -> tuple[str, str]:
        """What the scores are called, and what they mean; '' where there are none."""
        return UNITS[self.unit] if any(self.numbers) else ("", "")

    def _score(self, one: "CandidateName") -> str:
        if one.score is None:
            return ""
        return percentage(one.score) if self.unit == SHARE_OF_VOTES else figure(one.score)

    def rowCount(self, parent: Index = QModelIndex()) -> int:
        return 0 if parent.isValid() else len(self.candidates)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        one = self.candidates[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return shown_name(one.term)
        if role == Qt.ItemDataRole.AccessibleTextRole:
            number = f"{self.heading[0]} {self._score(one)}" if self._score(one) else ""
            parts = (shown_name(one.term), one.reading, number, _right(one))
            return f"{index.row() + 1}: {', '.join(part for part in parts if part)}"
        if role == Qt.ItemDataRole.ToolTipRole:
            lines = [one.definition]
            if one.probability is not None:
                lines.append(f"{RIGHT}: {percent(one.probability)}")
            if one.score is not None:
                lines.append(f"{UNITS[self.unit][1]}: {self._score(one)}")
            elif one.probability is None:
                lines.append("From the release, which gives no score")
            return tooltip("\n".join(line for line in lines if line))
        return None


def _right(one: "CandidateName") -> str:
    """Return how probably a name is right, in words; '' if not known."""
    return "" if one.probability is None else f"{percent(one.probability)} right"


class CandidateDelegate(QStyledItemDelegate):
    """Key cap, name, reading, probability, score."""

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
        if number := self._model.numbers[index.row()]:
            box = QRectF(0, rect.y(), right, rect.height())
            painter.drawText(box, Qt.AlignmentFlag.AlignRight | middle, number)
            right -= max(40, painter.fontMetrics().horizontalAdvance(number)) + 8
        painter.setPen(c.of("dim"))
        if told := self._model.rights[index.row()]:
            box = QRectF(0, rect.y(), right, rect.height())
            painter.drawText(box, Qt.AlignmentFlag.AlignRight | middle, told)
            right -= painter.fontMetrics().horizontalAdvance(told) + 8
        painter.setFont(option.font)
        reading = shortened(visible(one.reading), READING_LETTERS)
        width = painter.fontMetrics().horizontalAdvance(reading)
        box = QRectF(right - width, rect.y(), width + 2, rect.height())
        painter.drawText(box, middle, reading)
        left = cap.right() + 10
        painter.setFont(theme.italic(option.font))
        painter.setPen(c.of("text"))
        room = right - width - 8 - left
        text = elided_name(painter.fontMetrics(), term, int(room))
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
        found, unit = candidates_of(concept), concept.results.names_unit
        self._candidates.set_candidates(found, concept.name, unit)
        self._measure()
        self.section.heading.setText(SOURCES.get(concept.results.names_run, TITLE))
        shown, meaning = self._candidates.heading
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
