"""A list of hits: lines to choose from, found by what is typed, and how many there are.

Knows how a concept is shown in such a list; nothing of where the list hangs.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import (
    QAbstractListModel,
    QEvent,
    QModelIndex,
    QObject,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QKeyEvent, QPainter, QResizeEvent
from PySide6.QtWidgets import (
    QLineEdit,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from insight_app.figures import counted
from insight_app.gui import icons, theme
from insight_app.gui.qt_types import Index
from insight_app.gui.state.session import Session
from insight_app.gui.state.shown_name import DOUBTFUL_WORD
from insight_app.gui.widgets import dim_label, elided_name

if TYPE_CHECKING:
    from insight_app.project.judgements import ConceptId

LIMIT = 200
"""How many concepts a list shows at most."""
DETAIL_SHARE = 0.6
"""Of a line's width that its detail takes at most."""


@dataclass(frozen=True)
class Hit:
    """A line of a hit list; status -1, concept None = it is of no concept."""

    text: str
    detail: str
    choose: Callable[[], object]
    italic: bool = False
    status: int = -1
    is_doubtful: bool = False
    concept: "ConceptId | None" = None


@dataclass(frozen=True)
class FoundHits:
    """Hits, and what stands under them: how many there are, or what may be typed."""

    hits: list[Hit]
    note: str = ""


NOTHING = FoundHits([])
NOTHING_FOUND = (
    "Nothing found. Try part of a name, or status:unreviewed, level:2, min:5, doubtful:yes"
)


