"""Everything a person can do, in one place: menus, tooltips, keys and the palette read it here.

Owns texts and keys of all actions and which key is refused. Knows nothing of what an action does.
"""

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QWidget

from insight_app.gui import icons
from insight_app.gui.settings import Settings
from insight_app.gui.wording import unmarked

SOFT_KEYS = {
    Qt.Key.Key_Left,
    Qt.Key.Key_Right,
    Qt.Key.Key_Up,
    Qt.Key.Key_Down,
    Qt.Key.Key_Return,
    Qt.Key.Key_Enter,
    Qt.Key.Key_Space,
    Qt.Key.Key_Plus,
    Qt.Key.Key_Minus,
    Qt.Key.Key_Delete,
    Qt.Key.Key_Escape,
}
"""Keys that lists, trees, sliders and text fields understand themselves: theirs go first."""


@dataclass
class ActionEntry:
    """An action and what belongs to it; keys in Qt's portable text, '; ' between."""

    id: str
    action: QAction
    text: str
    context: str
    default_keys: str
    tip: str
    icon: str
    panel: QWidget | None
    enabled: bool = True
    why_not: str = ""
    keys: str = ""

    @property
    def title(self) -> str:
        """The text without the marks of menus."""
        return self.text.replace("&", "").rstrip("…")

    def shown_text(self) -> str:
        """Return what menus call it now, without their marks."""
        return unmarked(self.action.text()).rstrip("…")

    def sequences(self) -> list[QKeySequence]:
        """Return its keys."""
        return parsed(self.keys)

    def soft_sequences(self) -> list[QKeySequence]:
        """Return the keys that key_filter.py serves, after the focused widget had its chance."""
        return [s for s in self.sequences() if is_soft(s)]

    def shown_keys(self) -> str:
        """Return the first key as this system writes it."""
        sequences = self.sequences()
        return sequences[0].toString(QKeySequence.SequenceFormat.NativeText) if sequences else ""


class Actions(QObject):
    """The registry of one window, in which it also makes the keys work."""

    changed = Signal()
    """Keys were changed."""
    acting = Signal()
    """An action is about to be done: what waits to be selected is selected first."""
    refused = Signal(str)
    """A key was pressed whose action cannot be done now: why."""

    def __init__(self, settings: Settings, window: QWidget) -> None:
        super().__init__(window)
        self._settings = settings
        self._window = window
        self._entries: dict[str, ActionEntry] = {}

    def add(
        self,
        id: str,
        text: str,
        keys: str = "",
        callback: Callable[[], object] | None = None,
        *,
        context: str = "Window",
        panel: QWidget | None = None,
        icon: str = "",
        tip: str = "",
        checkable: bool = False,
    ) -> QAction:
        """Register an action and return it. `context` heads its keys on the shortcuts page.

        With a panel it acts only while that panel is seen.
        """
        if id in self._entries:
            raise ValueError(f"there is an action {id} already")
        action = QAction(text, self)
        action.setObjectName(id)
        action.setCheckable(checkable)
        action.setShortcutContext(Qt.ShortcutContext.WindowShortcut)
        action.setAutoRepeat(False)
        if callback is not None:
            action.triggered.connect(lambda _checked=False: self._act(callback))
        entry = ActionEntry(id, action, text, context, keys, tip, icon, panel)
        self._entries[id] = entry
        chosen = self._settings.shortcut(id)
        self._apply_keys(entry, keys if chosen is None else chosen)
        if icon:
            action.setIcon(icons.icon(icon))
        self._window.addAction(action)
        if panel is not None:
            action.setEnabled(False)
        return action

    def _act(self, callback: Callable[[], object]) -> None:
        self.acting.emit()
        callback()

    def __getitem__(self, id: str) -> QAction:
        return self._entries[id].action

    def __contains__(self, id: str) -> bool:
        return id in self._entries

    def entry(self, id: str) -> ActionEntry:
        """Return an action with what belongs to it."""
        return self._entries[id]

    def entries(self) -> list[ActionEntry]:
        """Return all actions in the order in which they were added."""
        return list(self._entries.values())

    # ---- what can be done now

    def set_enabled(self, id: str, enabled: bool, why_not: str = "") -> None:
        """Say whether an action can be done now; why_not: told to who presses its key otherwise."""
        entry = self._entries[id]
        entry.enabled, entry.why_not = enabled, why_not
        self._apply_enabled(entry)
        self._apply_tip(entry)

    def panel_seen(self, panel: QWidget, seen: bool) -> None:
        """Enable the actions of a panel that came into view; disable those of one that went."""
        for entry in self._entries.values():
            if entry.panel is panel:
                self._apply_enabled(entry, seen)

    def _apply_enabled(self, entry: ActionEntry, seen: bool | None = None) -> None:
        if seen is None:
            seen = entry.panel is None or entry.panel.isVisible()
        entry.action.setEnabled(entry.enabled and seen)

    # ---- keys

    def set_keys(self, id: str, keys: str) -> ActionEntry | None:
        """Give an action other keys and remember them.

        Return the action that has one of them already, which then keeps it; None where none has.
        """
        entry = self._entries[id]
        wanted = parsed(keys)
        for other in self._entries.values():
            if other is not entry and any(s in other.sequences() for s in wanted):
                return other
        self._apply_keys(entry, keys)
        self._settings.set_shortcut(id, None if keys == entry.default_keys else keys)
        self.changed.emit()
        return None

    def reset_keys(self) -> None:
        """Give every action the keys it comes with."""
        for entry in self._entries.values():
            self._settings.set_shortcut(entry.id, None)
            self._apply_keys(entry, entry.default_keys)
        self.changed.emit()

    def soft_action(self, sequence: QKeySequence) -> QAction | None:
        """Return the enabled action of a soft key, None if there is none."""
        for entry in self._entries.values():
            if entry.action.isEnabled() and sequence in entry.soft_sequences():
                return entry.action
        return None

    def refuse(self, sequence: QKeySequence) -> bool:
        """Tell why the action of a key cannot be done now; return whether there is a reason."""
        for entry in self._entries.values():
            if not entry.enabled and entry.why_not and sequence in entry.sequences():
                self.refused.emit(entry.why_not)
                return True
        return False

    def _apply_keys(self, entry: ActionEntry, keys: str) -> None:
        entry.keys = keys
        entry.action.setShortcuts([s for s in entry.sequences() if not is_soft(s)])
        self._apply_tip(entry)

    def _apply_tip(self, entry: ActionEntry) -> None:
        """Say what it does, and why it cannot be done now."""
        shown = entry.shown_keys()
        tip = entry.tip or entry.title
        if not entry.enabled and entry.why_not:
            tip = f"{tip}\n{entry.why_not}"
        entry.action.setToolTip(f"{tip} ({shown})" if shown else tip)


def parsed(keys: str) -> list[QKeySequence]:
    """Return the key sequences of a portable text; none for ''."""
    return [one for one in QKeySequence.listFromString(keys) if not one.isEmpty()]


def is_soft(sequence: QKeySequence) -> bool:
    """Return whether a key belongs to the focused widget first (see SOFT_KEYS)."""
    if sequence.count() != 1:
        return False
    combination = sequence[0]  # type: ignore[index]
    modifiers = combination.keyboardModifiers() & ~Qt.KeyboardModifier.KeypadModifier
    return combination.key() in SOFT_KEYS and modifiers == Qt.KeyboardModifier.NoModifier
