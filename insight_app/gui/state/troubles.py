"""What is wrong now, whoever found it: one list, the gravest first; what has passed is gone.

Knows no widget: the window shows the first, the list of problems all.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum

from PySide6.QtCore import QObject, Signal

from insight_app.gui.wording import words

MOST = 50
"""Errors that are kept; of more the oldest go."""


class Gravity(IntEnum):
    """Which trouble is told first."""

    UNSAVED = 0
    FAILED = 1
    FOLDERS = 2
    UNFINISHED = 3
    PROJECT = 4
    PROGRAM = 5


@dataclass(frozen=True)
class Trouble:
    """What is wrong, and the button that mends it ('' where nothing does).

    can_dismiss: a person may say that they have read it, since it is over.
    """

    text: str
    gravity: Gravity
    button: str = ""
    act: Callable[[], object] | None = None
    can_dismiss: bool = False


class Troubles(QObject):
    """Troubles by a key of whoever found them: an error, or a word for what can be wrong once."""

    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._found: dict[object, Trouble] = {}

    @property
    def present(self) -> list[tuple[object, Trouble]]:
        """What is wrong now with its key: the gravest first, of those the newest."""
        newest_first = reversed(self._found.items())
        return sorted(newest_first, key=lambda one: one[1].gravity)

    def put(self, key: object, trouble: Trouble) -> None:
        """Note that something is wrong, in the place of what was said under this key."""
        self._found.pop(key, None)
        self._found[key] = trouble
        errors = [key for key, one in self._found.items() if one.gravity is Gravity.FAILED]
        for old in errors[:-MOST]:
            del self._found[old]
        self.changed.emit()

    def take(self, key: object) -> None:
        """Note that it is over, or was read."""
        if self._found.pop(key, None) is not None:
            self.changed.emit()

    def clear(self) -> None:
        """Forget what was wrong with a project that is left."""
        self._found = {
            key: one for key, one in self._found.items() if one.gravity is Gravity.PROGRAM
        }
        self.changed.emit()

    def mend(self, key: object) -> None:
        """Do what mends it; an error is over then, and comes again if it does not help."""
        trouble = self._found.get(key)
        if trouble is None:
            return
        if trouble.gravity is Gravity.FAILED:
            self.take(key)
        if trouble.act is not None:
            trouble.act()

    def report(self, error: Exception, button: str, act: Callable[[], object] | None) -> None:
        """Note an error; one that says the same again takes the place of the first."""
        text = words(error)
        for key, one in list(self._found.items()):
            if one.gravity is Gravity.FAILED and one.text == text:
                del self._found[key]
        self.put(error, Trouble(text, Gravity.FAILED, button, act, can_dismiss=True))
