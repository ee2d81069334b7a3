"""Small widgets that several panels use: buttons that show their key, key caps, thin lines.

Knows actions and theme; nothing of projects.
"""

from collections.abc import Sequence

from PySide6.QtCore import QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import (
    QFrame,
    QLabel,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QTreeWidget,
    QVBoxLayout,
    QWidget,
)

from insight_app.gui import theme
from insight_app.gui.actions import Actions
from insight_app.gui.state.shown_name import DOUBT
from insight_app.gui.wording import unmarked
from insight_app.plain_text import breakable, visible, visible_lines

PADDING = 12
GAP = 6


class KeyButton(QPushButton):
    """A button for an action, with the action's key shown on it as a key cap.

    primary: filled with the accent colour.  flat: a frame only when hovered, focused or checked.
    """

    def __init__(
        self,
        actions: Actions,
        action_id: str,
        text: str = "",
        *,
        primary: bool = False,
        flat: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._actions, self._id = actions, action_id
        self._primary, self._flat = primary, flat
        action = self._action = actions[action_id]
        self._label = self._words = text
        self._is_icon = False
        self.setCheckable(action.isCheckable())
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.clicked.connect(action.trigger)
        action.changed.connect(self._follow)
        actions.changed.connect(self._follow)
        self._follow()

    def set_primary(self, primary: bool) -> None:
        """Fill it with the accent colour, or not."""
        self._primary = primary
        self.update()

    def set_label(self, text: str) -> None:
        """Show other words; '' for those of the action."""
        self._label = text
        self._follow()

    def _follow(self) -> None:
        text = self._words = self._label or unmarked(self._action.text()).rstrip("…")
        self.setText(text.replace("&", "&&"))
        self.setAccessibleName(text)
        self.setToolTip(self._action.toolTip())
        self.setEnabled(self._action.isEnabled())
        if self.isCheckable():
            self.setChecked(self._action.isChecked())
        self.updateGeometry()
        self.update()

    def show_icon(self, is_icon: bool) -> None:
        """Show the action's icon alone, or the words."""
        if is_icon != self._is_icon:
            self._is_icon = is_icon
            self.updateGeometry()
            self.update()

    def words_width(self) -> int:
        """Return the width that the words need."""
        font = theme.bold(self.font()) if self.isCheckable() else self.font()
        return 2 * PADDING + QFontMetrics(font).horizontalAdvance(self._words)  # checked: bold

    def nextCheckState(self) -> None:
        """Do nothing: the action decides whether the button is checked."""

    def sizeHint(self) -> QSize:
        size = self.minimumSizeHint()
        if not self._is_icon and (key := self._key()):
            size += QSize(GAP + key_cap_width(self, key), 0)
        return size

    def minimumSizeHint(self) -> QSize:
        """Return room for the words; where there is no more, the key is not shown."""
        height = self.fontMetrics().height()
        return QSize(2 * PADDING + height if self._is_icon else self.words_width(), height + 12)

    def _key(self) -> str:
        return self._actions.entry(self._id).shown_keys()

    def paintEvent(self, event: QPaintEvent) -> None:
        c = theme.colours()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        over = self.underMouse() and self.isEnabled()
        filled = self._primary and self.isEnabled()
        back = c.accent if filled else c.selected if self.isChecked() else c.hover if over else ""
        if not back and not self._flat:
            back = c.base
        if back:
            painter.setBrush(QColor(back))
        framed = not self._flat and not self.isChecked()
        edge = c.accent if self.hasFocus() else c.line if framed else ""
        painter.setPen(QPen(QColor(edge), 1.0) if edge else Qt.PenStyle.NoPen)
        painter.drawRoundedRect(box, 5, 5)
        text = c.on_accent if filled else c.text if self.isEnabled() else c.dim
        if self.isChecked():
            text = c.on_selected if c.dark else c.accent
        painter.setFont(theme.bold(self.font()) if self.isChecked() else self.font())
        painter.setPen(QColor(text))
        key = self._key()
        space = self.rect().adjusted(PADDING, 0, -PADDING, 0)
        if self._is_icon:
            self._action.icon().paint(painter, space)
            painter.end()
            return
        painter.drawText(
            space, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, self._words
        )
        if key and self.width() >= self.sizeHint().width():
            width = key_cap_width(self, key)
            cap = QRectF(
                self.width() - PADDING - width + 4, 0, width, self.fontMetrics().height() + 1
            )
            cap.moveTop((self.height() - cap.height()) / 2)
            paint_key_cap(painter, self, cap, key, text if filled else c.dim)
        painter.end()


def key_cap_width(widget: QWidget, key: str) -> int:
    """Return how wide a key is painted."""
    font = widget.font()
    font.setPointSizeF(font.pointSizeF() * 0.85)
    return QFontMetrics(font).horizontalAdvance(key) + 10


def paint_key_cap(painter: QPainter, widget: QWidget, box: QRectF, key: str, colour: str) -> None:
    """Paint a key as it looks on a keyboard: a thin rounded frame with its name."""
    painter.save()
    font = widget.font()
    font.setPointSizeF(font.pointSizeF() * 0.85)
    painter.setFont(font)
    line = QColor(colour)
    line.setAlphaF(0.5)
    painter.setPen(QPen(line, 1.0))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawRoundedRect(box.adjusted(0.5, 0.5, -0.5, -0.5), 3, 3)
    painter.setPen(QColor(colour))
    painter.drawText(box, Qt.AlignmentFlag.AlignCenter, key)
    painter.restore()


def paint_frame(painter: QPainter, box: QRect, colour: QColor, width: int) -> None:
    """Paint a frame just inside `box`."""
    painter.save()
    painter.setPen(QPen(colour, width, Qt.PenStyle.SolidLine, Qt.PenCapStyle.SquareCap,
                        Qt.PenJoinStyle.MiterJoin))  # fmt: skip
    painter.setBrush(Qt.BrushStyle.NoBrush)
    half = width / 2
    painter.drawRect(QRectF(box).adjusted(half, half, -half, -half))
    painter.restore()


def thin_line(parent: QWidget | None = None) -> QFrame:
    """Make a line that parts what stands above from what stands below."""
    line = QFrame(parent)
    line.setProperty("line", True)
    line.setFixedHeight(1)
    return line


class PlainLabel(QLabel):
    """A label that shows every letter of its text: what looks like HTML, and signs that act.

    A very long word takes another line, and never makes the window wider.
    """

    def __init__(self, text: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setText(text)

    def setText(self, text: str) -> None:
        """Show another text."""
        super().setText(breakable(visible_lines(text)))


def dim_label(text: str = "", parent: QWidget | None = None) -> PlainLabel:
    """Make a plain label in a faint colour."""
    label = PlainLabel(text, parent)
    label.setProperty("dim", True)
    return label


def base_widget(parent: QWidget | None = None) -> QWidget:
    """Make a widget with the colour that text stands on."""
    widget = QWidget(parent)
    widget.setProperty("base", True)
    widget.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
    return widget


def item_tree(heads: Sequence[str], parent: QWidget) -> QTreeWidget:
    """Make an empty tree of items under heads of columns."""
    tree = QTreeWidget(parent)
    tree.ensurePolished()  # rows that are laid out before have another height
    tree.setHeaderLabels(list(heads))
    tree.setUniformRowHeights(True)
    return tree


def scrolled(inside: QWidget, parent: QWidget) -> QScrollArea:
    """Make an area in which a column of widgets scrolls up and down, and across if it must."""
    area = QScrollArea(parent)
    area.setWidgetResizable(True)
    area.setFrameShape(QFrame.Shape.NoFrame)
    # A bar that came and went would change the width, with it the height of pictures in rows, and
    # with that the bar: Qt then lays them out again and again until the stack is full.
    area.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
    area.setWidget(inside)
    return area


def elided_name(metrics: QFontMetrics, name: str, room: int) -> str:
    """Return a concept's name as it fits, its end cut off before the sign of a doubtful one."""
    shown = metrics.elidedText(name, Qt.TextElideMode.ElideRight, room)
    if shown == name or not name.endswith(DOUBT):
        return shown
    room -= metrics.horizontalAdvance(DOUBT)
    return metrics.elidedText(name.removesuffix(DOUBT), Qt.TextElideMode.ElideRight, room) + DOUBT


class ElidedLabel(QLabel):
    """A label of one line that shortens its text where there is no room, and never demands it."""

    def __init__(
        self,
        text: str = "",
        parent: QWidget | None = None,
        mode: Qt.TextElideMode = Qt.TextElideMode.ElideMiddle,
    ) -> None:
        super().__init__(parent)
        self._mode = mode
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setText(text)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.setMinimumWidth(40)

    def setText(self, text: str) -> None:
        """Show another text, in one line whatever it is."""
        super().setText(visible(text))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        space = self.contentsRect()
        text = self.fontMetrics().elidedText(self.text(), self._mode, space.width())
        painter.setPen(self.palette().color(self.foregroundRole()))
        painter.drawText(space, int(self.alignment()), text)
        painter.end()


class LinkLabel(QLabel):
    """Rich text with links: Qt gives them the theme's colour when the text is set."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setTextFormat(Qt.TextFormat.RichText)
        self.setTextInteractionFlags(
            Qt.TextInteractionFlag.LinksAccessibleByMouse
            | Qt.TextInteractionFlag.LinksAccessibleByKeyboard
        )
        theme.follow(self._set_again)

    def _set_again(self) -> None:
        text = self.text()
        self.clear()
        self.setText(text)


class EmptyState(QWidget):
    """What an empty panel says: what would be here, how to get it, and the button that does it."""

    def __init__(self, text: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(24, 24, 24, 24)
        self.column.setSpacing(12)
        self.label = dim_label(text, self)
        self.label.setWordWrap(True)
        self.label.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.column.addStretch(1)
        self.column.addWidget(self.label)
        self.column.addStretch(2)

    def set_text(self, text: str) -> None:
        """Show other words."""
        self.label.setText(text)

    def add_action(self, actions: Actions, id: str, text: str = "") -> KeyButton:
        """Add the button that does it."""
        button = KeyButton(actions, id, text, parent=self)
        self.add_button(button)
        return button

    def add_button(self, button: QWidget) -> None:
        """Put a button under the words."""
        self.column.insertWidget(self.column.count() - 1, button, 0, Qt.AlignmentFlag.AlignHCenter)


def restyle(widget: QWidget) -> None:
    """Let the style sheet see properties that changed after it was applied."""
    widget.style().unpolish(widget)
    widget.style().polish(widget)
