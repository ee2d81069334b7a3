"""A hint for the first minutes: one thin line under what it speaks of, gone for good once used.

It has a place of its own in a panel, so that it never lies over anything. Whether it was used is a
setting; what counts as using it is known to window/hints.py.
"""

from PySide6.QtCore import QEvent, QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPolygonF
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QToolButton, QWidget

from insight_app.gui import icons, theme
from insight_app.gui.actions import Actions
from insight_app.gui.settings import HINT_NAME, HINT_OVERLAY
from insight_app.gui.state.session import Session
from insight_app.gui.widgets import PlainLabel

LINE, POINTER = 2, 5
"""Pixels: how wide the line at the left is, and how high its pointer."""


class HintLine(QWidget):
    """One hint: `set_relevant` says whether what it speaks of is on the screen."""

    def __init__(self, session: Session, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.name = name
        self._actions, self._settings = session.actions, session.settings
        self._is_relevant = False
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.label = PlainLabel("", self)
        self.label.setWordWrap(True)
        self.label.setMinimumWidth(1)
        self.dismiss = QToolButton(self)
        self.dismiss.setIcon(icons.icon("x", "dim"))
        self.dismiss.setProperty("small", True)
        self.dismiss.setToolTip("Dismiss this hint (Help > Show hints again)")
        self.dismiss.setAccessibleName("Dismiss this hint")
        self.dismiss.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.dismiss.clicked.connect(lambda: self._settings.set(name, False))
        row = QHBoxLayout(self)
        row.setContentsMargins(LINE + 8, POINTER, 0, 4)
        row.setSpacing(8)
        row.addWidget(self.label, 1)
        row.addWidget(self.dismiss, 0, Qt.AlignmentFlag.AlignTop)
        self._settings.changed.connect(self._setting_changed)
        self._actions.changed.connect(self._follow)
        self.hide()

    def set_relevant(self, is_relevant: bool) -> None:
        """Show the hint, unless it was used, or hide it."""
        self._is_relevant = is_relevant
        self._follow()

    def _setting_changed(self, name: str) -> None:
        if name == self.name:
            self._follow()

    def _follow(self) -> None:
        is_shown = self._is_relevant and bool(self._settings.get(self.name))
        if is_shown:
            text = hint_text(self.name, self._actions)
            self.label.setText(text)
            self.setAccessibleName(f"Hint: {text}")
        self.setVisible(is_shown)

    def changeEvent(self, event: QEvent) -> None:
        """Draw the cross in the colours of another theme."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self.dismiss.setIcon(icons.icon("x", "dim"))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the line at the left, which points at what is above."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.colours().of("accent"))
        painter.drawRect(QRectF(0, POINTER, LINE, self.height() - POINTER - 2))
        corners = (QPointF(0, POINTER), QPointF(0, 0), QPointF(POINTER + LINE, POINTER))
        painter.drawPolygon(QPolygonF(corners))
        painter.end()


def hint_text(name: str, actions: Actions) -> str:
    """Return what a hint says, with the keys as they are now."""

    def key(action: str) -> str:
        return actions.entry(action).shown_keys()

    if name == HINT_OVERLAY:
        return (
            "In color: where the model sees this concept. Click a cell to see what else is there; "
            "hold Space for the bare photo."
        )
    if name == HINT_NAME:
        return (
            "In italics: the machine's guess, with ? a doubtful one. "
            f"{key('concept.rename')} gives it a better name, {key('concept.accept')} accepts it."
        )
    judge = ", ".join(key(f"concept.{verdict}") for verdict in ("accept", "unsure", "reject"))
    return f"One key each: {judge}. {key('help.shortcuts')} shows all that work here."
