"""What is told to the person, whoever tells it: quiet lines and problems. Knows no widget."""

from PySide6.QtCore import QObject, Signal


class Messages(QObject):
    """Signals that the window shows in their places."""

    line = Signal(str, bool)
    """(text, can undo): a quiet line."""
    problem = Signal(object)
    """An exception to be told loudly."""

    def say(self, text: str, can_undo: bool = False) -> None:
        """Tell a quiet line; with Undo beside it where that takes back what it says."""
        self.line.emit(text, can_undo)

    def report(self, error: Exception) -> None:
        """Tell an error loudly."""
        self.problem.emit(error)
