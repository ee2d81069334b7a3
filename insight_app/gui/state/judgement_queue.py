"""The queue between a key press and the disk: judgements are written one by one on one thread.

A judgement is pending until it is committed. One that cannot be written stays pending, with
everything after it, until it is tried again. Knows nothing of what a judgement means.
"""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from PySide6.QtCore import QEventLoop, QObject, QTimer, Signal

from insight_app.errors import KnownError
from insight_app.gui.state.jobs import Jobs

JUDGE, UNDO, REDO = "judge", "undo", "redo"


@dataclass(frozen=True)
class Write:
    """One thing to write: a judgement (acts and their text), an undo, or a redo."""

    kind: str
    acts: Sequence[Any] = ()
    text: str = ""
    rows: frozenset[int] = field(default_factory=frozenset)


@dataclass(frozen=True)
class Committed:
    """A write that is on the disk: what it changed, and the state afterwards."""

    write: Write
    changes: Any
    state: Any


class JudgementWriter(QObject):
    """Writes what is submitted, in order, on `thread` (a Jobs of one thread)."""

    committed = Signal(object)
    refused = Signal(object)
    """An undo or redo that does not hold any more: the error says why; nothing is pending."""
    failed = Signal(object)
    """A write failed: the error. It stays pending; see retry() and discard()."""
    pending_changed = Signal()
    settled = Signal()
    """Nothing is being written: all is on the disk, or the first of the queue failed."""

    def __init__(self, thread: Jobs, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._thread = thread
        self._queue: deque[Write] = deque()
        self._judgements: Any = None
        self._writing = False
        self.error: Exception | None = None

    def set_judgements(self, judgements: Any) -> None:
        """The log to write to; what was pending for another one must be settled before."""
        self._judgements = judgements
        self.error = None

    def submit(self, write: Write) -> None:
        self._queue.append(write)
        self.pending_changed.emit()
        self._next()

    @property
    def pending(self) -> int:
        return len(self._queue)

    def pending_rows(self) -> frozenset[int]:
        """Concepts with a judgement that is not on the disk yet."""
        return frozenset().union(*(write.rows for write in self._queue))

    def retry(self) -> None:
        """Try the write that failed again, then the rest."""
        self.error = None
        self._next()

    def discard(self) -> None:
        """Give up the write that failed and go on with the rest."""
        if self.error is not None and self._queue:
            self._queue.popleft()
            self.pending_changed.emit()
        self.retry()

    def drop_all(self) -> None:
        """Give up everything that is not written."""
        self._queue.clear()
        self.error = None
        self.pending_changed.emit()

    def settle(self, milliseconds: int = 10_000) -> bool:
        """Wait until everything is written; False if something is still pending."""
        if self._writing:
            loop = QEventLoop()
            self.settled.connect(loop.quit)
            QTimer.singleShot(milliseconds, loop.quit)
            loop.exec(QEventLoop.ProcessEventsFlag.ExcludeUserInputEvents)
        return not self._queue

    def _next(self) -> None:
        if self._writing or self.error is not None:
            return
        if not self._queue:
            self.settled.emit()
            return
        self._writing = True
        write = self._queue[0]
        self._thread.run(
            _perform, self._judgements, write, done=self._done, failed=self._write_failed
        )

    def _done(self, committed: Committed) -> None:
        self._writing = False
        self._queue.popleft()
        self.committed.emit(committed)
        self.pending_changed.emit()
        self._next()

    def _write_failed(self, error: Exception) -> None:
        self._writing = False
        if self._queue[0].kind != JUDGE and isinstance(error, KnownError):
            self._queue.popleft()
            self.refused.emit(error)
            self.pending_changed.emit()
            self._next()
            return
        self.error = error
        self.failed.emit(error)
        self.settled.emit()


def _perform(judgements: Any, write: Write) -> Committed:
    """Runs on the writer thread."""
    if write.kind == JUDGE:
        changes = judgements.judge(write.acts, write.text)
    elif write.kind == UNDO:
        changes = judgements.undo()
    else:
        changes = judgements.redo()
    return Committed(write, changes, judgements.state)
