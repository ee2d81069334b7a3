"""Checking the open project, and repairing its results: what was found, in words.

The worker does both; the dialog may be closed meanwhile, which stops them. Judgements are never
changed here.
"""

from collections.abc import Mapping, Sequence

from PySide6.QtGui import QTextOption
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QPlainTextEdit,
    QProgressBar,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from insight_app.figures import counted
from insight_app.gui.state.replies import Message
from insight_app.gui.state.session import Session
from insight_app.gui.state.worker_client import Progress
from insight_app.gui.widgets import PlainLabel
from insight_app.gui.wording import words


class CheckDialog(QDialog):
    """Checks as soon as it is opened; offers a repair where one can help."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.session = session
        self.is_closing = False
        self.setWindowTitle("Check project")
        self.resize(680, 380)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 20, 24, 16)
        column.setSpacing(12)
        self.summary = PlainLabel("", self)
        self.summary.setWordWrap(True)
        column.addWidget(self.summary)
        self.bar = QProgressBar(self)
        self.bar.setAccessibleName("How far the check is")
        column.addWidget(self.bar)
        self.findings = QPlainTextEdit(self)
        self.findings.setReadOnly(True)
        self.findings.setAccessibleName("What was found")
        self.findings.setWordWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        column.addWidget(self.findings, 1)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close, self)
        self.repair = QPushButton("Repair", self)
        buttons.addButton(self.repair, QDialogButtonBox.ButtonRole.ActionRole)
        buttons.rejected.connect(self.reject)
        column.addWidget(buttons)
        self.repair.clicked.connect(self._repair)
        self.finished.connect(self._stop)
        session.analysis.progress.connect(self._show_progress)
        session.projects.opened.connect(self.reject)
        self._begin("check", "Every file of the project is read…")

    def _begin(self, do: str, text: str) -> None:
        self.summary.setText(text)
        self.findings.clear()
        self.repair.setEnabled(False)
        self.bar.setRange(0, 0)
        self.bar.show()
        self.session.analysis.change(do, done=self._show, failed=self._failed)

    def _repair(self) -> None:
        self._begin("repair", "What can be made again is made again; judgements stay as they are…")

    def _stop(self) -> None:
        self.is_closing = True
        if not self.bar.isHidden():
            self.session.analysis.stop()

    # ---- what came of it

    def _show_progress(self, progress: Progress | None) -> None:
        if self.bar.isHidden() or self.is_closing:
            return
        if progress is None:
            self._end("Stopped; nothing more was looked at.", [])
        elif progress.total:
            self.bar.setRange(0, progress.total)
            self.bar.setValue(progress.done)

    def _show(self, reply: Message) -> None:
        if self.is_closing:
            return
        found: Sequence[Mapping[str, object]] = reply["findings"]
        damaged = sum(1 for one in found if one["is_damage"])
        done = [str(text) for text in reply["done"]]
        if damaged:
            summary = f"{counted(damaged, 'damaged part')} found."
        else:
            summary = "Everything is in order." if not done else "Repaired. What was done:"
        self._end(summary, [*done, *(str(one["text"]) for one in found)])
        can_write = not self.session.state.read_only
        is_new = not reply["done"]
        self.repair.setEnabled(can_write and is_new and any(one["is_ours"] for one in found))

    def _failed(self, error: Exception) -> None:
        if not self.is_closing:
            self._end("The project could not be checked to its end.", [words(error)])

    def _end(self, summary: str, lines: Sequence[str]) -> None:
        self.bar.hide()
        self.summary.setText(summary)
        self.findings.setPlainText("\n\n".join(lines))
