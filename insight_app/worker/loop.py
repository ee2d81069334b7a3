"""The worker's loop: lines in, lines out, short requests between two batches of a long one.

Knows the protocol (see the package), nothing of what is requested.
"""

import json
import os
import queue
import signal
import sys
import tempfile
import threading
import traceback
from contextlib import suppress
from pathlib import Path
from typing import IO, Any

from insight_app.concepts.progress import Cancelled, CancelToken
from insight_app.disk_errors import must_be_the_worlds
from insight_app.errors import KnownError, Refusal
from insight_app.worker.requests import LONG, Request, Requests

PROTOCOL = 1
LAST_SECONDS = 20.0
"""So long after its input closed the worker ends even in the middle of something; what was
committed is kept."""
NICENESS = 10


def main() -> int:
    """Run until standard input closes."""
    # A reader of its own: Python aborts if it ends while a thread still reads from sys.stdin.
    source = os.fdopen(os.dup(0), "rb")
    out = os.fdopen(os.dup(1), "wb", buffering=0)
    os.dup2(2, 1)
    sys.stdout = sys.stderr
    if hasattr(os, "nice"):
        os.nice(NICENESS)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that the folder is removed then too
    try:
        made = tempfile.TemporaryDirectory(prefix="insight-worker-")
    except OSError as error:
        print(f"No temporary files can be written, as on a full disk ({error}).", file=sys.stderr)
        return 1
    with made as folder:
        Worker(source, out, Path(folder)).run()
    return 0


class Worker:
    """The loop, and the client that requests answer to."""

    def __init__(self, source: IO[bytes], out: IO[bytes], folder: Path) -> None:
        self._source = source
        self._out = out
        self._lock = threading.Lock()
        self._queue: queue.Queue[Request | None] = queue.Queue()
        self._waiting: list[Request] = []
        self._tokens: dict[int, CancelToken] = {}
        self._requests = Requests(self, folder)

    # ---- messages

    def send(self, **message: Any) -> None:
        """Write one message as a line; if nobody reads any more, that is no error."""
        # All beyond ASCII is escaped: a file's name may hold bytes that are no letters.
        line = json.dumps(message).encode("ascii") + b"\n"
        with self._lock, suppress(BrokenPipeError):
            self._out.write(line)

    def _listen(self) -> None:
        """Put requests into the queue, and cancel at once; runs on a thread of its own."""
        for line in self._source:
            if not line.strip():
                continue
            try:
                request = json.loads(line)
                number, do = int(request["id"]), str(request["do"])
                if number in self._tokens:
                    raise ValueError
            except (ValueError, KeyError, TypeError, OverflowError, RecursionError):
                self.send(id=0, kind="error", error="refusal", what="This request cannot be read.")
                continue
            if do == "cancel":
                self._cancel(request.get("request"))
            else:
                self._tokens[number] = CancelToken()
                self._queue.put(request)
        for token in list(self._tokens.values()):
            token.cancel()
        self._queue.put(None)
        last = threading.Timer(LAST_SECONDS, os._exit, (1,))
        last.daemon = True
        last.start()

    def _cancel(self, number: Any) -> None:
        token = self._tokens.get(number) if isinstance(number, int) else None
        if token is not None:
            token.cancel()

    # ---- the loop

    def run(self) -> None:
        """Answer requests until the input closes."""
        self.send(kind="hello", protocol=PROTOCOL, pid=os.getpid())
        threading.Thread(target=self._listen, name="requests", daemon=True).start()
        self.send(
            kind="device", **self._requests.device({})
        )  # imports what the first request will need
        while (request := self._next()) is not None:
            self._answer(request)

    def _next(self) -> Request | None:
        return self._waiting.pop(0) if self._waiting else self._queue.get()

    def _answer(self, request: Request) -> None:
        """Answer one request, whatever happens meanwhile."""
        number = int(request["id"])
        try:
            answer = self._requests.by_name.get(str(request["do"]))
            if answer is None:
                raise Refusal(f"The worker cannot do {request['do']!r}.")
            self._tokens[number].check()
            self.send(id=number, kind="result", **answer(request))
        except Cancelled:
            self.send(id=number, kind="result", cancelled=True)
        except KnownError as error:
            self._send_known(number, error)
        except Exception as error:
            if (known := must_be_the_worlds(error)) is not None:
                self._send_known(number, known)
                return
            what = f"{type(error).__name__}: {error}"
            trace = traceback.format_exc()
            self.send(id=number, kind="error", error="bug", what=what, trace=trace)
        finally:
            del self._tokens[number]

    def _send_known(self, number: int, error: KnownError) -> None:
        fields = {name: getattr(error, name) for name in ("what", "where", "kept", "do")}
        self.send(id=number, kind="error", error=error.fault, **fields)

    def cancel_token(self, request: Request) -> CancelToken:
        """Return the token that is cancelled when this request is."""
        return self._tokens[int(request["id"])]

    def answer_short_requests(self) -> None:
        """Answer short requests that wait; keep the others for later.

        Called between two batches of a long one.
        """
        while True:
            try:
                request = self._queue.get_nowait()
            except queue.Empty:
                return
            if request is None:
                self._queue.put(None)
                return
            if request["do"] in LONG:
                self._waiting.append(request)
            else:
                self._answer(request)
