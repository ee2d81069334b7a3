"""The window's end of the worker process: starts it, talks to it, starts it again when it dies.

Speaks the worker's protocol (JSON lines, see insight_app/worker). An answer whose epoch is over is
dropped here, and so is an error of a request that nobody waits for. Knows nothing of what the work
is; everything that needs no encoder goes on while there is no worker.
"""

import json
import sys
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, QProcess, QTimer, Signal

from insight_app.errors import KnownError, WorldError
from insight_app.gui.state.epochs import Epoch, Epochs, Scope
from insight_app.gui.state.replies import Message, error_of

CRASHES_ALLOWED = 3
CRASH_SPAN = 60.0
"""So many ends in so many seconds and the worker is not started again."""
STOP_MILLISECONDS = 3000
ONLY_LOOK = frozenset(
    ("encoders", "inspect", "check_encoder", "encode", "embed", "device", "unexplained", "occlude")
)
"""Requests that write nothing: the worker need not be waited for because of them."""


@dataclass(frozen=True)
class Progress:
    """How far long work is; total 0 = not known yet. rate: photos (or steps) a second."""

    request: int
    what: str
    done: int
    total: int
    message: str
    seconds_left: float | None
    paused: bool = False
    rate: float | None = None


@dataclass
class Request:
    """Something the worker was asked to do, and who waits for the answer."""

    id: int
    message: Message
    epoch: Epoch
    done: Callable[[Message], object] | None
    failed: Callable[[Exception], object] | None
    stopped: Callable[[], object] | None
    progress: Callable[[Progress], object] | None
    told: Callable[[Message], object] | None
    is_cancelled: bool = False


