"""The progress line of the status bar, and the details it opens to.

Shows what the worker tells; asks it to pause or cancel through the actions and the session.
"""

from collections.abc import Callable, Sequence

from PySide6.QtCore import QPoint, QSize, Qt, Signal
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import (
    QFormLayout,
    QFrame,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QSizePolicy,
    QToolButton,
    QWidget,
)

from insight_app.figures import figure
from insight_app.gui import icons, theme
from insight_app.gui.state.session import Session
from insight_app.gui.state.worker_client import Progress, WorkerClient
from insight_app.gui.widgets import ElidedLabel, PlainLabel, dim_label
from insight_app.gui.window.learning_curve import LearningCurve
from insight_app.gui.wording import size_text, time_left, tooltip

MOST_TIME = time_left(11 * 3600 + 40 * 60)


class AnalysisProgress(QWidget):
    """A thin bar with what runs, the time left, and buttons to pause and cancel."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.session = session
        self.progress: Progress | None = None
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        self.label = _Words(self)
        self.bar = QProgressBar(self)
        self.bar.setTextVisible(False)
        self.bar.setFixedSize(120, 8)
        self.more = self._button("Details", self.show_details)
        self.pause = self._button("Pause: what is done is kept", self._pause)
        self.cancel = self._button("Cancel: what is done is kept", self._cancel)
        row.addWidget(self.label, 1)
        for widget in (self.bar, self.more, self.pause, self.cancel):
            row.addWidget(widget, 0, Qt.AlignmentFlag.AlignVCenter)
        self.details = ProgressDetails(session, self)
        self.details.stop.connect(self._cancel)
        self.details.rest.connect(self._pause)
        session.analysis.progress.connect(self.show_progress)
        self.hide()

    def _button(self, tip: str, callback: Callable[[], object]) -> QToolButton:
        button = QToolButton(self)
        button.setToolTip(tip)
        button.setAccessibleName(tip.split(":")[0])
        button.setAutoRaise(True)
        button.clicked.connect(lambda _checked: callback())
        return button

    def show_progress(self, progress: Progress | None) -> None:
        """Show how far it is; None: nothing runs any more."""
        self.progress = progress
        self.setVisible(progress is not None)
        if progress is None:
            self.details.hide()
            return
        self.more.setIcon(icons.icon("info", "dim"))
        self.cancel.setIcon(icons.icon("x", "dim"))
        self.pause.setIcon(icons.icon("play" if progress.paused else "pause", "dim"))
        tip = "Go on where it stopped" if progress.paused else "Pause: what is done is kept"
        self.pause.setToolTip(tip)
        self.bar.setRange(0, progress.total)
        self.bar.setValue(progress.done)
        parts = [stage(progress)]
        if progress.total:
            parts.append(f"{progress.done:,} of {progress.total:,}")
        if progress.seconds_left is not None and not progress.paused:
            parts.append(f"{time_left(progress.seconds_left)} left")
        self.label.set_words(", ".join(parts), longest(progress))
        if self.details.isVisible():
            self.details.show_progress(progress)

    def show_details(self) -> None:
        """Open the details above the line."""
        if self.progress is not None:
            self.details.show_progress(self.progress)
            self.details.open_over(self)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Open the details when the line is clicked."""
        if event.button() == Qt.MouseButton.LeftButton:
            self.show_details()

    def _pause(self) -> None:
        is_paused = self.progress is not None and self.progress.paused
        self.session.actions["analysis.resume" if is_paused else "analysis.pause"].trigger()

    def _cancel(self) -> None:
        self.session.analysis.cancel()


