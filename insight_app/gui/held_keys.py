"""Telling a key that is held from one that is pressed again, where Qt does not.

Under X a key that is held comes as releases and presses, each pair of one moment. Qt marks a pair
as a repeat only where it has both when it looks; in a busy window some pass as new presses, and a
held X would reject one concept after the other.
"""

from PySide6.QtCore import QEvent
from PySide6.QtGui import QKeyEvent


class HeldKeys:
    """Remembers when each key was let go."""

    def __init__(self) -> None:
        self._let_go: dict[int, int] = {}

    def is_missed_repeat(self, event: QKeyEvent) -> bool:
        """Return whether a press that is marked as new came in the moment of the last release.

        To be asked of every event of a key. Events that no system sent have no moment (0).
        """
        if event.type() == QEvent.Type.KeyRelease:
            self._let_go[event.key()] = event.timestamp()
            return False
        moment = event.timestamp()
        return not event.isAutoRepeat() and moment > 0 and self._let_go.get(event.key()) == moment