class HitModel(QAbstractListModel):
    """The hits as Qt asks for them; replaced as a whole."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.hits: list[Hit] = []

    def set_hits(self, hits: list[Hit]) -> None:
        """Show other hits."""
        self.beginResetModel()
        self.hits = hits
        self.endResetModel()

    def rowCount(self, parent: Index = QModelIndex()) -> int:
        """Return how many hits there are."""
        return 0 if parent.isValid() else len(self.hits)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> str | None:
        """Return a hit's text; for screen readers with its status and detail."""
        hit = self.hits[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return hit.text
        if role == Qt.ItemDataRole.AccessibleTextRole:
            status = f", {icons.STATUS_WORDS[hit.status]}" if hit.status >= 0 else ""
            doubt = f", {DOUBTFUL_WORD}" if hit.is_doubtful else ""
            return f"{hit.text}{doubt}{status}, {hit.detail}"
        return None


class HitDelegate(QStyledItemDelegate):
    """Paints status, text, and a dim detail at the right."""

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        """Return one height for every hit."""
        return QSize(200, option.fontMetrics.height() + 10)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Paint one hit."""
        model = index.model()
        assert isinstance(model, HitModel)
        hit = model.hits[index.row()]
        c = theme.colours()
        painter.save()
        rect = option.rect
        if option.state & QStyle.StateFlag.State_Selected:
            painter.fillRect(rect, c.of("selected"))
        rect = rect.adjusted(12, 0, -12, 0)
        if hit.status >= 0:
            icons.paint_status(
                painter, rect.toRectF().adjusted(0, 0, 16 - rect.width(), 0), hit.status
            )
            rect.adjust(24, 0, 0, 0)
        painter.setPen(c.of("dim"))
        painter.setFont(option.font)
        right, metrics = Qt.TextElideMode.ElideRight, painter.fontMetrics()
        detail = metrics.elidedText(hit.detail, right, round(rect.width() * DETAIL_SHARE))
        painter.drawText(rect, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, detail)
        rect.adjust(0, 0, -metrics.horizontalAdvance(detail) - 12, 0)
        painter.setPen(c.of("text"))
        painter.setFont(theme.of_name(option.font, hit.italic))
        text = elided_name(painter.fontMetrics(), hit.text, rect.width())
        painter.drawText(rect, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, text)
        painter.restore()


class HitList(QListView):
    """The hits under a line edit, which keeps the keyboard: arrows and Enter work from there."""

    updated = Signal()
    """Other hits are listed."""
    chosen = Signal()
    """A hit is about to do what it stands for."""
    escaped = Signal()

    def __init__(self, line: QLineEdit, parent: QWidget, find: Callable[[str], FoundHits]) -> None:
        super().__init__(parent)
        self.line, self._find = line, find
        self._model = HitModel(self)
        self.setModel(self._model)
        self.setItemDelegate(HitDelegate(self))
        self.setUniformItemSizes(True)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setEditTriggers(QListView.EditTrigger.NoEditTriggers)
        self.setAccessibleName("Hits")
        self.note = dim_label("", self)
        self.note.setMargin(4)
        self.note.setIndent(8)
        self.note.setWordWrap(True)
        self.clicked.connect(lambda index: self.choose(index.row()))
        line.textEdited.connect(lambda _text: self.update_hits())
        line.installEventFilter(self)

    def update_hits(self) -> None:
        """Search again, and make the first hit current."""
        found = self._find(self.line.text())
        self._model.set_hits(found.hits)
        if self._model.hits:
            self.setCurrentIndex(self._model.index(0))
        self.note.setText(found.note)
        self.setAccessibleDescription(found.note)
        self._place_note()
        self.updated.emit()

    @property
    def note_height(self) -> int:
        """Pixels that the note under the hits takes."""
        return self.note.heightForWidth(self.width() - 2) if self.note.text() else 0

    def _place_note(self) -> None:
        height = self.note_height
        self.setViewportMargins(0, 0, 0, height)
        self.note.setVisible(height > 0)
        top = self.height() - height - 1 if self._model.hits else 1  # alone it is at the top
        self.note.setGeometry(1, top, self.width() - 2, height)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place_note()

    def hits(self) -> list[Hit]:
        """Return what is listed."""
        return self._model.hits

    def choose(self, row: int) -> None:
        """Do what a hit stands for."""
        if 0 <= row < len(self._model.hits):
            hit = self._model.hits[row]
            self.chosen.emit()
            hit.choose()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Serve the keys of the list that are pressed in the line edit."""
        if (
            watched is self.line
            and isinstance(event, QKeyEvent)
            and event.type() == QEvent.Type.KeyPress
        ):
            row, key = self.currentIndex().row(), event.key()
            if key in (Qt.Key.Key_Down, Qt.Key.Key_Up):
                row += 1 if key == Qt.Key.Key_Down else -1
                if 0 <= row < len(self._model.hits):
                    self.setCurrentIndex(self._model.index(row))
                return True
            if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                self.choose(row)
                return True
            if key == Qt.Key.Key_Escape:
                self.escaped.emit()
                return True
        return super().eventFilter(watched, event)


def found_concepts(
    session: Session,
    text: str,
    choose: "Callable[[ConceptId], object] | None" = None,
    but: int | None = None,
) -> FoundHits:
    """Search for concepts but the row `but`; choosing one selects it, or does what `choose` does.

    A hit says why it is one, where its name does not: "via sheepdog".
    """
    catalogue, state = session.state.catalogue, session.state
    if catalogue is None:
        return NOTHING
    act = choose or (lambda concept: session.selection.select(concepts=(concept,)))
    rows = [row for row in map(int, catalogue.search(text)) if row != but]
    hits = []
    for row in rows[:LIMIT]:
        name = state.shown(row)
        images = counted(int(catalogue.images[row]), "image")
        facts = next(iter(state.distinctions(row)), images)
        detail = " · ".join(part for part in (catalogue.why_found(row, text), facts) if part)
        status = int(catalogue.status[row])
        hits.append(Hit(name.text, detail, partial(act, state.id_of(row)), name.is_italic, status,
                        name.is_doubtful, state.id_of(row)))  # fmt: skip
    return FoundHits(hits, note_of(len(rows)))


def note_of(count: int) -> str:
    """Return what stands under the hits of a search for concepts."""
    if not count:
        return NOTHING_FOUND
    return (
        f"the first {LIMIT} of {count:,} concepts" if count > LIMIT else counted(count, "concept")
    )