class _Words(ElidedLabel):
    """What runs and how far it is; as wide as the longest of what is said of this step."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__("", parent, Qt.TextElideMode.ElideRight)
        self._longest = ""
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)
        self.setFont(theme.tabular(self.font()))
        self.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)

    def set_words(self, text: str, longest: str) -> None:
        """Show other words."""
        self._longest = longest
        self.setText(text)
        self.setToolTip(tooltip(text))

    def sizeHint(self) -> QSize:
        """Return room for the longest."""
        width = self.fontMetrics().horizontalAdvance(self._longest)
        return QSize(width + 2, super().sizeHint().height())


class ProgressDetails(QFrame):
    """What runs, how far, how fast, how long, and what went wrong; a click beside closes it."""

    stop = Signal()
    rest = Signal()

    def __init__(self, session: Session, parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self.session = session
        self.setAccessibleName("Progress in detail")
        self.setProperty("popup", True)
        form = QFormLayout(self)
        form.setContentsMargins(16, 12, 16, 12)
        form.setHorizontalSpacing(16)
        self.values: dict[str, QLabel] = {}
        for name in ("Now", "Done", "Speed", "Time left", "Device", "Problems"):
            value = PlainLabel("", self)
            value.setFont(theme.tabular(value.font()))
            value.setMinimumWidth(180)
            self.values[name] = value
            form.addRow(dim_label(name, self), value)
        self.curve = LearningCurve(self)
        form.addRow(dim_label("Explained", self), self.curve)
        self._form = form
        session.analysis.looked.connect(self._show_curve)
        self.pause = QPushButton("Pause", self)
        self.cancel = QPushButton("Cancel", self)
        self.problems = QPushButton("Show problems", self)
        row = QHBoxLayout()
        row.setContentsMargins(0, 8, 0, 0)
        row.setSpacing(8)
        for button, callback in (
            (self.pause, self.rest.emit),
            (self.cancel, self.stop.emit),
            (self.problems, session.actions["analysis.problems"].trigger),
        ):
            button.clicked.connect(self.hide)
            button.clicked.connect(callback)
            row.addWidget(button)
        form.addRow(row)

    def show_progress(self, progress: Progress) -> None:
        """Show how far it is, in words."""
        self._show_curve()
        left = progress.seconds_left
        done = f"{progress.done:,} of {progress.total:,}" if progress.total else "not known yet"
        speed = rate(progress) or "not known yet"
        self.values["Now"].setText(stage(progress))
        self.values["Done"].setText(done)
        self.values["Speed"].setText("paused" if progress.paused else speed)
        self.values["Time left"].setText(
            time_left(left) if left is not None and not progress.paused else "not known yet"
        )
        worker = self.session.worker
        parts = (worker.device, memory_text(worker))
        self.values["Device"].setText(", ".join(filter(None, parts)) or "not known yet")
        self.pause.setText("Go on" if progress.paused else "Pause")
        results = self.session.state.results
        if results is None:
            self._count_problems([])
        else:
            self.session.jobs.run(
                results.problems, done=self._count_problems, key="progress_problems", priority=-1
            )

    def _show_curve(self) -> None:
        """Show how the dictionary gets on that is being learned; nothing where none is."""
        curve = self.session.analysis.curve
        self.curve.show_curve(curve)
        is_new = self._form.isRowVisible(self.curve) != bool(curve)
        self._form.setRowVisible(self.curve, bool(curve))
        if is_new and self.isVisible():
            self.adjustSize()

    def _count_problems(self, problems: Sequence[object]) -> None:
        self.values["Problems"].setText(f"{len(problems):,}" if problems else "none so far")

    def open_over(self, line: QWidget) -> None:
        """Show it with its lower right corner over the line's upper right one."""
        self.adjustSize()
        corner = line.mapToGlobal(QPoint(line.width(), 0))
        self.move(corner - QPoint(self.width(), self.height() + 4))
        self.show()


def stage(progress: Progress) -> str:
    """Return what is being done now, in words."""
    return "Paused" if progress.paused else progress.message or progress.what


def memory_text(worker: WorkerClient) -> str:
    """Return the memory that the worker holds, and that on the device; '' before it is known."""
    parts = [size_text(worker.memory)] if worker.memory else []
    if worker.device_memory:
        parts.append(f"{size_text(worker.device_memory)} on the device")
    return ", ".join(parts)


def longest(progress: Progress) -> str:
    """Return the longest that is said of this step, so that it has its room from the start."""
    what, total = progress.message or progress.what, progress.total
    return f"{what}, {total:,} of {total:,}, {MOST_TIME} left" if total else what


def rate(progress: Progress) -> str:
    """Return how fast it goes: "8.31 photos/s"; '' where that is not known yet."""
    unit = "photos/s" if "photo" in progress.message.lower() else "steps/s"
    return f"{figure(progress.rate)} {unit}" if progress.rate else ""
