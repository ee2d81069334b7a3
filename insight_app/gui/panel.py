"""What every panel is: a header, one line of trouble, a body, and no work while nobody looks.

Knows the session's signals; knows no particular panel.
"""

from collections.abc import Callable

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import (
    QApplication,
    QHBoxLayout,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from insight_app.gui import theme
from insight_app.gui.message_strip import MessageSlot
from insight_app.gui.state.session import Session
from insight_app.gui.trouble_line import TroubleLine
from insight_app.gui.widgets import ElidedLabel
from insight_app.gui.wording import tooltip, words

LEAST_SIZE = QSize(160, 96)
"""Pixels below its header that every panel has. Not what its contents ask for: that changes, and a
panel that asks for more when it is shown again pushes its neighbours out of their places, or lies
over them where a window is small."""
USUAL_SIZE = QSize(280, 280)
"""What a panel gets whose place has no size: of one that floated no size is saved."""
LEAST_TITLE, LEAST_INFO = 120, 48
"""Pixels that stay of a long title, and of the words at its right."""


class _Info(ElidedLabel):
    """The words at the right of a header: whole where there is room, never less than a number.

    Their least width is the same whatever they say, for the same reason.
    """

    def __init__(self, parent: QWidget) -> None:
        super().__init__("", parent, Qt.TextElideMode.ElideRight)
        self.setProperty("dim", True)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)
        self.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.setMinimumWidth(LEAST_INFO)


class _Title(ElidedLabel):
    """Takes the room that is left over, so that the words at the right are whole beside it."""

    def __init__(self, text: str, parent: QWidget) -> None:
        super().__init__(text, parent, Qt.TextElideMode.ElideRight)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)
        self.setMinimumWidth(0)
        self.setFont(theme.bold(self.font()))

    def sizeHint(self) -> QSize:
        """Return room for a short title, or for what stays of a long one."""
        size = super().sizeHint()
        return QSize(min(size.width(), LEAST_TITLE), size.height())

    def minimumSizeHint(self) -> QSize:
        """Return the same: the words at the right give way first."""
        return self.sizeHint()


class PanelHeader(QWidget):
    """The panel's title, a few words at the right, and small buttons; the dock's handle too."""

    def __init__(self, title: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("header", True)
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 4, 8, 4)
        row.setSpacing(8)
        self.title = _Title(title, self)
        self.info = _Info(self)
        self.info.hide()
        row.addWidget(self.title, 1)
        row.addWidget(self.info)
        self._row = row
        theme.follow(self._measure)

    def sizeHint(self) -> QSize:
        """Return the height that a dock gives its title bar, whatever the minimum is."""
        return super().sizeHint().expandedTo(self.minimumSize())

    def minimumSizeHint(self) -> QSize:
        """Return no less than the height of all headers."""
        return super().minimumSizeHint().expandedTo(QSize(0, self.minimumHeight()))

    def _measure(self) -> None:
        """Leave room for buttons, in headers without any too: titles beside each other line up."""
        self.setMinimumHeight(self.fontMetrics().height() + 24)

    def add(self, widget: QWidget) -> None:
        """Put a small button or switch at the right end."""
        self._row.addWidget(widget)

    def add_after_title(self, widget: QWidget) -> None:
        """Put a widget right after the title."""
        self._row.insertWidget(1, widget)


