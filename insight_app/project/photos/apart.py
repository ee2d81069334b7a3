"""Decoding in processes of their own: what hangs, crashes or wants too much memory ends only those.

The asking end; `reading/` is the other. Processes are started when the first such photo comes, at
most a few, kept for the next, and end with this one. Owns their limits. Knows no format.
"""

import atexit
import json
import os
import subprocess
import sys
import threading
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from PIL import Image

from insight_app.errors import FAULTS, KnownError, Refusal, WorldError
from insight_app.project.photos.budget import MEMORY, TOTAL
from insight_app.project.photos.formats import ImageKind
from insight_app.project.photos.plain import Wish
from insight_app.project.photos.upright import Upright

SECONDS = 30.0
"""No photo may take longer."""
USUAL, ALONE = 400 * 2**20, TOTAL
"""Memory that decoding may take: at first, and once more while no other photo is decoded."""
COMMAND = (sys.executable, "-m", "insight_app.project.photos.reading")


READY = b"ready\n"
"""What a decoding process says first."""


class Failure(StrEnum):
    """How decoding ended without an answer; the value tells it."""

    SLOW = f"Decoding it took longer than {SECONDS:.0f} s and was stopped."
    CRASH = "Its decoder came to an unexpected end: the file is damaged."
    MEMORY = f"Decoding it would take more than {ALONE / 1e9:.1f} GB of memory."


@dataclass(frozen=True)
class DecodingRequest:
    """A photo to be decoded, of a kind (its name); the rest as `Wish` and `decode` have it.

    bytes: how many follow, 0 = they are in the file at `path`; memory, seconds: that it may take.
    """

    path: str
    kind: str
    bytes: int
    short_side: int
    managed: bool
    page: int
    channels: tuple[int, ...]
    memory: int = USUAL
    seconds: float = SECONDS


def read(
    data: bytes | None,
    path: Path,
    kind: ImageKind,
    wish: Wish,
    page: int = 0,
    channels: tuple[int, ...] = (),
) -> Upright:
    """Return the photo in `data`, or in the file at `path`; KnownError if it cannot be read."""
    content = data or b""
    side, managed = wish.short_side, wish.managed
    request = DecodingRequest(str(path), kind.name, len(content), side, managed, page, channels)
    failure = Failure.MEMORY
    for memory in USUAL, ALONE:
        with MEMORY.taking(memory):
            limits = {"memory": memory, "seconds": SECONDS}
            answer = _ask(asdict(request) | limits, content)
        if isinstance(answer, Upright):
            return answer
        failure = answer
        if failure is Failure.SLOW:
            break
    error = Refusal if failure is Failure.MEMORY else WorldError
    do = "" if failure is Failure.CRASH else "Save it anew, or smaller, with an image program."
    raise error(failure, where=str(path), do=do)


class _Process:
    """A decoding process; used by one thread at a time."""

    def __init__(self) -> None:
        surroundings = os.environ | {"OMP_NUM_THREADS": "2", "OPENBLAS_NUM_THREADS": "1"}
        self._process = subprocess.Popen(
            COMMAND,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=surroundings,
        )
        if self._process.stdout is None or self._process.stdout.readline() != READY:
            self.end()
            raise WorldError("The process that decodes such photos cannot be started.")
        self._is_late = False

    def ask(self, request: dict[str, Any], content: bytes) -> Upright | Failure | KnownError:
        """Send a request and wait for its answer, as long as it may take."""
        clock = threading.Timer(request["seconds"], self._stop_late)
        clock.daemon = True
        clock.start()
        try:
            answer = self._exchange(request, content)
        except (OSError, ValueError, KeyError, EOFError):
            answer = Failure.CRASH
            self.end()
        finally:
            clock.cancel()
        return Failure.SLOW if self._is_late and answer is Failure.CRASH else answer

    def _exchange(self, request: dict[str, Any], content: bytes) -> Upright | Failure | KnownError:
        to, back = self._process.stdin, self._process.stdout
        assert to is not None and back is not None
        to.write(json.dumps(request).encode() + b"\n")
        to.write(content)
        to.flush()
        answer = json.loads(back.readline())
        if "failure" in answer:
            return Failure[answer["failure"]]
        if "fault" in answer:
            return FAULTS[answer["fault"]](answer["what"], where=answer["where"], do=answer["do"])
        width, height = answer["size"]
        pixels = back.read(3 * width * height)
        if len(pixels) < 3 * width * height:
            raise EOFError
        return Upright(
            Image.frombytes("RGB", (width, height), pixels),
            int(answer["photo"][0]),
            int(answer["photo"][1]),
            tuple(answer["window"]),
            int(answer["reduced"]),
            tuple(answer["corner"]),
            tuple(answer["notes"]),
        )

    @property
    def is_running(self) -> bool:
        return self._process.poll() is None

    def _stop_late(self) -> None:
        self._is_late = True
        self._process.kill()

    def end(self) -> None:
        """Stop the process, whatever it does."""
        self._process.kill()
        for stream in self._process.stdin, self._process.stdout:
            if stream is not None:
                try:
                    stream.close()
                except OSError:  # what was not sent any more
                    continue
        self._process.wait()


_idle: list[_Process] = []


def _ask(request: dict[str, Any], content: bytes) -> Upright | Failure:
    """Ask a process that waits for work, or a new one; keep it if it lives on."""
    process = _take()
    answer = process.ask(request, content)
    if process.is_running:
        _idle.append(process)
    if isinstance(answer, KnownError):
        raise answer
    return answer


def _take() -> _Process:
    while _idle:
        try:
            process = _idle.pop()
        except IndexError:  # another thread took it
            break
        if process.is_running:
            return process
        process.end()
    return _Process()


@atexit.register
def end_all() -> None:
    """Stop all decoding processes."""
    while _idle:
        _idle.pop().end()
