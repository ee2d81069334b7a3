"""The window's end of the worker process: starts it, talks to it, starts it again when it dies.

Speaks the worker's protocol (JSON lines, see insight_app/worker.py). Knows nothing of what the
work is; everything that needs no encoder goes on while there is no worker.
"""

import json
import sys
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QObject, QProcess, QTimer, Signal

from insight_app.errors import KnownError

CRASHES_ALLOWED = 3
CRASH_SPAN = 60.0
"""So many ends in so many seconds and the worker is not started again."""
STOP_MILLISECONDS = 3000
ONLY_LOOK = frozenset(("encoders", "inspect", "check_encoder", "encode", "embed", "device"))
"""Requests that write nothing: the worker need not be waited for because of them."""


@dataclass
class Request:
    """Something the worker was asked to do."""

    id: int
    message: dict[str, Any]
    done: Callable[[dict[str, Any]], None] | None
    failed: Callable[[Exception], None] | None
    progress: Callable[["Progress"], None] | None = None
    told_progress: bool = False


@dataclass(frozen=True)
class Progress:
    """How far the long work is; total 0 = not known yet. rate: photos (or steps) a second."""

    request: int
    what: str
    done: int
    total: int
    message: str
    seconds_left: float | None
    paused: bool = False
    rate: float | None = None


