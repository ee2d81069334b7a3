"""The status bar: counts, share reviewed, device, whether everything is saved, progress.

Reads the session; progress.py shows what runs.
"""

from PySide6.QtWidgets import QLabel, QStatusBar, QWidget

from insight_app.gui.session import Session
from insight_app.gui.window.progress import ProgressLine


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
