"""What completes a name while it is typed, as a list under the field.

A name in use says how many concepts have it, one that was found by an alias by which. Which there
are is asked of the session; knows nothing of what is judged.
"""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import shiboken6
from PySide6.QtCore import QAbstractListModel, QEvent, QModelIndex, QObject, QRectF, QSize, Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import (
    QCompleter,
    QLineEdit,
    QStyledItemDelegate,
    QStyleOptionViewItem,
)

from insight_app.figures import counted
from insight_app.gui import theme
from insight_app.gui.curation.lists.concept_row import paint_ground
from insight_app.gui.key_filter import is_asked_for_enter
from insight_app.gui.qt_types import Index
from insight_app.gui.state.completing import Completed
from insight_app.gui.state.session import Session
from insight_app.gui.state.shown_name import shown_name
from insight_app.gui.widgets import elided_name
from insight_app.plain_text import visible

if TYPE_CHECKING:
    from insight_app.project.judgements.names.completing import Completion

SHOWN = 10
WHY = Qt.ItemDataRole.UserRole
PAD, ROOM, GAP = 8, 8, 12
Role, Align = Qt.ItemDataRole, Qt.AlignmentFlag


class NameCompleter(QCompleter):
    """own: candidate names of the concept.  called_so: hears how many have exactly what is typed.

    It completes what is typed from now on.
    """

    def __init__(
        self,
        session: Session,
        field: QLineEdit,
        own: Sequence[str],
        called_so: Callable[[str, int], object],
    ) -> None:
        super().__init__(field)
        self._session, self._field = session, field
        self._own, self._called_so = tuple(own), called_so
        self.completions = _CompletionModel(self)
        self.setModel(self.completions)
        self.setCompletionMode(QCompleter.CompletionMode.UnfilteredPopupCompletion)
        self.setMaxVisibleItems(SHOWN)
        field.setCompleter(self)
        popup = self.popup()  # Qt's own: it has the keys while it is open
        assert popup is not None
        popup.setItemDelegate(_CompletionDelegate(self))
        popup.installEventFilter(_KeepsEnter(self))
        session.naming.completing.begin()
        field.textEdited.connect(self._ask)

    def end(self) -> None:
        """Hide the list: nothing is typed any more."""
        self._session.naming.completing.end()
        self._hide_list()

    def _ask(self, text: str) -> None:
        self._session.naming.completing.complete(text, self._own, self._show)

    def _show(self, completed: Completed) -> None:
        if not shiboken6.isValid(self) or completed.text != self._field.text():
            return
        self.completions.show(completed.found)
        self._called_so(completed.text, completed.called_so)
        if completed.found and self._field.hasFocus():
            self.complete()
        else:
            self._hide_list()

    def _hide_list(self) -> None:
        # Asked for each time: it is deleted in C++, where no reference to it hears of that.
        popup = self.popup() if shiboken6.isValid(self) else None
        if popup is not None:
            popup.hide()


class _KeepsEnter(QObject):
    """Keeps Ctrl+Enter for the field under the list: the window has a use for it too."""

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if is_asked_for_enter(event):
            event.accept()
            return True
        return False


class _CompletionModel(QAbstractListModel):
    """The names that complete, best first."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.found: tuple[Completion, ...] = ()

    def show(self, found: "tuple[Completion, ...]") -> None:
        """Show other names."""
        if found != self.found:
            self.beginResetModel()
            self.found = found
            self.endResetModel()

    def rowCount(self, parent: Index = QModelIndex()) -> int:
        return 0 if parent.isValid() else len(self.found)

    def data(self, index: Index, role: int = Role.DisplayRole) -> object:
        one = self.found[index.row()]
        if role == Role.DisplayRole:
            return shown_name(one.name)
        if role == Role.EditRole:
            return visible(one.name)  # what a field would show of it
        if role == WHY:
            return _why(one)
        if role == Role.AccessibleTextRole:
            return ", ".join(part for part in (shown_name(one.name), _why(one)) if part)
        return None


def _why(one: "Completion") -> str:
    used = counted(one.count, "concept") if one.count else ""
    alias = f"via {shown_name(one.alias)}" if one.alias else ""
    return ", ".join(part for part in (alias, used) if part)


class _CompletionDelegate(QStyledItemDelegate):
    """The name, and dim at the right why it is there."""

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(80, option.fontMetrics.height() + ROOM)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        c, room = theme.colours(), QRectF(option.rect).adjusted(PAD, 0, -PAD, 0)
        painter.save()
        paint_ground(painter, option)
        painter.setFont(option.font)
        why, metrics = index.data(WHY), option.fontMetrics
        most = int(room.width() / 2)
        why = metrics.elidedText(why, Qt.TextElideMode.ElideRight, most)
        painter.setPen(c.of("dim"))
        painter.drawText(room, Align.AlignRight | Align.AlignVCenter, why)
        room.setRight(room.right() - metrics.horizontalAdvance(why) - GAP)
        painter.setPen(c.of("text"))
        name = elided_name(metrics, index.data(Role.DisplayRole), int(room.width()))
        painter.drawText(room, Align.AlignVCenter, name)
        painter.restore()
