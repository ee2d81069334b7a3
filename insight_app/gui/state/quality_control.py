"""Measuring the open project: reports that are kept, measuring anew, another report beside it.

The worker measures; the window reads what was kept. Knows no panel.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal

from insight_app.errors import Refusal, WorldError
from insight_app.gui.state.epochs import Scope
from insight_app.gui.state.jobs import Jobs
from insight_app.gui.state.messages import Messages
from insight_app.gui.state.projects import Projects
from insight_app.gui.state.replies import Message
from insight_app.gui.state.worker_client import Progress, WorkerClient
from insight_app.project.quality import store
from insight_app.project.quality.report import QualityReport, from_json

if TYPE_CHECKING:
    from insight_app.project.results.snapshot import Results


@dataclass(frozen=True)
class KeptReports:
    """What a project keeps: reports, the newest first; why the newest does not hold any more, ''
    if it does; why others cannot be read.
    """

    reports: tuple[QualityReport, ...]
    stale: str
    failed: tuple[WorldError, ...]


@dataclass(frozen=True)
class Beside:
    """Another report that the shown one is compared with, and whose it is, in words."""

    title: str
    report: QualityReport


class QualityControl(QObject):
    """report: the newest; older: those before it; beside: the one that it is compared with.

    stale: why the report does not hold for what is shown now; unkept: why it was not kept.
    """

    changed = Signal()

    def __init__(
        self,
        projects: Projects,
        worker: WorkerClient,
        jobs: Jobs,
        messages: Messages,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._projects, self._worker, self._jobs = projects, worker, jobs
        self._messages = messages
        self._read_in: int | None = None
        """The epoch in which the kept reports were asked for last."""
        self._request: int | None = None
        self.report: QualityReport | None = None
        self.older: tuple[QualityReport, ...] = ()
        self.beside: Beside | None = None
        self.stale = self.unkept = ""
        self.is_read = False
        self.progress: Progress | None = None
        self.error: Exception | None = None
        projects.opened.connect(self._forget)

    @property
    def is_measuring(self) -> bool:
        """Whether the worker is at it, or will be."""
        return self._request is not None

    def want(self) -> None:
        """Read what is kept, once for the results that are shown."""
        state = self._projects.state
        if state.path is None or self._read_in == state.epoch:
            return
        self._read_in = state.epoch
        self._jobs.run(
            partial(_read, state.path, state.results),
            done=self._show,
            failed=self._failed_to_read,
            key="quality reports",
        )

    def measure(self, device: str, masks: Path | None = None, classes: Path | None = None) -> None:
        """Measure anew; masks, classes: a folder of masks and the names of what is in them."""
        path = self._projects.state.path
        if path is None or self.is_measuring:
            return
        given = (("masks", masks), ("classes", classes))
        arguments: dict[str, Any] = {name: str(one) for name, one in given if one is not None}
        self.error, self.progress = None, None
        self._request = self._worker.request(
            "quality",
            scope=Scope.PROJECT,
            project=str(path),
            device=device,
            done=self._measured,
            failed=self._failed,
            stopped=self._stopped,
            progress=self._tell,
            **arguments,
        )
        self.changed.emit()

    def cancel(self) -> None:
        """Stop measuring; reports that are kept stay."""
        if self._request is not None:
            self._worker.cancel(self._request)

    # ---- beside another

    def compare_with(self, project: Path) -> None:
        """Show the newest report of another project beside this one's."""
        self.error = None
        self._jobs.run(
            partial(_newest_of, project), done=self.set_beside, failed=self._cannot_compare
        )

    def set_beside(self, beside: Beside | None) -> None:
        """Show another report beside this one, or none."""
        self.beside = beside
        self.changed.emit()

    # ---- answers

    def _show(self, kept: KeptReports) -> None:
        self.is_read = True
        self.stale = kept.stale
        if kept.reports and not self.unkept:
            self.report, *rest = kept.reports
            self.older = tuple(rest)
        if kept.failed and not kept.reports:
            self.error = kept.failed[0]
        self.changed.emit()

    def _measured(self, reply: Message) -> None:
        self._end()
        report = from_json(reply["report"])
        self.unkept = str(reply.get("why") or "")
        self.report, before = report, self.report
        self.older = (*((before,) if before is not None else ()), *self.older)
        self.stale, self._read_in = "", None
        self._messages.say(f"Quality measured on {report.photos:,} photos")
        self.want()
        self.changed.emit()

    def _failed(self, error: Exception) -> None:
        self._end()
        self.error = error
        self.changed.emit()

    def _failed_to_read(self, error: Exception) -> None:
        self.is_read, self.error = True, error
        self.changed.emit()

    def _cannot_compare(self, error: Exception) -> None:
        self.error = error
        self.changed.emit()

    def _stopped(self) -> None:
        self._end()
        self._messages.say("Measuring was cancelled; nothing was changed")
        self.changed.emit()

    def _tell(self, progress: Progress) -> None:
        self.progress = progress
        self.changed.emit()

    def _end(self) -> None:
        self._request = self.progress = None

    def _forget(self) -> None:
        self._end()
        self._read_in = self.report = self.beside = self.error = None
        self.older, self.stale, self.unkept, self.is_read = (), "", "", False
        self.changed.emit()


def _read(project: Path, results: "Results | None") -> KeptReports:
    """Read the kept reports; runs on the pool."""
    found, failed = store.reports(project)
    stale = ""
    if found and results is not None:
        stale = store.is_stale(found[0].report, store.basis_of(results))
    return KeptReports(_reports(found), stale, tuple(failed))


def _newest_of(project: Path) -> Beside:
    """Read the newest report of another project; runs on the pool."""
    found, failed = store.reports(project)
    if found:
        return Beside(project.name, found[0].report)
    if failed:
        raise failed[0]
    raise Refusal(
        "This project has no quality report yet.",
        where=str(project),
        do="Open it and measure it first.",
    )


def _reports(found: Sequence[store.StoredReport]) -> tuple[QualityReport, ...]:
    return tuple(each.report for each in found)
