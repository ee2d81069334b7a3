"""The one way to run something in the background of the window.

Owns the thread pool. A job is a plain function; what it returns arrives on the GUI thread, unless
its epoch is over by then. Jobs read files and small arrays: anything heavier belongs to the worker
process.
"""

from collections import deque
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

from PySide6.QtCore import QObject, QRunnable, Qt, QThreadPool, Signal

from insight_app.gui.state.epochs import Epoch, Epochs, Scope

T = TypeVar("T")

THREADS = 2
"""Decoding photos releases the interpreter, Python does not: more threads only make it stutter."""

BACKGROUND = -1
"""Priority of work that nobody waits for."""


class Job(Generic[T]):
    """One piece of work; `dropped` once nobody wants its result any more."""

    __slots__ = ("_act", "_done", "_failed", "dropped", "epoch", "error", "key", "result")

    def __init__(
        self,
        act: Callable[[], T],
        done: Callable[[T], object] | None,
        failed: Callable[[Exception], object] | None,
        key: Hashable,
        epoch: Epoch,
    ) -> None:
        self._act: Callable[[], T] | None = act
        self._done, self._failed = done, failed
        self.key, self.epoch = key, epoch
        self.dropped = False
        self.result: T | None = None
        self.error: Exception | None = None

    def drop(self) -> None:
        """Do not start it, if it has not started, and do not deliver its result."""
        self.dropped = True

    def perform(self) -> None:
        """Run it on the present thread."""
        act, self._act = self._act, None
        if act is not None and not self.dropped:
            try:
                self.result = act()
            except Exception as error:  # delivered to `failed`, or shown as a bug
                self.error = error

    def deliver(self) -> Exception | None:
        """Call `done` or `failed`; return an error that nobody took care of."""
        if self.error is None:
            if self._done is not None:
                self._done(self.result)  # type: ignore[arg-type]
            return None
        if self._failed is None:
            return self.error
        self._failed(self.error)
        return None

    def release(self) -> None:
        """Forget function, callbacks and result: a finished job keeps nothing alive."""
        self._act = self._done = self._failed = None
        self.result = self.error = None


class _Run(QRunnable):
    def __init__(self, job: "Job[object]", jobs: "Jobs") -> None:
        super().__init__()
        self._job: Job[object] | None = job
        self._jobs: Jobs | None = jobs

    def run(self) -> None:
        # Qt deletes the runnable; its Python part may live on and must hold nothing.
        job, jobs = self._job, self._jobs
        self._job = self._jobs = None
        assert job is not None and jobs is not None
        job.perform()
        jobs._finish(job)


class Jobs(QObject):
    """Runs functions on a small pool and hands their results to the GUI thread."""

    failed = Signal(object)
    """An error that its job did not take care of."""
    idle = Signal()
    """The last job was delivered."""
    _woken = Signal()

    def __init__(
        self,
        epochs: Epochs,
        parent: QObject | None = None,
        threads: int = THREADS,
        keep_threads: bool = False,
    ) -> None:
        super().__init__(parent)
        self._epochs = epochs
        self._pool = QThreadPool(self)
        self._pool.setMaxThreadCount(threads)
        if keep_threads:  # a database connection may only be used by the thread that made it
            self._pool.setExpiryTimeout(-1)
        self._latest: dict[Hashable, Job[object]] = {}
        self._running: set[Job[object]] = set()
        self._finished: deque[Job[object]] = deque()
        self._closed = False
        self._woken.connect(self._deliver, Qt.ConnectionType.QueuedConnection)

    def run(
        self,
        act: Callable[[], T],
        *,
        done: Callable[[T], object] | None = None,
        failed: Callable[[Exception], object] | None = None,
        key: Hashable = None,
        priority: int = 0,
        scope: Scope = Scope.RESULTS,
    ) -> None:
        """Run act() on the pool; then done(result) or failed(error) on the GUI thread.

        A newer job with the same key drops the older one. What ends before the job's scope does
        is delivered, what comes later is not.
        """
        if self._closed:
            return
        job: Job[object] = Job(act, done, failed, key, self._epochs.now(scope))  # type: ignore[arg-type]
        if key is not None:
            if (older := self._latest.get(key)) is not None:
                older.drop()
            self._latest[key] = job
        self._running.add(job)
        self._pool.start(_Run(job, self), priority)

    @property
    def busy(self) -> int:
        """How many jobs are waiting, running, or not yet delivered."""
        return len(self._running)

    def drop_over(self) -> None:
        """Drop the jobs whose epoch is over: those that wait need not be started."""
        for job in self._running:
            if self._epochs.is_over(job.epoch):
                job.drop()

    def wait(self) -> None:
        """Block until everything that was started has run; results arrive later."""
        self._pool.waitForDone()

    def close(self) -> None:
        """Drop everything and wait for the threads to end."""
        self._closed = True
        for job in self._running:
            job.drop()
        self._pool.clear()
        self._pool.waitForDone()

    def _finish(self, job: Job[object]) -> None:
        """Hand a job over to the GUI thread; called by the pool."""
        self._finished.append(job)
        self._woken.emit()

    def _deliver(self) -> None:
        job = self._finished.popleft()
        self._running.discard(job)
        if job.key is not None and self._latest.get(job.key) is job:
            del self._latest[job.key]
        try:
            if not (job.dropped or self._closed or self._epochs.is_over(job.epoch)):
                error = job.deliver()
                if error is not None:
                    self.failed.emit(error)
        finally:
            job.release()
        if not self._running:
            self.idle.emit()
