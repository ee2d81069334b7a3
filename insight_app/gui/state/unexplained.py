"""What no concept explains in the open project: asked of the worker when somebody wants to see it.

One per session, for the thumbnails and the panel of the worst cells. Older findings stay until the
newer are there; those of another project are gone at once. Knows no panel.
"""

from functools import partial

from PySide6.QtCore import QObject, Signal

from insight_app.concepts.quality.unexplained import Unexplained
from insight_app.gui.state.epochs import Scope
from insight_app.gui.state.jobs import Jobs
from insight_app.gui.state.projects import Projects
from insight_app.gui.state.replies import Message, take_arrays
from insight_app.gui.state.worker_client import Progress, WorkerClient


class UnexplainedFindings(QObject):
    """found: of the results that are shown, or of those before while newer ones are looked at.

    orders_photos: whether photos are listed the least explained first.
    """

    changed = Signal()
    """There are other findings, or looking for them began, went on, ended or failed."""

    def __init__(
        self, projects: Projects, worker: WorkerClient, jobs: Jobs, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._projects, self._worker, self._jobs = projects, worker, jobs
        self._request: int | None = None
        self._asked_in: int | None = None
        """The epoch in which it was asked last."""
        self.found: Unexplained | None = None
        self.progress: Progress | None = None
        self.error: Exception | None = None
        self.orders_photos = False
        projects.opened.connect(self._forget)

    @property
    def is_looking(self) -> bool:
        """Whether the worker is at it, or will be."""
        return self._request is not None

    @property
    def is_known(self) -> bool:
        """Whether the findings are of the results that are shown, or the newest try has ended."""
        return self._asked_in == self._projects.state.epoch and not self.is_looking

    def want(self) -> None:
        """Look at the results that are shown, once."""
        state = self._projects.state
        results = state.results
        if results is None or not results.coded_images or self._asked_in == state.epoch:
            return
        self.look_again()

    def look_again(self) -> None:
        """Look, whether or not it was done before."""
        state = self._projects.state
        if state.path is None or state.results is None:
            return
        self._asked_in, self.error, self.progress = state.epoch, None, None
        self._request = self._worker.request(
            "unexplained",
            scope=Scope.RESULTS,
            project=str(state.path),
            done=self._read,
            failed=self._failed,
            stopped=self._ended,
            progress=self._tell,
        )
        self.changed.emit()

    def toggle_order(self) -> None:
        """List photos the least explained first, or in their usual order again."""
        self.orders_photos = not self.orders_photos
        self.changed.emit()

    def cancel(self) -> None:
        """Stop looking."""
        if self._request is not None:
            self._worker.cancel(self._request)

    def _read(self, reply: Message) -> None:
        self._jobs.run(
            partial(_unpack, reply), done=self._keep, failed=self._failed, key="unexplained"
        )

    def _keep(self, found: Unexplained) -> None:
        self.found = found
        self._ended()

    def _failed(self, error: Exception) -> None:
        self.error = error
        self._ended()

    def _ended(self) -> None:
        self._request = self.progress = None
        self.changed.emit()

    def _tell(self, progress: Progress) -> None:
        self.progress = progress
        self.changed.emit()

    def _forget(self) -> None:
        self.orders_photos = False
        self.found = self.error = self.progress = self._request = self._asked_in = None
        self.changed.emit()


def _unpack(reply: Message) -> Unexplained:
    """Read the worker's answer; runs on the pool."""
    return Unexplained.from_arrays(take_arrays(reply))