class Panel(QWidget):
    """Base of all panels.

    Subclasses set `title` and `object_name`, build their widgets into `self.body`, a row of actions
    into `self.foot` (messages have their place above it), and write `refresh()`. It is called when
    something they follow changed and they are seen. While it runs, `self.reasons` says why
    ("project", "results", "curation", "selection", "view") and `self.changed_rows` which concepts a
    judgement changed, by their rows in the present state (None: relations changed too). Where
    results are newer than at the last refresh, "results" is always among the reasons, whichever
    signal came first.
    """

    title = ""
    object_name = ""
    follows = frozenset({"project", "results", "curation", "selection"})

    seen = Signal(bool)

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.session = session
        self.setObjectName(self.object_name)
        self.setAccessibleName(self.title)
        self.setMinimumSize(LEAST_SIZE)
        self.setProperty("base", True)
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.header = PanelHeader(self.title, self)
        self.trouble = TroubleLine(self)
        self._outer = QVBoxLayout(self)
        self._outer.setContentsMargins(0, 0, 0, 0)
        self._outer.setSpacing(0)
        self._outer.addWidget(self.header)
        self._outer.addWidget(self.trouble)
        self.body = QVBoxLayout()
        self.body.setContentsMargins(0, 0, 0, 0)
        self.body.setSpacing(0)
        self._outer.addLayout(self.body, 1)
        self.slot = MessageSlot(self)
        self._outer.addWidget(self.slot)
        self.foot = QVBoxLayout()
        self.foot.setContentsMargins(0, 0, 0, 0)
        self.foot.setSpacing(0)
        self._outer.addLayout(self.foot)
        self.reasons: set[str] = {"project", "results", "curation", "selection", "view"}
        self.changed_rows: set[int] | None = None
        self._refreshed_epoch = session.state.epoch
        session.projects.opened.connect(self.trouble.hide)  # it was the last project's
        session.projects.opened.connect(lambda: self.invalidate("project"))
        session.projects.results_changed.connect(lambda: self.invalidate("results"))
        session.curation.changed.connect(self._curated)
        session.selection.changed.connect(lambda: self.invalidate("selection"))

    def sizeHint(self) -> QSize:
        """Return the same for every panel, whatever it shows now."""
        return USUAL_SIZE

    def take_header(self) -> QWidget:
        """Give the header away, for a dock to carry it as its title bar."""
        self._outer.removeWidget(self.header)
        return self.header

    def set_info(self, text: str, tip: str = "") -> None:
        """Show a few words at the right of the header; tip: what they mean."""
        self.header.info.setText(text)
        self.header.info.setVisible(bool(text))
        self.header.info.setToolTip(tooltip(tip))

    def show_error(
        self, error: Exception, button: str = "", mend: Callable[[], object] | None = None
    ) -> None:
        """Show an error in this panel's line of trouble; mend() is tried when `button` is clicked.

        It is over when that is tried, and when another project is opened.
        """

        def try_it() -> None:
            self.trouble.hide()
            if mend is not None:
                mend()

        self.trouble.show_trouble(words(error), button, try_it, can_dismiss=True)

    def invalidate(self, reason: str = "view") -> None:
        """Note that what is shown is out of date; redrawn now if seen, else when it is."""
        if reason != "view" and reason not in self.follows:
            return
        self.reasons.add(reason)
        if self.isVisible():
            self._refresh()

    def has_keyboard(self) -> bool:
        """Return whether the keyboard is in this panel."""
        focused = QApplication.focusWidget()
        return focused is not None and self.isAncestorOf(focused)

    def refresh_while_empty(self) -> None:
        """Refresh as soon as photos are on their way to a project that has none."""

        def follow() -> None:
            state = self.session.state
            if state.results is None or state.awaits_photos:
                self.invalidate()

        self.session.analysis.started.connect(follow)
        self.session.analysis.progress.connect(lambda _progress: follow())
        self.session.folders.changed.connect(follow)

    def refresh(self) -> None:
        """Show the present state; override."""

    def _curated(self, rows: set[int], structure: bool) -> None:
        if "curation" not in self.follows:
            return
        if structure:
            self.changed_rows = None
        elif "curation" not in self.reasons:
            self.changed_rows = set(rows)
        elif self.changed_rows is not None:
            self.changed_rows |= rows
        self.invalidate("curation")

    def _refresh(self) -> None:
        if self._refreshed_epoch != self.session.state.epoch:
            self._refreshed_epoch = self.session.state.epoch
            self.reasons.add("results")
        self.refresh()
        self.reasons = set()
        self.changed_rows = set()

    def showEvent(self, event: QShowEvent) -> None:
        """Catch up with what changed unseen."""
        super().showEvent(event)
        if self.reasons:
            self._refresh()
        self._announce(True)

    def hideEvent(self, event: QHideEvent) -> None:
        """Do no work from now on."""
        super().hideEvent(event)
        self._announce(False)

    def _announce(self, seen: bool) -> None:
        self.session.actions.panel_seen(self, seen)
        self.session.seen_panels.put(self.object_name, seen)
        self.seen.emit(seen)
