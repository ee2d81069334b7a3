"""What is told to the person, whoever tells it: quiet lines and problems. Knows no widget."""

from collections.abc import Callable

from PySide6.QtCore import QObject, Signal


class Messages(QObject):
    """Signals that the window shows in their places."""

    line = Signal(str, bool)
    """(text, can undo): a quiet line."""
    offered = Signal(str, str, object)
    """(text, link, act): a quiet line with something to do about it: act() when it is clicked."""
    problem = Signal(object)
    """An exception to be told loudly."""

    def say(self, text: str, can_undo: bool = False) -> None:
        """Tell a quiet line; with Undo beside it where that takes back what it says."""
        self.line.emit(text, can_undo)

    def offer(self, text: str, link: str, act: Callable[[], object]) -> None:
        """Tell a quiet line with a link that does something, such as taking back what it says."""
        self.offered.emit(text, link, act)

    def report(self, error: Exception) -> None:
        """Tell an error loudly."""
        self.problem.emit(error)
