"""Keys that act only when the focused widget has no use for them, and the held Space bar.

Qt would let a window's shortcut win over a list's own arrows or a button's Space; here the widget
comes first. A letter never searches in a view: it does its act or nothing. Knows the registry of
actions, not what they do.
"""

from PySide6.QtCore import QElapsedTimer, QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSlider,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QDockWidget,
    QLineEdit,
    QListView,
    QPlainTextEdit,
    QTextEdit,
    QTreeView,
    QWidget,
)

from insight_app.gui.actions import Actions
from insight_app.gui.held_keys import HeldKeys

OWN_KEYS = (
    QAbstractItemView,
    QAbstractSlider,
    QAbstractSpinBox,
    QComboBox,
    QLineEdit,
    QPlainTextEdit,
    QTextEdit,
)
TEXTS = (QAbstractSpinBox, QLineEdit, QPlainTextEdit, QTextEdit)
MOVES = {
    Qt.Key.Key_Left,
    Qt.Key.Key_Right,
    Qt.Key.Key_Up,
    Qt.Key.Key_Down,
    Qt.Key.Key_PageUp,
    Qt.Key.Key_PageDown,
    Qt.Key.Key_Tab,
    Qt.Key.Key_Backtab,
}
PRESSES = (Qt.Key.Key_Space, Qt.Key.Key_Return, Qt.Key.Key_Enter)

SPACE = Qt.Key.Key_Space
STILL_HELD_MS = 50
"""A release may be half of a repeat of a key that is held (see held_keys): so long its press may
take to come."""
ZOOM = {Qt.Key.Key_Plus, Qt.Key.Key_Minus}
SIDEWAYS = {Qt.Key.Key_Left, Qt.Key.Key_Right}
DELETE = Qt.Key.Key_Delete
PASSED = (
    (QTreeView, {SPACE, DELETE}),
    (QListView, {SPACE, DELETE, *ZOOM}),
    (QAbstractItemView, {DELETE, *ZOOM}),
)
"""What views leave to the window: only a tree has branches that + and - open and close."""

PASSES_SIDEWAYS = "passes_sideways"
"""A view's property: rows are chosen in it, and it has no use for Left and Right."""

OWNS_KEYS = "owns_soft_keys"
"""A widget's property: list of keys (int) that a widget of our own understands itself."""


def is_asked_for_enter(event: QEvent) -> bool:
    """Return whether Qt asks who has a use for Ctrl+Enter, which is also a key of the window.

    A field that has one accepts the question.
    """
    return (
        isinstance(event, QKeyEvent)
        and event.type() == QEvent.Type.ShortcutOverride
        and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        and bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
    )


