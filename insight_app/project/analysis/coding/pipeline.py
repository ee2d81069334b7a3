"""Reading, coding and writing overlap in threads, with bounded memory.

Readers decode ahead, the calling thread codes (see `batches`), one writer records; photos go
through in the order given. If the work is cancelled or fails, everything coded so far is committed
and the readers end. Knows nothing of how photos are found or results published.
"""

import os
import queue
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from insight_app.concepts.encoders import DenseEncoder
from insight_app.concepts.geometry import Geometry
from insight_app.errors import KnownError
from insight_app.project.analysis.coding.pixels import read_pixels
from insight_app.project.analysis.recording import Coded
from insight_app.project.photos.parts import USUAL, FilePart
from insight_app.project.photos.photo_file import read_photo as read_file
from insight_app.project.results.problems import NOTES_BETWEEN

if TYPE_CHECKING:
    from torch import Tensor

ReadPhoto = TypeVar("ReadPhoto")

READERS, MOST_READERS = 2, 16
"""Photos read at once: two keep a processor busy that encodes as well; beside a graphics card,
which encodes photos faster than they are read, every core but one reads."""
WAITING = 32
"""So many coded batches may wait for a slow disk, or for results to be published, before the
encoder does; codes are small."""


@dataclass(frozen=True)
class Photo:
    """A photo to be coded; part: what is read of a file with several pictures or channels."""

    image: int
    folder: int
    path: Path
    part: FilePart = USUAL


@dataclass(frozen=True, eq=False)
class Read:
    """A photo as read, ready for the encoder: pixels (3, h, w) in [0, 1].

    message: what of its file was not used, '' if all was.
    """

    photo: Photo
    content_hash: bytes
    geometry: Geometry
    window: tuple[float, float]
    pixels: "Tensor"
    message: str = ""


@dataclass(frozen=True)
class Unreadable:
    """A photo that cannot be read, why, and what would help."""

    photo: Photo
    message: str
    do: str


def read_photo(photo: Photo, encoder: DenseEncoder, rule: int) -> Read | Unreadable:
    """Read one photo by a reading rule, as the encoder wants it."""
    try:
        file = read_file(photo.path)
        seen = read_pixels(file.data, photo.path, encoder, rule, part=photo.part)
    except KnownError as error:
        return Unreadable(photo, error.what, error.do)
    notes = NOTES_BETWEEN.join(seen.notes)
    return Read(photo, file.content_hash, seen.geometry, seen.window, seen.pixels, notes)


def batches(
    photos: Iterable[Photo],
    read: Callable[[Photo], ReadPhoto],
    readers: int,
    size: int,
    in_flight: Callable[[list[int]], None] = lambda ids: None,
) -> Iterator[list[ReadPhoto]]:
    """Yield what `read` makes of photos, in order, in batches that are read ahead.

    Holds three batches at most; in_flight(ids) is told what is about to be worked on.
    """
    source = iter(photos)
    ahead: deque[tuple[list[Photo], list[Future[ReadPhoto]]]] = deque()
    with ThreadPoolExecutor(readers, "reader") as pool:
        try:
            while True:
                while len(ahead) < 2 and (taken := _take(source, size)):
                    in_flight([p.image for batch, _ in ahead for p in batch + taken])
                    ahead.append((taken, [pool.submit(read, photo) for photo in taken]))
                if not ahead:
                    return
                _, futures = ahead.popleft()
                yield [future.result() for future in futures]
        finally:
            pool.shutdown(wait=True, cancel_futures=True)


def readers_beside(encoder: DenseEncoder) -> int:
    """Return how many photos are to be read at once while an encoder works."""
    if encoder.device.type == "cpu":
        return READERS
    return min(max(READERS, (os.cpu_count() or 1) - 1), MOST_READERS)


def _take(source: Iterator[Photo], size: int) -> list[Photo]:
    taken = []
    for photo in source:
        taken.append(photo)
        if len(taken) == size:
            break
    return taken


class Writer:
    """A thread that hands what it is given to `record`, in order, and calls `finish` at the end.

    If that fails, `put` or `close` raises it.
    """

    def __init__(
        self, record: Callable[[list[Coded | Unreadable]], None], finish: Callable[[], None]
    ) -> None:
        self._record = record
        self._finish = finish
        self._queue: queue.Queue[list[Coded | Unreadable] | None] = queue.Queue(WAITING)
        self._error: BaseException | None = None
        self._thread = threading.Thread(target=self._run, name="writer")
        self._thread.start()

    def put(self, items: list[Coded | Unreadable]) -> None:
        """Pass a batch on; waits while WAITING are on their way already."""
        if self._error is not None:
            raise self._error
        self._queue.put(items)

    def close(self) -> None:
        """Wait until everything is written."""
        self._queue.put(None)
        self._thread.join()
        if self._error is not None:
            raise self._error

    def _run(self) -> None:
        while (items := self._queue.get()) is not None:
            self._guarded(self._record, items)
        self._guarded(lambda _: self._finish(), [])

    def _guarded(
        self, work: Callable[[list[Coded | Unreadable]], None], items: list[Coded | Unreadable]
    ) -> None:
        """Do the work unless something failed before; keep a failure for whoever puts or closes."""
        if self._error is None:
            try:
                work(items)
            except BaseException as error:
                self._error = error
