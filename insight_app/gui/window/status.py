"""The status bar: counts, share reviewed, device, whether everything is saved, progress.

Reads the session; asks the worker to pause or cancel.
"""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QProgressBar, QStatusBar, QToolButton, QWidget

from insight_app.gui import icons
from insight_app.gui.session import Session
from insight_app.gui.worker_client import Progress


class StatusBar(QStatusBar):
    """One line; the progress part is there only while something runs."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.session = session
        self.setSizeGripEnabled(False)
        self.setContentsMargins(8, 0, 8, 0)
        self.counts = QLabel(self)
        self.reviewed = QLabel(self)
        self.reviewed.setToolTip(
            "Activation of the concepts that were judged, over the activation of all concepts "
            "(sums over all cells)"
        )
        self.progress = ProgressLine(session, self)
        self.device = QLabel(self)
        self.saved = QLabel(self)
        for label in (self.counts, self.reviewed, self.device, self.saved):
            label.setContentsMargins(4, 0, 12, 0)
        self.addWidget(self.counts)
        self.addWidget(self.reviewed)
        self.addPermanentWidget(self.progress)
        self.addPermanentWidget(self.device)
        self.addPermanentWidget(self.saved)
        session.project_opened.connect(self.refresh)
        session.results_changed.connect(self.refresh)
        session.curation_changed.connect(lambda _rows, _structure: self.refresh())
        session.pending_changed.connect(self._show_saved)
        session.writer.failed.connect(lambda _error: self._show_saved())
        session.worker.device_known.connect(lambda _device: self.refresh())
        self.refresh()

    def refresh(self) -> None:
        session = self.session
        results, catalogue = session.results, session.catalogue
        self.counts.setText("")
        self.reviewed.setText("")
        self.device.setText(session.worker.device)
        if results is not None:
            self.counts.setText(f"{results.image_count:,} images, {results.F:,} concepts")
            encoder, _fingerprint = results.encoder
            words = (f"{encoder} encoder", session.worker.device)
            self.device.setText(", ".join(word for word in words if word))
        if catalogue is not None:
            judged = int((catalogue.status > 0).sum())
            share = 100 * catalogue.reviewed_share()
            self.reviewed.setText(f"Reviewed {share:.0f} % of activation ({judged:,} concepts)")
        self._show_saved()

    def _show_saved(self) -> None:
        session = self.session
        pending = session.writer.pending
        if session.project is None:
            text = ""
        elif session.writer.error is not None:
            text = f"{pending} judgement{'s' * (pending != 1)} NOT saved"
        elif pending:
            text = f"Saving {pending} judgement{'s' * (pending != 1)}"
        elif session.read_only:
            text = "Read-only"
        else:
            text = "All judgements saved"
        self.saved.setText(text)


class ProgressLine(QWidget):
    """A thin bar with what runs, the time left, and buttons to pause and cancel."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.session = session
        self._paused = False
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 8, 0)
        row.setSpacing(8)
        self.label = QLabel(self)
        self.bar = QProgressBar(self)
        self.bar.setTextVisible(False)
        self.bar.setFixedSize(160, 8)
        self.pause = self._button("Pause: what is done is kept", self._pause)
        self.cancel = self._button("Cancel: what is done is kept", self._cancel)
        for widget in (self.label, self.bar, self.pause, self.cancel):
            row.addWidget(widget, 0, Qt.AlignmentFlag.AlignVCenter)
        session.worker.progress.connect(self.show_progress)
        self.hide()

    def _button(self, tip: str, callback: object) -> QToolButton:
        button = QToolButton(self)
        button.setToolTip(tip)
        button.setAccessibleName(tip.split(":")[0])
        button.setAutoRaise(True)
        button.clicked.connect(callback)
        return button

    def show_progress(self, progress: Progress | None) -> None:
        self.setVisible(progress is not None)
        if progress is None:
            return
        self._paused = progress.paused
        self.cancel.setIcon(icons.icon("x", "dim"))
        self.pause.setIcon(icons.icon("play" if progress.paused else "pause", "dim"))
        tip = "Go on where it stopped" if progress.paused else "Pause: what is done is kept"
        self.pause.setToolTip(tip)
        self.bar.setRange(0, progress.total)
        self.bar.setValue(progress.done)
        parts = ["Paused" if progress.paused else progress.message or progress.what]
        if progress.total:
            parts.append(f"{progress.done:,} of {progress.total:,}")
        if progress.seconds_left is not None and not progress.paused:
            parts.append(f"{time_left(progress.seconds_left)} left")
        self.label.setText(", ".join(parts))

    def _pause(self) -> None:
        id = "analysis.resume" if self._paused else "analysis.pause"
        self.session.actions[id].trigger()

    def _cancel(self) -> None:
        self.session.cancel()


def time_left(seconds: float) -> str:
    """Roughly: 40 s, 3 min, 2 h 10 min."""
    if seconds < 90:
        return f"{max(1, round(seconds))} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 90 else f"{minutes // 60} h {minutes % 60} min"
