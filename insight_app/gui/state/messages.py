"""What is told to the person, whoever tells it: quiet lines and problems. Knows no widget."""

from collections.abc import Callable

from PySide6.QtCore import QObject, Signal


class Messages(QObject):
    """Signals that the window shows in their places."""

    line = Signal(str)
    """A remark that passes."""
    offered = Signal(str, str, object)
    """(text, link, act): what was done, and a link that calls act(), such as taking it back."""
    added = Signal(str, object)
    """(link, act): a second link beside what was offered last."""
    problem = Signal(object, str, object)
    """(error, button, act): to be told loudly, with a button ('': none) that calls act()."""
    withdrawn = Signal(object)
    """An error that was told and is over."""

    def say(self, text: str) -> None:
        """Tell a remark that passes."""
        self.line.emit(text)

    def offer(self, text: str, link: str, act: Callable[[], object]) -> None:
        """Tell what was done, with a link that calls act(), such as taking it back."""
        self.offered.emit(text, link, act)

    def also(self, link: str, act: Callable[[], object]) -> None:
        """Offer something else beside what was offered last."""
        self.added.emit(link, act)

    def report(
        self, error: Exception, button: str = "", act: Callable[[], object] | None = None
    ) -> None:
        """Tell an error loudly, with a button that mends it where something does."""
        self.problem.emit(error, button, act)

    def withdraw(self, error: Exception | None) -> None:
        """Say that an error is over: what failed is tried again."""
        if error is not None:
            self.withdrawn.emit(error)
