"""The one line in which the window says what was just done, and the place for it in a panel.

A panel keeps the height of the line free for as long as it has it: nothing moves when words come
or go. Knows no session; window/message_place.py says in which panel the line is.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from insight_app.gui import theme
from insight_app.gui.widgets import ElidedLabel
from insight_app.gui.wording import tooltip

PASSING_MILLISECONDS = 6000
"""How long a line stays that offers nothing to do; longer by the next for each letter."""
LETTER_MILLISECONDS = 40
SPACE = 10
"""Pixels of the line's height around the text."""


@dataclass(frozen=True)
class _Offer:
    """What was done, and a link that does something about it, or two."""

    text: str = ""
    link: str = ""
    act: Callable[[], object] | None = None
    also_link: str = ""
    also: Callable[[], object] | None = None


class MessageStrip(QWidget):
    """One line of text, and a link beside it.

    What is offered stays until something else is offered, or its link was followed. A remark passes
    by, and what was offered before is there again.
    """

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAccessibleName("Messages")
        self.label = ElidedLabel("", self, Qt.TextElideMode.ElideMiddle)
        self.label.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)
        self._offer = _Offer()
        self.link, self.also_link = self._made_link(), self._made_link()
        self.link.clicked.connect(lambda _on=False: self._follow(self._offer.act))
        self.also_link.clicked.connect(lambda _on=False: self._follow(self._offer.also))
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 0, 12, 0)
        row.setSpacing(8)
        row.addWidget(self.label)
        row.addWidget(self.link)
        row.addWidget(self.also_link)
        row.addStretch(1)
        self._passing = QTimer(self, singleShot=True)
        self._passing.timeout.connect(self._show_offer)
        self._show(_Offer())

    def _made_link(self) -> QPushButton:
        link = QPushButton(self)
        link.setProperty("link", True)
        link.setCursor(Qt.CursorShape.PointingHandCursor)
        # A click leaves the keyboard where it is: one goes on judging.
        link.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        return link

    def say(self, text: str) -> None:
        """Show a remark for a while."""
        self._show(_Offer(text))
        self._passing.start(PASSING_MILLISECONDS + LETTER_MILLISECONDS * len(text))

    def offer(self, text: str, link: str, act: Callable[[], object]) -> None:
        """Show a line with a link that calls act()."""
        self._offer = _Offer(text, link, act)
        self._show_offer()

    def also(self, link: str, act: Callable[[], object]) -> None:
        """Show a second link beside the line that was offered last."""
        self._offer = replace(self._offer, also_link=link, also=act)
        self._show_offer()

    def clear(self) -> None:
        """Take the line away: what it says belongs to a project that is left."""
        self._offer = _Offer()
        self._show_offer()

    def _show_offer(self) -> None:
        self._passing.stop()
        self._show(self._offer)

    def _show(self, shown: _Offer) -> None:
        text = shown.text
        is_new = text != self.label.text()
        self.label.setText(text)
        self.label.setToolTip(tooltip(text))
        self.label.setVisible(bool(text))
        for button, link in ((self.link, shown.link), (self.also_link, shown.also_link)):
            if not link and button.hasFocus():
                self._give_keyboard_back()
            button.setText(link)
            button.setVisible(bool(link))
        if text and is_new:
            QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(self, text))

    def _follow(self, act: Callable[[], object] | None) -> None:
        self.say(self._offer.text)
        self._offer = _Offer()
        if act is not None:
            act()

    def _give_keyboard_back(self) -> None:
        """Put the keyboard into the panel: the link that has it is about to go."""
        slot = self.parentWidget()
        if slot is not None and (panel := slot.parentWidget()) is not None:
            panel.setFocus(Qt.FocusReason.OtherFocusReason)


class MessageSlot(QWidget):
    """A place for the line; takes no room while the line is elsewhere."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        theme.follow(self._set_height)
        self.hide()

    def take(self, strip: MessageStrip) -> None:
        """Have the line here from now on."""
        before = strip.parentWidget()
        if before is self:
            return
        if isinstance(before, MessageSlot):
            before.hide()
        self._column.addWidget(strip)
        strip.show()
        self.show()
        self.raise_()

    def _set_height(self) -> None:
        self.setFixedHeight(self.fontMetrics().height() + SPACE)
