"""The queue between a key press and the disk: judgements are written one by one on one thread.

A judgement is pending until it is committed. One that cannot be written stays pending, with
everything after it, until it is tried again. Knows nothing of what a judgement means.
"""

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from PySide6.QtCore import QEventLoop, QObject, QTimer, Signal

from insight_app.errors import KnownError, Refusal
from insight_app.gui.state.epochs import Scope
from insight_app.gui.state.jobs import Jobs

if TYPE_CHECKING:
    from insight_app.project.judgements import Act, Changes, CurationState
    from insight_app.project.judgements.acts import Value
    from insight_app.project.judgements.store import Judgements


class WriteKind(Enum):
    """What is written."""

    JUDGE = "judge"
    UNDO = "undo"
    UNDO_BEFORE = "undo before"
    """Leave the newest act, which cannot be undone, and undo the one before it."""
    REDO = "redo"
    TAKE_BACK = "take back"
    REPLAY = "replay"


ActsThen: TypeAlias = "Callable[[CurationState], Sequence[Act]]"
"""Acts on what has been judged by the time that they are written."""


@dataclass(frozen=True)
class Write:
    """One thing to write: a judgement (acts and their text), an undo, or a redo.

    unchanged: the text of a judgement that changes nothing, where it is another one.  group: the
    act that is taken back.  path: of the history that is replayed.
    """

    kind: WriteKind
    acts: "Sequence[Act] | ActsThen" = ()
    text: str = ""
    unchanged: str = ""
    group: str = ""
    path: Path | None = None


@dataclass(frozen=True)
class Committed:
    """A write that is on the disk: what it changed, and the state afterwards."""

    write: Write
    changes: "Changes"
    state: "CurationState"


class JudgementQueue(QObject):
    """Writes what is submitted, in order, on `thread` (a Jobs of one thread)."""

    committed = Signal(object)
    """A Committed."""
    refused = Signal(object, object)
    """A Write that does not hold any more, and the error that says why; nothing is pending."""
    failed = Signal(object)
    """A write failed: the error. It stays pending; see retry()."""
    pending_changed = Signal()
    settled = Signal()
    """Nothing is being written: all is on the disk, or the first of the queue failed."""

    def __init__(self, thread: Jobs, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._thread = thread
        self._queue: deque[Write] = deque()
        self._judgements: Judgements | None = None
        self._writing = False
        self.error: Exception | None = None

    def set_judgements(self, judgements: "Judgements | None") -> None:
        """Write to this log; what was pending for another one must be settled before."""
        self._judgements = judgements
        self.error = None

    def submit(self, write: Write) -> None:
        """Queue a write; it is pending from now on."""
        self._queue.append(write)
        self.pending_changed.emit()
        self._next()

    @property
    def pending(self) -> int:
        """How many writes are not on the disk yet."""
        return len(self._queue)

    def said(self, target: str, name: str) -> "Value":
        """Return what a field is given by what is pending, None if nothing is or an undo decides.

        '' where it is taken away.
        """
        for write in reversed(self._queue):
            if write.kind is not WriteKind.JUDGE:
                return None
            for act in () if callable(write.acts) else reversed(write.acts):
                if act.target == target and name in act.after:
                    return act.after[name] or ""
        return None

    @property
    def waiting(self) -> tuple[Write, ...]:
        """Those writes, the next one first."""
        return tuple(self._queue)

    def retry(self) -> None:
        """Try the write that failed again, then the rest."""
        self.error = None
        self.pending_changed.emit()
        self._next()

    def drop_all(self) -> None:
        """Give up everything that is not written."""
        self._queue.clear()
        self.error = None
        self.pending_changed.emit()

    def settle(self, milliseconds: int = 10_000) -> bool:
        """Wait until everything is written, a failed write tried once more.

        Return whether nothing is pending.
        """
        if self.error is not None:
            self.retry()
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
        assert self._judgements is not None
        self._writing = True
        # Whatever else happens to the window, the queue hears how its write ended.
        self._thread.run(
            partial(_perform, self._judgements, self._queue[0]),
            done=self._written,
            failed=self._write_failed,
            scope=Scope.PROGRAM,
        )

    def _written(self, committed: Committed) -> None:
        self._writing = False
        self._queue.popleft()
        self.committed.emit(committed)
        self.pending_changed.emit()
        self._next()

    def _write_failed(self, error: Exception) -> None:
        self._writing = False
        write = self._queue[0]
        kind = write.kind
        is_over = isinstance(error, Refusal) and kind is not WriteKind.JUDGE
        if is_over or (isinstance(error, KnownError) and kind is WriteKind.REPLAY):
            self._queue.popleft()
            self.refused.emit(write, error)
            self.pending_changed.emit()
            self._next()
            return
        self.error = error
        self.failed.emit(error)
        self.pending_changed.emit()
        self.settled.emit()


def _perform(judgements: "Judgements", write: Write) -> Committed:
    """Write to the log; runs on the project's thread."""
    if write.kind is WriteKind.JUDGE:
        acts = write.acts(judgements.state) if callable(write.acts) else write.acts
        changes = judgements.judge(acts, write.text)
    elif write.kind is WriteKind.UNDO:
        changes = judgements.undo()
    elif write.kind is WriteKind.UNDO_BEFORE:
        changes = judgements.undo(passes_over=True)
    elif write.kind is WriteKind.TAKE_BACK:
        changes = judgements.take_back(write.group)
    elif write.path is not None:
        changes = judgements.import_log(write.path)
    else:
        changes = judgements.redo()
    return Committed(write, changes, judgements.state)