class WorkerClient(QObject):
    """One resident worker; `published(project path)` when it has put out new results."""

    published = Signal(str)
    progress = Signal(object)
    """A Progress, or None when the long work ended."""
    device_known = Signal(str)
    memory_known = Signal()
    """`memory` is newer; so may `device_memory` be."""
    notice = Signal(str)
    """Something that a person should know, once."""
    failed = Signal(object)
    """An error that its request did not take care of, or the worker's own end."""
    finished = Signal(object)
    """(what, summary) of long work that ended well."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._process: QProcess | None = None
        self._requests: dict[int, Request] = {}
        self._next_id = 1
        self._buffer = b""
        self._errors: deque[str] = deque(maxlen=40)
        self._crashes: deque[float] = deque(maxlen=CRASHES_ALLOWED)
        self._stopping = False
        self.device = ""
        self.memory = self.device_memory = 0
        """Bytes that the worker holds: of the machine's memory, and of its graphics card's."""
        self._noticed: set[str] = set()
        self.last_progress: Progress | None = None
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
        return (
            self._process is not None and self._process.state() != QProcess.ProcessState.NotRunning
        )

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
        done: Callable[[dict[str, Any]], None] | None = None,
        failed: Callable[[Exception], None] | None = None,
        progress: Callable[["Progress"], None] | None = None,
        **arguments: Any,
    ) -> int:
        """Ask the worker to do something; returns the request's number.

        progress: who is told how far it is, instead of everybody.
        """
        number = self._next_id
        self._next_id += 1
        message = {"id": number, "do": do, **arguments}
        self._requests[number] = Request(number, message, done, failed, progress)
        self.start()
        self._send(message)
        return number

    def analyze(self, project: str, **arguments: Any) -> int:
        """Analyze a project's photos: the first time, again after a stop, or with more folders."""
        return self.request("analyze", project=project, **arguments)

    def cancel(self, number: int) -> None:
        """Stop a request; what it wrote stays, and it can be resumed."""
        if number in self._requests:
            self._send({"id": self._fresh_id(), "do": "cancel", "request": number})

    def forget(self, number: int) -> None:
        """Nobody waits for this answer any more."""
        self.cancel(number)
        self._requests.pop(number, None)

    def cancel_all(self) -> None:
        for number in list(self._requests):
            self.cancel(number)

    @property
    def busy(self) -> list[Request]:
        return list(self._requests.values())

    def _fresh_id(self) -> int:
        self._next_id += 1
        return self._next_id - 1

    def _send(self, message: dict[str, Any]) -> None:
        if self._process is not None:
            self._process.write(json.dumps(message).encode() + b"\n")

    # ---- hearing

    def _read(self) -> None:
        if self._process is None:
            return
        self._buffer += self._process.readAllStandardOutput().data()
        *lines, self._buffer = self._buffer.split(b"\n")
        for line in lines:
            try:
                message = json.loads(line)
            except ValueError:
                self._errors.append(line.decode(errors="replace"))
                continue
            self._hear(message)

    def _hear(self, message: dict[str, Any]) -> None:
        kind = message.get("kind")
        request = self._requests.get(message.get("id", 0))
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
        elif kind == "progress" and request is not None:
            self._tell_progress(request, message)
        elif kind == "result" and request is not None:
            self._end(request)
            if request.done is not None:
                request.done(message)
            self.finished.emit((request.message["do"], message))
        elif kind == "error":
            if request is not None:
                self._end(request)
            error = _error(message)
            if request is not None and request.failed is not None:
                request.failed(error)
            else:
                self.failed.emit(error)

    def _tell_notice(self, text: str) -> None:
        """Another worker may say it again after a crash; a person hears it once."""
        if text not in self._noticed:
            self._noticed.add(text)
            self.notice.emit(text)

    def _tell_progress(self, request: Request, message: dict[str, Any]) -> None:
        done, total = int(message.get("done", 0)), int(message.get("total", 0))
        what, text = str(request.message["do"]), str(message.get("message", ""))
        left, rate = message.get("seconds_left"), message.get("rate")
        told = Progress(request.id, what, done, total, text, left, rate=rate)
        if request.progress is not None:
            request.progress(told)
            return
        request.told_progress, self.last_progress = True, told
        self.progress.emit(told)

    def _end(self, request: Request) -> None:
        """A short request that ends beside a paused one leaves what is shown of it alone."""
        del self._requests[request.id]
        if request.told_progress:
            self.progress.emit(None)

    def _read_errors(self) -> None:
        if self._process is not None:
            text = self._process.readAllStandardError().data().decode(errors="replace")
            self._errors.extend(text.splitlines())

    def _start_failed(self, error: QProcess.ProcessError) -> None:
        if error == QProcess.ProcessError.FailedToStart:
            self._process = None
            self._give_up(KnownError("The worker process could not be started."))

    def _ended(self, code: int) -> None:
        self._process = None
        self._buffer = b""
        self.memory = self.device_memory = 0
        self.memory_known.emit()
        now = time.monotonic()
        self._crashes.append(now)
        if len(self._crashes) == CRASHES_ALLOWED and now - self._crashes[0] < CRASH_SPAN:
            last = "\n".join(list(self._errors)[-6:])
            self._crashes.clear()
            self._give_up(
                KnownError(
                    f"The worker ended {CRASHES_ALLOWED} times within a minute (code {code}).",
                    kept="Everything analyzed and judged so far is safe.",
                    do=f"Analysis > Resume tries again. It said: {last}",
                )
            )
            return
        QTimer.singleShot(0, self._restart)

    def _restart(self) -> None:
        """Start again and repeat what was not answered."""
        self.start()
        for request in self._requests.values():
            self._send(request.message | {"after_crash": True})

    def _give_up(self, error: KnownError) -> None:
        requests, self._requests = list(self._requests.values()), {}
        self.progress.emit(None)
        self.failed.emit(error)
        for request in requests:
            if request.failed is not None:
                request.failed(error)


def _error(message: dict[str, Any]) -> Exception:
    """The exception an error message of the worker stands for."""
    what = str(message.get("what") or message.get("message") or "The worker failed.")
    if message.get("error", message.get("type")) == "bug":
        return RuntimeError(f"{what}\n{message.get('trace', '')}")
    return KnownError(
        what,
        where=str(message.get("where", "")),
        kept=str(message.get("kept", "")),
        do=str(message.get("do", "")),
    )
