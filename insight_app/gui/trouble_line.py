"""The strip that says what went wrong: what happened, what was kept, and the button that mends it.

Knows no panel and no session.
"""

from collections.abc import Callable
from math import ceil

from PySide6.QtCore import QEvent, QRect, QSize, Qt, Signal
from PySide6.QtGui import (
    QAccessible,
    QAccessibleAnnouncementEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QTextDocument,
    QTextOption,
)
from PySide6.QtWidgets import QFrame, QPushButton, QSizePolicy, QTextEdit, QToolButton, QWidget

from insight_app.gui import icons
from insight_app.plain_text import visible_lines

LEFT, GAP, SIDE = 12, 8, 18
"""Pixels beside the sign, between the parts, and of the sign's sides."""
LEAST_WORDS = 24
"""Letters of text beside the buttons; where there is less room the buttons go below it."""


class WrappedText(QTextEdit):
    """Text that can be selected and is as high as it needs to be; breaks long paths anywhere."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setReadOnly(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        # None: one that comes makes the lines shorter and stays for ever.
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setWordWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        self.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        # The keyboard stays where one works: A would type nothing here, and judge nothing.
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.document().setDocumentMargin(0)
        self.viewport().setAutoFillBackground(False)
        self._measure = QTextDocument(self)
        self._measure.setDocumentMargin(0)
        option = QTextOption()
        option.setWrapMode(self.wordWrapMode())
        self._measure.setDefaultTextOption(option)

    def set_text(self, text: str) -> None:
        """Show other words, letter by letter."""
        text = visible_lines(text)
        self.setPlainText(text)
        self._measure.setPlainText(text)
        self.setAccessibleName(text)

    def height_for(self, width: int) -> int:
        """Return the pixels that all of it needs."""
        # Either lays out all of it, though nothing is other than before: layouts ask often.
        if self._measure.defaultFont() != self.font():
            self._measure.setDefaultFont(self.font())
        if self._measure.textWidth() != width:
            self._measure.setTextWidth(width)
        return ceil(self._measure.size().height())


class TroubleLine(QFrame):
    """What happened, and a button for what to do; hidden while nothing is wrong."""

    dismissed = Signal()
    """A person has read it and wants it gone."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("trouble", True)
        self.setAccessibleName("Trouble")
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self.words = WrappedText(self)
        self.button = QPushButton(self)
        self.button.clicked.connect(self._clicked)
        self.others = QPushButton(self)
        self.others.setProperty("link", True)
        self.others.setToolTip("All that is wrong, in the list of problems")
        self.close_button = QToolButton(self)
        self.close_button.setAutoRaise(True)
        self.close_button.setProperty("small", True)
        self.close_button.setToolTip("Dismiss: I have read it")
        self.close_button.setAccessibleName("Dismiss")
        self.close_button.clicked.connect(self._dismiss)
        self._callback: Callable[[], object] | None = None
        self.hide()

    @property
    def text(self) -> str:
        """What is said now."""
        return self.words.toPlainText()

    def show_trouble(
        self,
        text: str,
        button: str = "",
        callback: Callable[[], object] | None = None,
        *,
        can_dismiss: bool = False,
        others: int = 0,
    ) -> None:
        """Show a line, with a button for what to do unless `button` is ''.

        others: how many more there are.
        """
        words = " ".join(text.split())
        if words != self.text or self.isHidden():
            self.words.set_text(words)
            QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(self, words))
        self.button.setText(button)
        self.button.setVisible(bool(button))
        self.others.setText(f"{others:,} more")
        self.others.setVisible(others > 0)
        self.close_button.setVisible(can_dismiss)
        self._callback = callback
        self._refresh_icon()
        self.updateGeometry()
        self._place()
        self.show()

    def _clicked(self) -> None:
        if self._callback is not None:
            self._callback()

    def _dismiss(self) -> None:
        self.hide()
        self.dismissed.emit()

    def _refresh_icon(self) -> None:
        self.close_button.setIcon(icons.icon("x", "text"))

    # ---- geometry

    def hasHeightForWidth(self) -> bool:
        """Return that a narrow one is higher."""
        return True

    def heightForWidth(self, width: int) -> int:
        """Return the height in which all of it is read."""
        return self._arranged(width)[1]

    def sizeHint(self) -> QSize:
        """Return the height for the present width."""
        return QSize(LEFT * 12, self.heightForWidth(max(self.width(), LEFT * 12)))

    def minimumSizeHint(self) -> QSize:
        """Return little: a panel may be narrow."""
        return QSize(LEFT * 8, self.sizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Place the parts anew."""
        super().resizeEvent(event)
        self._place()

    def _place(self) -> None:
        for widget, box in self._arranged(self.width())[0].items():
            widget.setGeometry(box)

    def _arranged(self, width: int) -> tuple[dict[QWidget, QRect], int]:
        """Return where each part lies in this width, and the height of all."""
        row = max(self.button.sizeHint().height(), SIDE)
        top, right = 4, width - GAP
        boxes: dict[QWidget, QRect] = {}
        if not self.close_button.isHidden():
            size = self.close_button.sizeHint()
            right -= size.width()
            place = QRect(right, top + (row - size.height()) // 2, size.width(), size.height())
            boxes[self.close_button] = place
            right -= GAP
        left = LEFT + SIDE + GAP
        shown = [one for one in (self.others, self.button) if not one.isHidden()]
        needed = sum(one.sizeHint().width() + GAP for one in shown)
        is_beside = right - left - needed >= LEAST_WORDS * self.fontMetrics().averageCharWidth()
        room = right - left - (needed if is_beside else 0)
        height = self.words.height_for(max(room, 1))
        # The first line stands beside the sign, and beside the button where that is in its row.
        words_top = top + max(0, (row - self.fontMetrics().lineSpacing()) // 2)
        boxes[self.words] = QRect(left, words_top, room, height)
        below = words_top + height + top
        x, y = (right - needed + GAP, top) if is_beside else (left, below)
        for one in shown:
            size = one.sizeHint()
            boxes[one] = QRect(x, y + (row - size.height()) // 2, size.width(), size.height())
            x += size.width() + GAP
        if shown and not is_beside:
            below += row + top
        return boxes, max(below, row + 2 * top) + 1

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the sign: of the theme that is applied now."""
        super().paintEvent(event)
        painter = QPainter(self)
        line = self.fontMetrics().lineSpacing()
        top = self.words.y() + (line - SIDE) // 2
        icons.icon("warning-fill", "unsure").paint(painter, QRect(LEFT, top, SIDE, SIDE))
        painter.end()

    def changeEvent(self, event: QEvent) -> None:
        """Follow another theme and another size of the interface."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._refresh_icon()
        elif event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange):
            self.updateGeometry()
            self._place()