class WorkerClient(QObject):
    """One resident worker; `published(project path)` when it has put out new results."""

    published = Signal(str)
    device_known = Signal(str)
    memory_known = Signal()
    """`memory` is newer; so may `device_memory` be."""
    notice = Signal(str)
    """Something that a person should know, once."""
    failed = Signal(object)
    """An error that its request did not take care of, or the worker's own end."""

    def __init__(self, epochs: Epochs, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._epochs = epochs
        self._process: QProcess | None = None
        self._requests: dict[int, Request] = {}
        self._next_id = 1
        self._buffer = b""
        self._errors: deque[str] = deque(maxlen=40)
        self._crashes: deque[float] = deque(maxlen=CRASHES_ALLOWED)
        self._stopping = False
        self._noticed: set[str] = set()
        self.device = ""
        self.memory = self.device_memory = 0
        """Bytes that the worker holds: of the machine's memory, and of its graphics card's."""
        self.command = [sys.executable, "-m", "insight_app.worker"]

    # ---- the process

    def start(self) -> None:
        """Start the worker in the background, if it does not run."""
        if self._process is not None or self._stopping:
            return
        process = QProcess(self)
        process.setProgram(self.command[0])
        process.setArguments(self.command[1:])
        process.readyReadStandardOutput.connect(self._read)
        process.readyReadStandardError.connect(self._read_errors)
        process.finished.connect(self._ended)
        process.errorOccurred.connect(self._start_failed)
        self._process = process
        process.start()

    @property
    def is_running(self) -> bool:
        """Whether there is a process that works or waits for work."""
        return (
            self._process is not None and self._process.state() != QProcess.ProcessState.NotRunning
        )

    @property
    def process_id(self) -> int:
        """The process's number, 0 while there is none."""
        return 0 if self._process is None else int(self._process.processId())

    def stop(self) -> None:
        """End the worker: close its input, wait while it has work to put away, then kill it."""
        self._stopping = True
        process, self._process = self._process, None
        if process is None:
            return
        process.finished.disconnect(self._ended)
        process.errorOccurred.disconnect(self._start_failed)
        process.closeWriteChannel()
        has_work = any(r.message["do"] not in ONLY_LOOK for r in self._requests.values())
        if not has_work or not process.waitForFinished(STOP_MILLISECONDS):
            process.kill()
            process.waitForFinished(STOP_MILLISECONDS)

    # ---- asking

    def request(
        self,
        do: str,
        *,
        scope: Scope,
        done: Callable[[Message], object] | None = None,
        failed: Callable[[Exception], object] | None = None,
        stopped: Callable[[], object] | None = None,
        progress: Callable[[Progress], object] | None = None,
        told: Callable[[Message], object] | None = None,
        **arguments: Any,
    ) -> int:
        """Ask the worker to do something; return the request's number.

        done: gets the answer.  stopped: called when it ended because it was cancelled.  told: gets
        what else the worker says of it on the way.  None of them is called once the scope is over.
        """
        number = self._fresh_id()
        message = {"id": number, "do": do, **arguments}
        epoch = self._epochs.now(scope)
        self._requests[number] = Request(
            number, message, epoch, done, failed, stopped, progress, told
        )
        self.start()
        self._send(message)
        return number

    def cancel(self, number: int) -> None:
        """Stop a request; what it wrote stays, and it can be resumed."""
        request = self._requests.get(number)
        if request is not None and not request.is_cancelled:
            request.is_cancelled = True
            self._send({"id": self._fresh_id(), "do": "cancel", "request": number})

    def forget(self, number: int) -> None:
        """Stop a request whose answer nobody waits for any more."""
        self.cancel(number)
        request = self._requests.get(number)
        if request is not None:
            request.done = request.stopped = request.progress = request.told = None
            request.failed = _say_nothing

    def cancel_over(self) -> None:
        """Stop every request whose epoch is over."""
        for request in list(self._requests.values()):
            if self._epochs.is_over(request.epoch):
                self.cancel(request.id)

    @property
    def busy(self) -> list[Request]:
        """What was asked and not answered yet."""
        return list(self._requests.values())

    def _fresh_id(self) -> int:
        self._next_id += 1
        return self._next_id - 1

    def _send(self, message: Message) -> None:
        if self._process is not None:
            self._process.write(json.dumps(message).encode() + b"\n")

    # ---- hearing

    def _read(self) -> None:
        if self._process is None:
            return
        self._buffer += bytes(self._process.readAllStandardOutput().data())
        *lines, self._buffer = self._buffer.split(b"\n")
        for line in lines:
            try:
                message = json.loads(line)
            except ValueError:
                self._errors.append(line.decode(errors="replace"))
                continue
            self._hear(message)

    def _hear(self, message: Message) -> None:
        kind = message.get("kind")
        if kind == "device":
            self.device = str(message["device"])
            self.device_known.emit(self.device)
        if "memory" in message:
            self.memory = int(message["memory"])
            self.device_memory = int(message.get("device_memory", 0))
            self.memory_known.emit()
        if kind == "published":
            self.published.emit(str(message["project"]))
        elif kind == "notice":
            self._tell_notice(str(message["message"]))
        elif "id" in message:
            self._hear_of(message, str(kind))

    def _hear_of(self, message: Message, kind: str) -> None:
        """Pass on what concerns a request, unless its epoch is over."""
        number = int(message.get("id", 0))
        request = self._requests.get(number)
        if request is None:
            if kind == "error" and not number:
                self.failed.emit(error_of(message))  # a line that the worker could not read
            return
        is_over = self._epochs.is_over(request.epoch)
        if kind == "progress":
            if request.progress is not None and not is_over:
                request.progress(_progress(request, message))
            return
        if kind not in ("result", "error"):
            if request.told is not None and not is_over:
                request.told(message)
            return
        del self._requests[number]
        if is_over or (request.done is None and kind == "result"):
            _remove_file(message)
        elif kind == "error":
            self._fail(request, error_of(message))
        elif message.get("cancelled"):
            if request.stopped is not None:
                request.stopped()
        elif request.done is not None:
            request.done(message)

    def _fail(self, request: Request, error: Exception) -> None:
        if request.failed is not None:
            request.failed(error)
        else:
            self.failed.emit(error)

    def _tell_notice(self, text: str) -> None:
        """Another worker may say it again after a crash; a person hears it once."""
        if text not in self._noticed:
            self._noticed.add(text)
            self.notice.emit(text)

    # ---- its end

    def _read_errors(self) -> None:
        if self._process is not None:
            text = bytes(self._process.readAllStandardError().data()).decode(errors="replace")
            self._errors.extend(text.splitlines())

    def _start_failed(self, error: QProcess.ProcessError) -> None:
        if error == QProcess.ProcessError.FailedToStart:
            self._forget_process()
            self._give_up(WorldError("The worker process could not be started."))

    def _forget_process(self) -> None:
        if self._process is not None:
            self._process.deleteLater()
        self._process = None
        self._buffer = b""

    def _ended(self, code: int) -> None:
        self._forget_process()
        self.memory = self.device_memory = 0
        self.memory_known.emit()
        now = time.monotonic()
        self._crashes.append(now)
        if len(self._crashes) == CRASHES_ALLOWED and now - self._crashes[0] < CRASH_SPAN:
            # The last line says what happened; the lines of code before it help nobody here.
            last = next((line for line in reversed(self._errors) if line.strip()), "nothing")
            self._crashes.clear()
            self._give_up(
                WorldError(
                    f"The worker ended {CRASHES_ALLOWED} times within a minute (code {code}).",
                    kept="Everything analyzed and judged so far is safe.",
                    do=f"Analysis > Resume tries again. It said: {last}",
                )
            )
            return
        QTimer.singleShot(0, self, self._restart)

    def _restart(self) -> None:
        """Start again and repeat what was not answered; what was cancelled has ended with it."""
        self.start()
        for request in list(self._requests.values()):
            if not request.is_cancelled and not self._epochs.is_over(request.epoch):
                self._send(request.message | {"after_crash": True})
                continue
            self._requests.pop(request.id, None)
            if request.stopped is not None and not self._epochs.is_over(request.epoch):
                request.stopped()

    def _give_up(self, error: KnownError) -> None:
        requests, self._requests = list(self._requests.values()), {}
        waiting = [r for r in requests if not self._epochs.is_over(r.epoch)]
        for request in waiting:
            if request.failed is not None:
                request.failed(error)
        if not any(request.failed for request in waiting):
            self.failed.emit(error)


def _say_nothing(_error: Exception) -> None:
    """Take care of an error that nobody waits for."""


def _progress(request: Request, message: Message) -> Progress:
    return Progress(
        request.id,
        str(request.message["do"]),
        int(message.get("done", 0)),
        int(message.get("total", 0)),
        str(message.get("message", "")),
        message.get("seconds_left"),
        rate=message.get("rate"),
    )


def _remove_file(message: Message) -> None:
    """Delete the arrays of an answer that nobody reads."""
    if "file" in message:
        Path(str(message["file"])).unlink(missing_ok=True)
