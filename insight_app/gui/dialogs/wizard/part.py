"""What all parts of the wizard's page are: a heading, the widgets under it, and one signal."""

from collections.abc import Callable

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QGridLayout, QVBoxLayout, QWidget

from insight_app.gui import theme
from insight_app.gui.state.epochs import Scope
from insight_app.gui.state.replies import Message
from insight_app.gui.state.worker_client import Progress, WorkerClient
from insight_app.gui.widgets import PlainLabel

WIDEST = "CLIP-DINOiser heads"
"""The longest of all labels."""


class Questions:
    """What a page asks of the worker; when it closes, the answers are not waited for."""

    def __init__(self, worker: WorkerClient) -> None:
        self._worker = worker
        self._asked: list[int] = []

    def ask(
        self,
        do: str,
        arguments: Message,
        done: Callable[[Message], object],
        failed: Callable[[Exception], object],
        progress: Callable[[Progress], object] | None = None,
    ) -> int:
        """Ask the worker, then call done(reply) or failed(error); return the question's number."""
        number = self._worker.request(
            do, scope=Scope.PROGRAM, done=done, failed=failed, progress=progress, **arguments
        )
        self._asked.append(number)
        return number

    def forget(self, number: int) -> None:
        """Wait for an answer no longer."""
        self._worker.forget(number)

    def forget_all(self) -> None:
        """Wait for no answer any longer."""
        for number in self._asked:
            self._worker.forget(number)


class Part(QWidget):
    """`changed` when a person gave another answer, `learned` when something was found out."""

    changed = Signal()
    learned = Signal()

    def __init__(self, title: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(0, 0, 0, 0)
        self.column.setSpacing(8)
        self.heading = PlainLabel(title, self)
        self.heading.setFont(theme.bold(self.font()))
        self.column.addWidget(self.heading)

    def add_grid(self) -> QGridLayout:
        """Add a grid: labels at the left, as wide in every part, answers at the right."""
        grid = QGridLayout()
        grid.setHorizontalSpacing(12)
        grid.setVerticalSpacing(8)
        grid.setColumnMinimumWidth(0, self.fontMetrics().horizontalAdvance(WIDEST))
        grid.setColumnStretch(1, 1)
        self.column.addLayout(grid)
        return grid