class KeyFilter(QObject):
    """Serves the soft keys of one window and of the docks that float over it."""

    bare_photo = Signal(bool)
    """Space is held down, or was let go."""

    def __init__(self, window: QWidget, actions: Actions) -> None:
        super().__init__(window)
        self._window, self._actions = window, actions
        self._space_held = False
        self._let_go = QTimer(self, singleShot=True, interval=STILL_HELD_MS)
        self._let_go.timeout.connect(self._release)
        self._heard = QElapsedTimer()
        self._held = HeldKeys()
        QApplication.instance().installEventFilter(self)  # type: ignore[union-attr]

    def uninstall(self) -> None:
        """Stop listening: the window is going."""
        QApplication.instance().removeEventFilter(self)  # type: ignore[union-attr]

    def heard_within(self, milliseconds: int) -> bool:
        """Return whether a key was pressed so short a time ago: somebody is at work."""
        return self._heard.isValid() and not self._heard.hasExpired(milliseconds)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Take the keys for which the focused widget has no use."""
        kind = event.type()
        if kind == QEvent.Type.WindowDeactivate and self._space_held:
            self._release()
        if isinstance(event, QKeyEvent):
            self._heard.start()  # a key that is a shortcut is only ever asked for
            if self._held.is_missed_repeat(event) and _acts_once(event):
                if event.key() == SPACE:
                    self._let_go.stop()
                event.accept()
                return True
        if kind not in (QEvent.Type.KeyPress, QEvent.Type.KeyRelease):
            return False
        if not isinstance(watched, QWidget) or not self._is_inside(watched):
            return False
        assert isinstance(event, QKeyEvent)
        if watched is not (QApplication.focusWidget() or self._window):
            return False
        if event.key() == Qt.Key.Key_Space and not event.modifiers():
            return self._space(watched, event)
        if kind != QEvent.Type.KeyPress:
            return False
        if not event.isAutoRepeat() and self._press(watched, event):
            return True
        if event.key() in (watched.property(OWNS_KEYS) or ()) and not _chord(event):
            return False
        if not event.isAutoRepeat() and not needs_text(watched) and self._refuse(event):
            return True
        return _is_type_ahead(watched, event)

    def _is_inside(self, widget: QWidget) -> bool:
        """Return whether a widget is in the window or in a dock that floats over it."""
        window = widget.window()
        if isinstance(window, QDockWidget) and (home := window.parentWidget()) is not None:
            window = home.window()
        return window is self._window

    def _press(self, widget: QWidget, event: QKeyEvent) -> bool:
        action = self._actions.soft_action(QKeySequence(_plain(event)))
        if action is None or needs_key(widget, Qt.Key(event.key())):
            return False
        action.trigger()
        return True

    def _refuse(self, event: QKeyEvent) -> bool:
        """Tell why a key does nothing: what can be done is Qt's to do, and never comes here."""
        return self._actions.refuse(QKeySequence(_plain(event)))

    def _space(self, widget: QWidget, event: QKeyEvent) -> bool:
        if event.type() == QEvent.Type.KeyRelease and self._space_held:
            if event.timestamp() > 0 and not event.isAutoRepeat():
                self._let_go.start()
            elif not event.isAutoRepeat():
                self._release()
            return True
        if needs_key(widget, Qt.Key.Key_Space):
            return False
        if not event.isAutoRepeat() and event.type() == QEvent.Type.KeyPress:
            self._let_go.stop()
            self._space_held = True
            self.bare_photo.emit(True)
        return True

    def _release(self) -> None:
        self._let_go.stop()
        self._space_held = False
        self.bare_photo.emit(False)


def needs_text(widget: QWidget) -> bool:
    """Return whether somebody types in a widget."""
    return isinstance(widget, TEXTS)


def _acts_once(event: QKeyEvent) -> bool:
    """Return whether a key does something once a press: not where one types or moves about."""
    return event.key() not in MOVES and not isinstance(QApplication.focusWidget(), TEXTS)


def needs_key(widget: QWidget, key: Qt.Key) -> bool:
    """Return whether the widget itself has a use for the key."""
    if isinstance(widget, QAbstractButton):
        return key in PRESSES
    if isinstance(widget, QAbstractItemView) and _is_passed(widget, key):
        return False
    return key in (widget.property(OWNS_KEYS) or ()) or isinstance(widget, OWN_KEYS)


def _is_passed(view: QAbstractItemView, key: Qt.Key) -> bool:
    """Return whether a view leaves a key to the window."""
    if key in SIDEWAYS:
        return bool(view.property(PASSES_SIDEWAYS))
    if key == Qt.Key.Key_Escape:  # what is edited in a view is a field of its own
        return True
    return next(key in keys for kind, keys in PASSED if isinstance(view, kind))


def _is_type_ahead(widget: QWidget, event: QKeyEvent) -> bool:
    """Return whether a view would take a key as the start of a name to search for.

    A key that acts was served before: Qt gives shortcuts their turn first.
    """
    text = event.text()
    if not isinstance(widget, QAbstractItemView) or not text.strip() or not text.isprintable():
        return False
    if isinstance(widget, QTreeView) and text in "+-*":  # opens and closes branches
        return False
    chords = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.MetaModifier
    return not event.modifiers() & chords


def _chord(event: QKeyEvent) -> bool:
    return bool(event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier)


def _plain(event: QKeyEvent) -> int:
    """Return the key with Ctrl, Alt and Meta, and with Shift but for + and -; no keypad."""
    kept = (
        Qt.KeyboardModifier.ControlModifier
        | Qt.KeyboardModifier.AltModifier
        | Qt.KeyboardModifier.MetaModifier
    )
    modifiers = event.modifiers() & kept
    key = event.key()
    if key not in (Qt.Key.Key_Plus, Qt.Key.Key_Minus):
        modifiers |= event.modifiers() & Qt.KeyboardModifier.ShiftModifier
    return key | modifiers.value
