"""A list of hits: lines to choose from, found by what is typed.

Knows how a concept is shown in such a list; nothing of where the list hangs.
"""

from collections.abc import Callable, Iterable
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
from PySide6.QtGui import QKeyEvent, QPainter
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

if TYPE_CHECKING:
    from insight_app.project.judgements import ConceptId

LIMIT = 200
"""How many concepts a list shows at most."""


@dataclass(frozen=True)
class Hit:
    """A line of a hit list; status -1 = not a concept."""

    text: str
    detail: str
    choose: Callable[[], object]
    italic: bool = False
    status: int = -1


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
            return f"{hit.text}{status}, {hit.detail}"
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
        painter.drawText(
            rect, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, hit.detail
        )
        rect.adjust(0, 0, -painter.fontMetrics().horizontalAdvance(hit.detail) - 12, 0)
        painter.setPen(c.of("text"))
        painter.setFont(theme.italic(option.font) if hit.italic else option.font)
        text = painter.fontMetrics().elidedText(hit.text, Qt.TextElideMode.ElideRight, rect.width())
        painter.drawText(rect, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, text)
        painter.restore()


class HitList(QListView):
    """The hits under a line edit, which keeps the keyboard: arrows and Enter work from there."""

    updated = Signal()
    """Other hits are listed."""
    chosen = Signal()
    """A hit is about to do what it stands for."""
    escaped = Signal()

    def __init__(self, line: QLineEdit, parent: QWidget, find: Callable[[str], list[Hit]]) -> None:
        super().__init__(parent)
        self.line, self._find = line, find
        self._model = HitModel(self)
        self.setModel(self._model)
        self.setItemDelegate(HitDelegate(self))
        self.setUniformItemSizes(True)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setEditTriggers(QListView.EditTrigger.NoEditTriggers)
        self.setAccessibleName("Hits")
        self.clicked.connect(lambda index: self.choose(index.row()))
        line.textEdited.connect(lambda _text: self.update_hits())
        line.installEventFilter(self)

    def update_hits(self) -> None:
        """Search again, and make the first hit current."""
        self._model.set_hits(self._find(self.line.text()))
        if self._model.hits:
            self.setCurrentIndex(self._model.index(0))
        self.updated.emit()

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


def concept_hits(
    session: Session,
    rows: Iterable[int],
    choose: "Callable[[ConceptId], object] | None" = None,
) -> list[Hit]:
    """Return lines for concepts; choosing one selects it, or does what `choose` does."""
    state = session.state
    if state.catalogue is None:
        return []
    act = choose or (lambda concept: session.selection.select(concepts=(concept,)))
    hits = []
    for row in map(int, rows):
        name, by_person = state.name(row)
        detail = counted(int(state.catalogue.images[row]), "image")
        status = int(state.catalogue.status[row])
        hits.append(Hit(name, detail, partial(act, state.id_of(row)), not by_person, status))
    return hits
