"""The one way to run something in the background of the window.

Owns the thread pool. A job is a plain function; what it returns arrives on the GUI thread. Jobs
read files and small arrays: anything heavier belongs to the worker process.
"""

from collections.abc import Callable, Hashable
from typing import Any

from PySide6.QtCore import QObject, QRunnable, Qt, QThreadPool, Signal

THREADS = 2
"""Decoding photos releases the interpreter, Python does not: more threads only make it stutter."""

BACKGROUND = -1
"""Priority of work that nobody waits for."""


class Job:
    """One piece of work; `dropped` once nobody wants its result any more."""

    __slots__ = ("args", "done", "dropped", "error", "failed", "function", "key", "result")

    def __init__(
        self,
        function: Callable[..., Any],
        args: tuple[Any, ...],
        done: Callable[[Any], None] | None,
        failed: Callable[[Exception], None] | None,
        key: Hashable,
    ) -> None:
        self.function, self.args, self.done, self.failed, self.key = (
            function,
            args,
            done,
            failed,
            key,
        )
        self.dropped = False
        self.result: Any = None
        self.error: Exception | None = None

    def drop(self) -> None:
        """Neither start it, if it has not, nor deliver its result."""
        self.dropped = True


class _Run(QRunnable):
    def __init__(self, job: Job, jobs: "Jobs") -> None:
        super().__init__()
        self._job, self._jobs = job, jobs

    def run(self) -> None:
        job = self._job
        if not job.dropped:
            try:
                job.result = job.function(*job.args)
            except Exception as error:  # delivered to `failed`, or shown as a bug
                job.error = error
        self._jobs._finished.emit(job)


class Jobs(QObject):
    """Runs functions on a small pool and hands their results to the GUI thread."""

    failed = Signal(object)
    """An error that its job did not take care of."""
    idle = Signal()
    """The last job was delivered."""
    _finished = Signal(object)

    def __init__(
        self, parent: QObject | None = None, threads: int = THREADS, keep_threads: bool = False
    ) -> None:
        super().__init__(parent)
        self._pool = QThreadPool(self)
        self._pool.setMaxThreadCount(threads)
        if keep_threads:  # a database connection may only be used by the thread that made it
            self._pool.setExpiryTimeout(-1)
        self._latest: dict[Hashable, Job] = {}
        self._running: set[Job] = set()
        self._closed = False
        self._finished.connect(self._deliver, Qt.ConnectionType.QueuedConnection)

    def run(
        self,
        function: Callable[..., Any],
        *args: Any,
        done: Callable[[Any], None] | None = None,
        failed: Callable[[Exception], None] | None = None,
        key: Hashable = None,
        priority: int = 0,
    ) -> Job:
        """Run function(*args) on the pool; done(result) or failed(error) on the GUI thread.

        A newer job with the same key drops the older one.
        """
        job = Job(function, args, done, failed, key)
        if self._closed:
            job.drop()
            return job
        if key is not None:
            if (older := self._latest.get(key)) is not None:
                older.drop()
            self._latest[key] = job
        self._running.add(job)
        self._pool.start(_Run(job, self), priority)
        return job

    @property
    def busy(self) -> int:
        """How many jobs are waiting, running, or not yet delivered."""
        return len(self._running)

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

    def _deliver(self, job: Job) -> None:
        self._running.discard(job)
        if job.key is not None and self._latest.get(job.key) is job:
            del self._latest[job.key]
        if not job.dropped and not self._closed:
            if job.error is None:
                if job.done is not None:
                    job.done(job.result)
            elif job.failed is not None:
                job.failed(job.error)
            else:
                self.failed.emit(job.error)
        if not self._running:
            self.idle.emit()
