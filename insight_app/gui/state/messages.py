"""What is told to the person, whoever tells it: quiet lines and problems. Knows no widget."""

from collections.abc import Callable

from PySide6.QtCore import QObject, Signal


class Messages(QObject):
    """Signals that the window shows in their places."""

    line = Signal(str)
    """A remark that passes."""
    offered = Signal(str, str, object)
    """(text, link, act): what was done, and a link that calls act(), such as taking it back."""
    problem = Signal(object)
    """An exception to be told loudly."""

    def say(self, text: str) -> None:
        """Tell a remark that passes."""
        self.line.emit(text)

    def offer(self, text: str, link: str, act: Callable[[], object]) -> None:
        """Tell what was done, with a link that calls act(), such as taking it back."""
        self.offered.emit(text, link, act)

    def report(self, error: Exception) -> None:
        """Tell an error loudly."""
        self.problem.emit(error)
