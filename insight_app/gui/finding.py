"""Finding things by typing: the search box (concepts) and the command palette (everything).

Both show one kind of hit list. Knows the catalogue's search and the registry of actions.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import (
    QAbstractListModel,
    QEvent,
    QModelIndex,
    QObject,
    QPoint,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QFocusEvent, QKeyEvent, QPainter, QResizeEvent
from PySide6.QtWidgets import (
    QFrame,
    QLineEdit,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from insight_app.gui import icons, theme
from insight_app.gui.state.session import Session

if TYPE_CHECKING:
    from insight_app.project.judgements import ConceptId

LIMIT = 200
SHOWN = 12
HINTS = (
    'Search, or status:unreviewed parent:"vehicle"',
    "Search, or status:unreviewed level:2",
    "Search, or status:unreviewed",
    "Search",
)
HINT_MARGIN = 40
"""A line edit's padding and the button that clears it."""


@dataclass(frozen=True)
class Hit:
    """A line of a hit list; status -1 = not a concept."""

    text: str
    detail: str
    choose: Callable[[], object]
    italic: bool = False
    status: int = -1


class HitModel(QAbstractListModel):
    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.hits: list[Hit] = []

    def set_hits(self, hits: list[Hit]) -> None:
        self.beginResetModel()
        self.hits = hits
        self.endResetModel()

    def rowCount(self, parent: QModelIndex = QModelIndex()) -> int:
        return 0 if parent.isValid() else len(self.hits)

    def data(self, index: QModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        hit = self.hits[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return hit.text
        if role == Qt.ItemDataRole.AccessibleTextRole:
            status = f", {icons.STATUS_WORDS[hit.status]}" if hit.status >= 0 else ""
            return f"{hit.text}{status}, {hit.detail}"
        return None


class HitDelegate(QStyledItemDelegate):
    """Status, text, and a dim detail at the right."""

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex) -> QSize:
        return QSize(200, option.fontMetrics.height() + 10)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex) -> None:
        hit = index.model().hits[index.row()]  # type: ignore[attr-defined]
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
        self._model.set_hits(self._find(self.line.text()))
        if self._model.hits:
            self.setCurrentIndex(self._model.index(0))
        self.hits_updated()

    def hits_updated(self) -> None:
        """For a list that comes and goes with its hits."""

    def hits(self) -> list[Hit]:
        return self._model.hits

    def choose(self, row: int) -> None:
        if 0 <= row < len(self._model.hits):
            hit = self._model.hits[row]
            self.leave()
            hit.choose()

    def leave(self) -> None:
        """Something was chosen, or Escape pressed."""

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
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
                self.leave()
                return True
        return super().eventFilter(watched, event)


