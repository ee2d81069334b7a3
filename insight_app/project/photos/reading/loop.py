"""Photos in, pixels out, each within limits of memory and time. Knows no format."""

import io
import json
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

from PIL import ImageFile

from insight_app.errors import KnownError
from insight_app.files import open_regular
from insight_app.project.photos.apart import READY, DecodingRequest, Failure
from insight_app.project.photos.reading import readers
from insight_app.project.photos.upright import Upright

if sys.platform != "win32":
    import resource
_GRACE = 5.0
"""Who asked ends this process; where that has died, it ends itself so much later."""
_OPEN_FILES, _CORE = 64, 0


def main() -> int:
    """Answer until the input closes."""
    requests = os.fdopen(os.dup(0), "rb")
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # libraries print
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # a key press ends who asked, and so this
    ImageFile.LOAD_TRUNCATED_IMAGES = True  # safe here: nothing else is decoded meanwhile
    _limit_the_process()
    answers.write(READY)
    answers.flush()
    while line := requests.readline():
        fields = json.loads(line)
        request = DecodingRequest(**fields | {"channels": tuple(fields["channels"])})
        content = requests.read(request.bytes)
        if len(content) < request.bytes:
            break
        readers.prepare(request)
        with _limits(request):
            answer, pixels = _answer(request, content)
        answers.write(json.dumps(answer).encode() + b"\n")
        answers.write(pixels)
        answers.flush()
    return 0


def _answer(request: DecodingRequest, content: bytes) -> tuple[dict[str, Any], bytes]:
    try:
        with _source(request, content) as file:
            found = readers.read(file, request)
        return _told(found), found.image.tobytes()
    except MemoryError:
        return {"failure": Failure.MEMORY.name}, b""
    except KnownError as error:
        return {
            "fault": error.fault,
            "what": error.what,
            "where": request.path,
            "do": error.do,
        }, b""


def _told(found: Upright) -> dict[str, Any]:
    return {
        "size": found.image.size,
        "photo": (found.width, found.height),
        "window": found.window,
        "reduced": found.reduced,
        "corner": found.corner,
        "notes": found.notes,
    }


def _source(request: DecodingRequest, content: bytes) -> BinaryIO:
    if request.bytes:
        return io.BytesIO(content)
    return open_regular(Path(request.path), follow_links=True)


@contextmanager
def _limits(request: DecodingRequest) -> Iterator[None]:
    """Let the process take so much more memory, and end it when it has taken far too long."""
    if sys.platform == "win32":
        yield
        return
    if sys.platform == "linux":
        pages = int(Path("/proc/self/statm").read_text("ascii").split()[0])
        most = pages * resource.getpagesize() + request.memory
        resource.setrlimit(resource.RLIMIT_AS, (most, resource.getrlimit(resource.RLIMIT_AS)[1]))
    signal.setitimer(signal.ITIMER_REAL, request.seconds + _GRACE)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)


def _limit_the_process() -> None:
    """Give up what decoding does not need: writing files, many files, a picture of its memory."""
    if sys.platform == "win32":
        return
    for limit, most in (
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_NOFILE, _OPEN_FILES),
        (resource.RLIMIT_CORE, _CORE),
    ):
        resource.setrlimit(limit, (most, most))
