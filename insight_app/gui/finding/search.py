"""Fields in which concepts are searched, with their hits hanging under them."""

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import QFocusEvent, QResizeEvent
from PySide6.QtWidgets import QFrame, QLineEdit, QVBoxLayout, QWidget

from insight_app.gui.finding.hits import NOTHING, FoundHits, HitList, found_concepts
from insight_app.gui.state.session import Session

SHOWN = 12
"""How many hits are seen at once."""
LETTERS = 64
"""As wide is a list of hits at least, whatever it hangs under."""
HINTS = (
    'Search, or status:unreviewed parent:"vehicle"',
    "Search, or status:unreviewed level:2",
    "Search, or status:unreviewed",
    "Search",
)
HINT_MARGIN = 40
"""A line edit's padding and the button that clears it."""


class SearchField(QWidget):
    """A line edit with its hits hanging under it while there are any."""

    finished = Signal()
    """A hit was chosen, or Escape pressed: nobody has the keyboard."""

    def __init__(self, find: Callable[[str], FoundHits], parent: QWidget | None = None) -> None:
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
        self.line.left.connect(self._left)

    def take_keyboard(self) -> None:
        """Let the person type, over what was typed before."""
        self.window().activateWindow()
        self.line.setFocus()
        self.line.selectAll()

    def setPlaceholderText(self, text: str) -> None:
        """Say in the empty field what can be typed."""
        self.line.setPlaceholderText(text)

    def setAccessibleName(self, name: str) -> None:
        """Name the field for screen readers."""
        super().setAccessibleName(name)
        self.line.setAccessibleName(name)

    def _entered(self) -> None:
        if self.popup is None:
            self.popup = HangingHits(self.line, self._find)
            self.popup.left.connect(self.finished)
        self.popup.update_hits()

    def _left(self) -> None:
        if self.popup is not None:
            self.popup.hide()


class _Line(QLineEdit):
    """A line edit that says when the keyboard comes and goes."""

    entered = Signal()
    left = Signal()

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.entered.emit()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.left.emit()


class SearchBox(SearchField):
    """Finds concepts by name, meaning and filters (Ctrl+F); choosing one selects it."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(self._hits, parent)
        self.session = session
        self.setAccessibleName("Search concepts")
        self.setToolTip(
            "Words of names, aliases and candidate names; "
            "status:accepted | unreviewed | unsure | rejected, "
            'level:2, hidden:yes, parent:"name", min:5 (images), doubtful:yes, changed:yes, '
            "merged:yes and common:no (nothing in common) narrow it down (Ctrl+F)"
        )
        session.projects.opened.connect(self.line.clear)  # what was sought is of the last project

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Show the longest hint that is read whole."""
        super().resizeEvent(event)
        room = self.line.width() - HINT_MARGIN
        metrics = self.line.fontMetrics()
        fitting = (hint for hint in HINTS if metrics.horizontalAdvance(hint) <= room)
        self.setPlaceholderText(next(fitting, HINTS[-1]))

    def _hits(self, text: str) -> FoundHits:
        return found_concepts(self.session, text) if text.strip() else NOTHING


class HangingHits(HitList):
    """The hits that hang under a line edit while there are any.

    A window of its own, which takes no keyboard: it lies over panels that float, and is whole where
    the line edit is in a small one.
    """

    left = Signal()

    def __init__(self, line: QLineEdit, find: Callable[[str], FoundHits]) -> None:
        super().__init__(line, line, find)
        self.setWindowFlags(Qt.WindowType.ToolTip)
        self.setObjectName("search_hits")
        self.setFrameShape(QFrame.Shape.StyledPanel)
        self.updated.connect(self._hang)
        self.chosen.connect(self._leave)
        self.escaped.connect(line.clear)  # what is sought no longer does not stay there
        self.escaped.connect(self._leave)
        self.hide()

    def _hang(self) -> None:
        hits = self.hits()
        if (hits or self.note.text()) and self.line.hasFocus():
            width = max(self.line.width(), LETTERS * self.fontMetrics().averageCharWidth())
            self.resize(width, self.height())
            height = self.sizeHintForRow(0) * min(len(hits), SHOWN) + self.note_height + 2
            below = self.line.mapToGlobal(QPoint(0, self.line.height() + 2))
            screen = self.line.screen().availableGeometry()
            below.setX(max(screen.left(), min(below.x(), screen.right() - width)))
            self.setGeometry(QRect(below, QSize(width, height)))
            self.line.window().installEventFilter(self)
            self.show()
            self.raise_()
        else:
            self.hide()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Go away when the window goes elsewhere; the keys in the line edit are the list's."""
        is_elsewhere = event.type() in (QEvent.Type.Move, QEvent.Type.Resize)
        if is_elsewhere and watched is self.line.window():
            self.hide()
        return super().eventFilter(watched, event)

    def _leave(self) -> None:
        self.hide()
        self.line.clearFocus()
        self.left.emit()