class SearchField(QWidget):
    """A line edit with its hits hanging under it while there are any."""

    def __init__(self, find: Callable[[str], list[Hit]], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        row = QVBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        self.line = _Line(self)
        self.line.setClearButtonEnabled(True)
        row.addWidget(self.line)
        self.setFocusProxy(self.line)
        self._find = find
        self.popup: HangingHits | None = None
        self.line.entered.connect(self._entered)
        self.line.left.connect(lambda: self.popup and self.popup.hide())

    def setPlaceholderText(self, text: str) -> None:
        self.line.setPlaceholderText(text)

    def setAccessibleName(self, name: str) -> None:
        super().setAccessibleName(name)
        self.line.setAccessibleName(name)

    def _entered(self) -> None:
        if self.popup is None:
            self.popup = HangingHits(self.line, self.window(), self._find)
        self.popup.update_hits()


class _Line(QLineEdit):
    entered = Signal()
    left = Signal()

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.entered.emit()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.left.emit()


class SearchBox(SearchField):
    """Ctrl+F: finds concepts by name, meaning and filters; choosing one selects it."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(self._hits, parent)
        self.session = session
        self.setAccessibleName("Search concepts")
        self.setToolTip(
            "Words of names and candidate names; status:accepted | unreviewed | unsure | rejected, "
            'level:2, hidden:yes, parent:"name", min:5 (images) narrow it down (Ctrl+F)'
        )

    def resizeEvent(self, event: QResizeEvent) -> None:
        """The longest hint that is read whole."""
        super().resizeEvent(event)
        room = self.line.width() - HINT_MARGIN
        metrics = self.line.fontMetrics()
        fitting = (hint for hint in HINTS if metrics.horizontalAdvance(hint) <= room)
        self.setPlaceholderText(next(fitting, HINTS[-1]))

    def _hits(self, text: str) -> list[Hit]:
        if not text.strip() or self.session.state.catalogue is None:
            return []
        return concept_hits(self.session, self.session.state.catalogue.search(text)[:LIMIT])


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
        detail = f"{int(state.catalogue.images[row]):,} images"
        status = int(state.catalogue.status[row])
        hits.append(Hit(name, detail, partial(act, state.id_of(row)), not by_person, status))
    return hits


class HangingHits(HitList):
    """Hangs under its line edit while there are hits."""

    def __init__(self, line: QLineEdit, parent: QWidget, find: Callable[[str], list[Hit]]) -> None:
        super().__init__(line, parent, find)
        self.setObjectName("search_hits")
        self.setFrameShape(QFrame.Shape.StyledPanel)
        self.hide()

    def hits_updated(self) -> None:
        hits = self.hits()
        self.setVisible(bool(hits) and self.line.hasFocus())
        if hits:
            row = self.sizeHintForRow(0)
            below = self.line.mapTo(self.window(), QPoint(0, self.line.height() + 2))
            self.setGeometry(
                below.x(), below.y(), self.line.width(), row * min(len(hits), SHOWN) + 2
            )
            self.raise_()

    def leave(self) -> None:
        self.hide()
        self.line.clearFocus()


class CommandPalette(QFrame):
    """Ctrl+K: every action and every concept, found by the letters of its words."""

    def __init__(self, session: Session, parent: QWidget) -> None:
        super().__init__(parent)
        self.session = session
        self.setObjectName("command_palette")
        self.setFrameShape(QFrame.Shape.StyledPanel)
        self.setProperty("base", True)
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 8, 8, 8)
        self.line = QLineEdit(self)
        self.line.setPlaceholderText("A command or a concept")
        self.line.setAccessibleName("Command or concept")
        self.list = _PaletteHits(self.line, self, self._hits)
        column.addWidget(self.line)
        column.addWidget(self.list, 1)
        self.hide()
        self._before: QWidget | None = None

    def open(self) -> None:
        """Show it over the middle of the window."""
        parent = self.parentWidget()
        width = min(640, parent.width() - 48)
        height = min(440, parent.height() - 120)
        self.setGeometry((parent.width() - width) // 2, 80, width, height)
        self._before = self.window().focusWidget()
        self.line.clear()
        self.show()
        self.raise_()
        self.list.update_hits()
        self.line.setFocus()

    def close_palette(self) -> None:
        self.hide()
        if self._before is not None and self._before.isVisible():
            self._before.setFocus()

    def _hits(self, text: str) -> list[Hit]:
        words = text.lower().split()
        hits = []
        for entry in self.session.actions.entries():
            name = entry.text.replace("&", "")
            if entry.action.isEnabled() and all(
                w in f"{entry.context} {name}".lower() for w in words
            ):
                hits.append(Hit(name.rstrip("…"), entry.shown_keys(), entry.action.trigger))
        if words and self.session.state.catalogue is not None:
            rows = self.session.state.catalogue.search(text)[:LIMIT]
            hits.extend(concept_hits(self.session, rows))
        return hits


class _PaletteHits(HitList):
    def leave(self) -> None:
        self.parentWidget().close_palette()  # type: ignore[attr-defined]
