"""The status bar: counts, share reviewed, device and its load, whether all is saved, progress.

Reads the session; progress.py shows what runs.
"""

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QStatusBar, QWidget

from insight_app.figures import counted, percent
from insight_app.gui import theme
from insight_app.gui.state.session import Session
from insight_app.gui.state.worker_client import Progress
from insight_app.gui.totals import totals
from insight_app.gui.widgets import ElidedLabel, PlainLabel
from insight_app.gui.window.progress import AnalysisProgress, memory_text, rate
from insight_app.gui.window.status_row import StatusRow
from insight_app.gui.window.unread import UnreadLink
from insight_app.gui.wording import tooltip

SAVED, MANY_NOT_SAVED = "All judgements saved", "999 judgements NOT saved"
NOTE_NOT_SAVED = "Note not yet saved"


class StatusBar(QStatusBar):
    """One line; its progress part is there only while something runs."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.session = session
        self.setSizeGripEnabled(False)
        self.setContentsMargins(8, 0, 8, 0)
        self.counts, self.reviewed = PlainLabel("", self), PlainLabel("", self)
        self.unread = UnreadLink(session, self)
        self.reviewed.setToolTip(
            "Activation of the concepts that were judged, over the activation of all concepts "
            "(sums over all cells)"
        )
        self.device, self.rate, self.memory = (
            PlainLabel("", self),
            PlainLabel("", self),
            PlainLabel("", self),
        )
        self.rate.setToolTip("Photos a second since this step of the analysis began")
        self.memory.setToolTip("Memory that the analysis process holds, its models included")
        self.progress = AnalysisProgress(session, self)
        self.saved = _Saved(self)
        for label in (self.counts, self.unread, self.reviewed, self.rate, self.memory):
            label.setFont(theme.tabular(label.font()))
        self.row = StatusRow(
            left=(self.counts, self.unread, self.reviewed),
            middle=(self.device, self.memory, self.rate),
            by_importance=(
                self.reviewed,
                self.unread,
                self.counts,
                self.rate,
                self.memory,
                self.device,
            ),
            work=self.progress,
            end=self.saved,
            parent=self,
        )
        self.addWidget(self.row, 1)
        session.projects.opened.connect(self.refresh)
        session.projects.results_changed.connect(self.refresh)
        session.curation.changed.connect(lambda _rows, _structure: self.refresh())
        session.queue.pending_changed.connect(self._show_saved)
        session.projects.freed.connect(self._show_saved)
        session.queue.failed.connect(lambda _error: self._show_saved())
        session.editors.unwritten_changed.connect(self._show_saved)
        session.worker.device_known.connect(lambda _device: self.refresh())
        session.worker.memory_known.connect(self._show_memory)
        session.analysis.progress.connect(self._show_rate)
        self.unread.changed.connect(self.row.arrange)
        self._show_rate(None)
        self._show_memory()
        self.refresh()

    def refresh(self) -> None:
        """Show the present counts, device, and whether all is saved."""
        session = self.session
        results, catalogue = session.state.results, session.state.catalogue
        self.counts.setText("")
        self.reviewed.setText("")
        if results is not None:
            found = totals(session.state)
            parts = [counted(results.image_count, "image"), found.text if found else ""]
            if results.uncoded_images:  # how many fire of a part says little, and takes room
                parts = [f"{results.coded_images:,} of {parts[0]} analyzed"]
            self.counts.setText(", ".join(part for part in parts if part))
            self.counts.setToolTip(found.explanation if found else "")
        self._show_device()
        if catalogue is not None and results is not None:
            judged = int(((catalogue.status > 0) & ~catalogue.is_merged).sum())
            share = percent(catalogue.reviewed_share())
            of = " of activation" if results.coded_images else ""
            self.reviewed.setText(f"Reviewed {share}{of} ({counted(judged, 'concept')})")
        self._show_saved()
        self.row.arrange()

    def _show_device(self) -> None:
        """Show the device, and the encoder unless the room is needed for what runs."""
        words = [self.session.worker.device]
        results = self.session.state.results
        if results is not None and self.progress.isHidden():
            words.insert(0, f"{results.encoder[0]} encoder")
        self.device.setText(", ".join(word for word in words if word))

    def _show_rate(self, progress: Progress | None) -> None:
        text = rate(progress) if progress is not None and not progress.paused else ""
        self.rate.setText(text)
        self._show_device()

    def _show_memory(self) -> None:
        self.memory.setText(memory_text(self.session.worker))

    def _show_saved(self) -> None:
        state, queue = self.session.state, self.session.queue
        pending = counted(queue.pending, "judgement")
        if state.project is None:
            text = ""
        elif queue.error is not None:
            text = f"{pending} NOT saved"
        elif queue.pending:
            text = f"Saving {pending}"
        elif state.project.damage is not None:
            text = "Read-only: the judgements are damaged"
        elif state.read_only:
            text = f"Read-only: {state.why_read_only}"
        elif self.session.editors.are_unwritten:
            text = NOTE_NOT_SAVED
        else:
            text = SAVED
        self.saved.setText(text)
        self.saved.setToolTip(tooltip(text))


class _Saved(ElidedLabel):
    """Whether all is saved: of the same width whatever it says, so that nothing beside it moves."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__("", parent, Qt.TextElideMode.ElideRight)
        self.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)

    def sizeHint(self) -> QSize:
        """Return room for the longest of what it says, and for why nothing can be judged."""
        metrics, size = self.fontMetrics(), super().sizeHint()
        longest = max(map(metrics.horizontalAdvance, (SAVED, MANY_NOT_SAVED, self.text())))
        return QSize(longest + 2, size.height())
